package ai.scailabs.vault.testkit;

import ai.scailabs.vault.testkit.AcmeBook.Authorization;
import ai.scailabs.vault.testkit.AcmeBook.Order;
import com.nimbusds.jose.util.Base64URL;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Orders, from what is wanted to what was issued (RFC 8555 §7.4). */
final class AcmeOrders {
    private static final Duration ORDER_LIFE = Duration.ofDays(7);

    private final AcmeBook book;
    private final AcmeUrls urls;
    private final AcmeWays ways;
    private final AcmeIssuer issuer;
    private final AcmeProofs proofs;
    private final InstantSource time;
    private int early;

    AcmeOrders(AcmeBook book, AcmeUrls urls, AcmeWays ways, AcmeIssuer issuer, AcmeProofs proofs, InstantSource time) {
        this.book = book;
        this.urls = urls;
        this.ways = ways;
        this.issuer = issuer;
        this.proofs = proofs;
        this.time = time;
    }

    /** How often somebody asked for an order sooner than told to. */
    int early() {
        return early;
    }

    AcmeAnswer newOrder(AcmeCall call) throws AcmeProblem {
        Map<String, Object> wish = call.message().payload();
        List<Map<String, String>> identifiers = identifiers(wish);
        ways.limit();
        Order made = new Order(
                book.nextId(), call.account(), identifiers, time.instant().plus(ORDER_LIFE));
        if (ways.isSharingOrders()) {
            Order open = book.order(each -> each.account == call.account()
                    && Set.of("pending", "ready").contains(each.status)
                    && each.names().equals(made.names()));
            if (open != null) {
                return shown(open, 201).with("Location", urls.of("/order/" + open.id));
            }
        }
        for (Map<String, String> identifier : identifiers) {
            Authorization known = ways.isReusing() ? book.proved(call.account(), identifier) : null;
            if (known == null) {
                known = new Authorization(book.nextId(), call.account(), identifier, AcmeDesk.token());
                known.status = ways.isReadyAtOnce() ? "valid" : "pending";
                book.authorizations.put(known.id, known);
            }
            made.authorizations.add(known);
        }
        book.orders.put(made.id, made);
        settle(made);
        return shown(made, 201).with("Location", urls.of("/order/" + made.id));
    }

    private static List<Map<String, String>> identifiers(Map<String, Object> wish) throws AcmeProblem {
        List<Map<String, String>> identifiers = new ArrayList<>();
        if (wish.get("identifiers") instanceof List<?> given) {
            for (Object each : given) {
                Map<?, ?> identifier = each instanceof Map<?, ?> map ? map : Map.of();
                String type = String.valueOf(identifier.get("type"));
                String value = String.valueOf(identifier.get("value"));
                boolean dns = type.equals("dns") && value.matches("(\\*\\.)?([a-z0-9_-]+\\.)+[a-z0-9-]+");
                if (!dns && !type.equals("ip")) {
                    throw new AcmeProblem(400, "unsupportedIdentifier", "neither a name nor an address: " + value);
                }
                identifiers.add(Map.of("type", type, "value", value));
            }
        }
        if (identifiers.isEmpty() || new HashSet<>(identifiers).size() != identifiers.size()) {
            throw AcmeProblem.malformed("an order is for some names, each once");
        }
        return identifiers;
    }

    /** What has become of an order meanwhile. */
    private void settle(Order order) {
        if (order.status.equals("pending")) {
            if (order.authorizations.stream().anyMatch(each -> each.status.equals("invalid"))) {
                order.status = "invalid";
            } else if (order.authorizations.stream().allMatch(each -> each.status.equals("valid"))) {
                order.status = "ready";
            }
        }
        if (order.status.equals("processing")
                && order.busyUntil != null
                && !time.instant().isBefore(order.busyUntil)) {
            AcmeIssuer.Wanted wanted = order.wanted;
            String failing = ways.failing();
            if (failing != null || wanted == null) {
                order.status = "invalid";
                order.error = failing;
            } else {
                order.certificate = issuer.issue(wanted, ways.wrong(), time.instant());
                order.status = "valid";
            }
        }
    }

    private AcmeAnswer shown(Order order, int status) {
        Map<String, Object> shown = new LinkedHashMap<>();
        shown.put("status", order.status);
        shown.put("expires", order.expires.toString());
        shown.put("identifiers", order.identifiers);
        shown.put(
                "authorizations",
                order.authorizations.stream()
                        .map(each -> urls.of("/authorization/" + each.id))
                        .toList());
        shown.put("finalize", urls.of("/finalize/" + order.id));
        if (order.certificate != null) {
            shown.put("certificate", urls.of("/certificate/" + order.id));
        }
        if (order.error != null) {
            shown.put("error", AcmeProblem.document(order.error, "the directory thought better of it"));
        }
        AcmeAnswer answer = AcmeAnswer.json(status, shown);
        Instant until = order.busyUntil;
        if (!order.status.equals("processing") || until == null || !ways.isTellingWhen()) {
            return answer;
        }
        order.askedNext = until;
        long seconds = Math.max(
                1, Duration.between(time.instant(), until).plusMillis(999).toSeconds());
        return answer.with("Retry-After", String.valueOf(seconds));
    }

    Order own(AcmeCall call) throws AcmeProblem {
        Order order = book.orders.get(call.id());
        if (order == null || order.account != call.account()) {
            throw new AcmeProblem(404, "malformed", "there is no such order of this account");
        }
        settle(order);
        return order;
    }

    AcmeAnswer order(AcmeCall call) throws AcmeProblem {
        call.requirePostAsGet();
        Order order = own(call);
        // A time of HTTP knows no parts of a second.
        if (order.askedNext != null && time.instant().plusSeconds(1).isBefore(order.askedNext)) {
            early++;
        }
        return shown(order, 200);
    }

    AcmeAnswer finish(AcmeCall call) throws AcmeProblem {
        Order order = own(call);
        if (!order.status.equals("ready")) {
            throw new AcmeProblem(403, "orderNotReady", "the order is " + order.status);
        }
        AcmeIssuer.Wanted wanted = AcmeIssuer.read(
                new Base64URL(String.valueOf(call.message().payload().get("csr"))).decode());
        if (!wanted.names().equals(order.names())) {
            throw new AcmeProblem(400, "badCSR", wanted.names() + " were not ordered, but " + order.names());
        }
        if (proofs.isKey(call.account().key, wanted.key())) {
            throw new AcmeProblem(400, "badCSR", "the key of the account is for no certificate");
        }
        order.wanted = wanted;
        order.status = "processing";
        order.busyUntil = time.instant().plus(ways.processing());
        if (ways.isSynchronous()) {
            settle(order);
        }
        return shown(order, 200).with("Location", urls.of("/order/" + order.id));
    }
}
