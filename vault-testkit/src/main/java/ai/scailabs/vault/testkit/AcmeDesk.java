package ai.scailabs.vault.testkit;

import ai.scailabs.vault.testkit.AcmeBook.Account;
import ai.scailabs.vault.testkit.AcmeBook.Authorization;
import ai.scailabs.vault.testkit.AcmeBook.Order;
import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.jwk.JWK;
import com.nimbusds.jose.util.Base64URL;
import com.sun.net.httpserver.HttpExchange;
import java.io.ByteArrayInputStream;
import java.net.URI;
import java.security.SecureRandom;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.text.ParseException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Reads what comes to a directory, and does it (RFC 8555 §7). One request at a time. */
final class AcmeDesk {
    private static final int ORDERS_PER_PAGE = 3;
    private static final Duration ORDER_LIFE = Duration.ofDays(7);
    private static final SecureRandom RANDOM = new SecureRandom();
    private static final String CHAIN = "application/pem-certificate-chain";

    private final URI base;
    private final AcmeWays ways;
    private final Clock clock;
    private final AcmeBook book = new AcmeBook();
    private final AcmeIssuer issuer = new AcmeIssuer();
    private final AcmeProofs proofs;
    private final Set<String> nonces = new HashSet<>();
    private int early;

    /** @param httpPort where answers by HTTP are looked for; 0: everybody is taken at their word */
    AcmeDesk(URI base, AcmeWays ways, int httpPort, Clock clock) {
        this.base = base;
        this.ways = ways;
        this.clock = clock;
        this.proofs = new AcmeProofs(httpPort);
    }

    /** Whoever asks, and what for. */
    private record Call(AcmeMessage message, Account account, String path, String id, HttpExchange exchange) {}

    synchronized int early() {
        return early;
    }

    synchronized List<String> revoked() {
        return List.copyOf(book.revoked);
    }

    /** For one request. */
    synchronized String nonce() {
        String nonce = token();
        nonces.add(nonce);
        return nonce;
    }

    private static String token() {
        byte[] bytes = new byte[18];
        RANDOM.nextBytes(bytes);
        return Base64URL.encode(bytes).toString();
    }

    private String url(String path) {
        return base.resolve(path).toString();
    }

    private Instant now() {
        return clock.instant().plus(ways.ahead());
    }

    synchronized AcmeAnswer answer(HttpExchange exchange, String path, byte[] body) throws AcmeProblem {
        if (exchange.getRequestHeaders().getFirst("User-Agent") == null) {
            throw AcmeProblem.malformed("whoever asks says by what (RFC 8555 §6.1)");
        }
        String method = exchange.getRequestMethod();
        if (path.equals("/directory") && method.equals("GET")) {
            return directory();
        }
        if (path.equals("/new-nonce") && (method.equals("HEAD") || method.equals("GET"))) {
            return AcmeAnswer.of(method.equals("HEAD") ? 200 : 204, "text/plain", "");
        }
        if (!method.equals("POST")) {
            throw new AcmeProblem(405, "malformed", method + " is not for " + path);
        }
        if (!"application/jose+json".equals(exchange.getRequestHeaders().getFirst("Content-Type"))) {
            throw new AcmeProblem(415, "malformed", "what is sent is application/jose+json");
        }
        AcmeMessage message = AcmeMessage.parse(body);
        if (!url(path).equals(message.text("url"))) {
            throw new AcmeProblem(403, "unauthorized", "it is signed for another URL");
        }
        String nonce = message.text("nonce");
        if (nonce == null || !nonces.remove(nonce)) {
            throw new AcmeProblem(400, "badNonce", "not given, or used before");
        }
        return switch (path) {
            case "/new-account" -> newAccount(message);
            case "/revoke" -> revoke(message);
            default -> ofAccount(known(message, exchange, path));
        };
    }

    private AcmeAnswer directory() {
        Map<String, Object> entries = new LinkedHashMap<>();
        entries.put("newNonce", url("/new-nonce"));
        entries.put("newAccount", url("/new-account"));
        entries.put("newOrder", url("/new-order"));
        entries.put("revokeCert", url("/revoke"));
        entries.put("keyChange", url("/key-change"));
        entries.put("meta", Map.of("termsOfService", "https://strict.example.test/terms"));
        return AcmeAnswer.json(200, entries);
    }

    private Call known(AcmeMessage message, HttpExchange exchange, String path) throws AcmeProblem {
        String kid = message.text("kid");
        if (kid == null || message.key() != null) {
            throw AcmeProblem.malformed("who has an account names it by kid, and shows no key");
        }
        Account account = book.accounts.get(kid.substring(kid.lastIndexOf('/') + 1));
        if (account == null || !kid.equals(url("/account/" + account.id))) {
            throw new AcmeProblem(400, "accountDoesNotExist", "there is no such account");
        }
        message.verify(account.key);
        if (!account.status.equals("valid")) {
            throw new AcmeProblem(403, "unauthorized", "the account was deactivated");
        }
        String[] parts = path.split("/", 4);
        return new Call(message, account, path, parts.length > 2 ? parts[2] : "", exchange);
    }

    private AcmeAnswer ofAccount(Call call) throws AcmeProblem {
        String kind = call.path().split("/", 3)[1];
        return switch (kind) {
            case "account" -> account(call);
            case "key-change" -> keyChange(call);
            case "new-order" -> newOrder(call);
            case "order" -> order(call);
            case "finalize" -> finish(call);
            case "authorization" -> authorization(call);
            case "challenge" -> challenge(call);
            case "certificate" -> certificate(call);
            default -> throw new AcmeProblem(404, "malformed", "there is nothing at " + call.path());
        };
    }

    private static void requirePostAsGet(Call call) throws AcmeProblem {
        if (!call.message().isPostAsGet()) {
            throw AcmeProblem.malformed("it is fetched by signing nothing (RFC 8555 §6.3)");
        }
    }

    private AcmeAnswer newAccount(AcmeMessage message) throws AcmeProblem {
        JWK key = shown(message);
        Map<String, Object> wish = message.payload();
        Account found = withKey(key);
        if (found != null) {
            return account(found, 200);
        }
        if (Boolean.TRUE.equals(wish.get("onlyReturnExisting"))) {
            throw new AcmeProblem(400, "accountDoesNotExist", "nobody has this key");
        }
        if (!Boolean.TRUE.equals(wish.get("termsOfServiceAgreed"))) {
            throw new AcmeProblem(403, "userActionRequired", "the terms are to be agreed to");
        }
        Account account = new Account(book.nextId(), key, contact(wish));
        book.accounts.put(account.id, account);
        return account(account, 201);
    }

    private static JWK shown(AcmeMessage message) throws AcmeProblem {
        JWK key = message.key();
        if (key == null || message.text("kid") != null) {
            throw AcmeProblem.malformed("who has no account shows a key, and no kid");
        }
        message.verify(key);
        return key;
    }

    private @Nullable Account withKey(JWK key) throws AcmeProblem {
        String wanted = thumbprint(key);
        for (Account each : book.accounts.values()) {
            if (thumbprint(each.key).equals(wanted)) {
                return each;
            }
        }
        return null;
    }

    private static String thumbprint(JWK key) throws AcmeProblem {
        try {
            return key.computeThumbprint().toString();
        } catch (JOSEException unusable) {
            throw new AcmeProblem(400, "badPublicKey", String.valueOf(unusable.getMessage()));
        }
    }

    private static List<String> contact(Map<String, Object> wish) throws AcmeProblem {
        List<String> contact = new ArrayList<>();
        if (wish.get("contact") instanceof List<?> given) {
            for (Object each : given) {
                if (!String.valueOf(each).matches("mailto:[^,?@]+@[^,?@]+")) {
                    throw new AcmeProblem(400, "unsupportedContact", "one address each");
                }
                contact.add(String.valueOf(each));
            }
        }
        return contact;
    }

    private AcmeAnswer account(Account account, int status) {
        return AcmeAnswer.json(
                        status,
                        Map.of(
                                "status",
                                account.status,
                                "contact",
                                account.contact,
                                "orders",
                                url("/account/" + account.id + "/orders")))
                .with("Location", url("/account/" + account.id));
    }

    private AcmeAnswer account(Call call) throws AcmeProblem {
        if (!call.id().equals(call.account().id)) {
            throw new AcmeProblem(403, "unauthorized", "another's account");
        }
        if (call.path().endsWith("/orders")) {
            return orders(call, 0);
        }
        if (call.path().contains("/orders/")) {
            return orders(
                    call, Integer.parseInt(call.path().substring(call.path().lastIndexOf('/') + 1)));
        }
        if (!call.message().isPostAsGet()) {
            Map<String, Object> wish = call.message().payload();
            if (wish.containsKey("contact")) {
                call.account().contact = contact(wish);
            }
            if ("deactivated".equals(wish.get("status"))) {
                call.account().status = "deactivated";
            }
        }
        return account(call.account(), 200);
    }

    private AcmeAnswer orders(Call call, int from) throws AcmeProblem {
        requirePostAsGet(call);
        List<String> all = book.orders.values().stream()
                .filter(each -> each.account == call.account())
                .map(each -> url("/order/" + each.id))
                .toList();
        int to = Math.min(all.size(), from + ORDERS_PER_PAGE);
        AcmeAnswer page = AcmeAnswer.json(200, Map.of("orders", all.subList(Math.min(from, to), to)));
        return to == all.size()
                ? page
                : page.with("Link", "<" + url("/account/" + call.account().id + "/orders/" + to) + ">;rel=\"next\"");
    }

    /** RFC 8555 §7.3.5: what the account signs is signed by the new key. */
    private AcmeAnswer keyChange(Call call) throws AcmeProblem {
        AcmeMessage inner = AcmeMessage.of(call.message().payload());
        JWK key = shown(inner);
        Map<String, Object> change = inner.payload();
        try {
            boolean meant = url("/account/" + call.account().id).equals(change.get("account"))
                    && url("/key-change").equals(inner.text("url"))
                    && inner.text("nonce") == null
                    && change.get("oldKey") instanceof Map<?, ?> old
                    && thumbprint(JWK.parse(com.nimbusds.jose.util.JSONObjectUtils.toJSONString(asObject(old))))
                            .equals(thumbprint(call.account().key));
            if (!meant) {
                throw AcmeProblem.malformed("the key is changed of another account, or at another place");
            }
        } catch (ParseException unreadable) {
            throw AcmeProblem.malformed("no key");
        }
        Account other = withKey(key);
        if (other != null) {
            throw new AcmeProblem(409, "malformed", "somebody has this key");
        }
        call.account().key = key;
        return account(call.account(), 200);
    }

    private static Map<String, Object> asObject(Map<?, ?> map) {
        Map<String, Object> object = new LinkedHashMap<>();
        map.forEach((name, value) -> object.put(String.valueOf(name), value));
        return object;
    }

    private AcmeAnswer newOrder(Call call) throws AcmeProblem {
        Map<String, Object> wish = call.message().payload();
        List<Map<String, String>> identifiers = identifiers(wish);
        ways.limit();
        Order made = new Order(book.nextId(), call.account(), identifiers, now().plus(ORDER_LIFE));
        if (ways.isSharingOrders()) {
            Order open = book.order(each -> each.account == call.account()
                    && Set.of("pending", "ready").contains(each.status)
                    && each.names().equals(made.names()));
            if (open != null) {
                return shown(open, 201).with("Location", url("/order/" + open.id));
            }
        }
        for (Map<String, String> identifier : identifiers) {
            Authorization known = ways.isReusing() ? book.proved(call.account(), identifier) : null;
            if (known == null) {
                known = new Authorization(book.nextId(), call.account(), identifier, token());
                known.status = ways.isReadyAtOnce() ? "valid" : "pending";
                book.authorizations.put(known.id, known);
            }
            made.authorizations.add(known);
        }
        book.orders.put(made.id, made);
        settle(made);
        return shown(made, 201).with("Location", url("/order/" + made.id));
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
        if (order.status.equals("processing") && order.busyUntil != null && !now().isBefore(order.busyUntil)) {
            AcmeIssuer.Wanted wanted = order.wanted;
            String failing = ways.failing();
            if (failing != null || wanted == null) {
                order.status = "invalid";
                order.error = failing;
            } else {
                order.certificate = issuer.issue(wanted, ways.wrong(), now());
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
                        .map(each -> url("/authorization/" + each.id))
                        .toList());
        shown.put("finalize", url("/finalize/" + order.id));
        if (order.certificate != null) {
            shown.put("certificate", url("/certificate/" + order.id));
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
        long seconds =
                Math.max(1, Duration.between(now(), until).plusMillis(999).toSeconds());
        return answer.with("Retry-After", String.valueOf(seconds));
    }

    private Order own(Call call) throws AcmeProblem {
        Order order = book.orders.get(call.id());
        if (order == null || order.account != call.account()) {
            throw new AcmeProblem(404, "malformed", "there is no such order of this account");
        }
        settle(order);
        return order;
    }

    private AcmeAnswer order(Call call) throws AcmeProblem {
        requirePostAsGet(call);
        Order order = own(call);
        // A time of HTTP knows no parts of a second.
        if (order.askedNext != null && now().plusSeconds(1).isBefore(order.askedNext)) {
            early++;
        }
        return shown(order, 200);
    }

    private AcmeAnswer finish(Call call) throws AcmeProblem {
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
        order.busyUntil = now().plus(ways.processing());
        if (ways.isSynchronous()) {
            settle(order);
        }
        return shown(order, 200).with("Location", url("/order/" + order.id));
    }

    private Authorization ownAuthorization(Call call) throws AcmeProblem {
        Authorization found = book.authorizations.get(call.id());
        if (found == null || found.account != call.account()) {
            throw new AcmeProblem(404, "malformed", "there is no such authorization of this account");
        }
        return found;
    }

    private AcmeAnswer authorization(Call call) throws AcmeProblem {
        requirePostAsGet(call);
        Authorization authorization = ownAuthorization(call);
        Map<String, Object> shown = new LinkedHashMap<>();
        shown.put("identifier", Map.of("type", authorization.type, "value", authorization.value));
        shown.put("status", authorization.status);
        shown.put("expires", now().plus(ORDER_LIFE).toString());
        shown.put(
                "challenges",
                authorization.kinds().stream()
                        .filter(kind -> authorization.proof == null || authorization.proof.equals(kind))
                        .map(kind -> challenge(authorization, kind))
                        .toList());
        if (authorization.wildcard) {
            shown.put("wildcard", true);
        }
        return AcmeAnswer.json(200, shown);
    }

    private Map<String, Object> challenge(Authorization authorization, String kind) {
        Map<String, Object> shown = new LinkedHashMap<>();
        shown.put("type", kind);
        shown.put("url", url("/challenge/" + authorization.id + "/" + kind));
        shown.put("status", authorization.status);
        shown.put("token", authorization.token);
        if (authorization.status.equals("valid")) {
            shown.put("validated", now().toString());
        }
        if (authorization.status.equals("invalid")) {
            shown.put("error", AcmeProblem.document("incorrectResponse", "the answer is another"));
        }
        return shown;
    }

    private AcmeAnswer challenge(Call call) throws AcmeProblem {
        Authorization authorization = ownAuthorization(call);
        String kind = call.path().substring(call.path().lastIndexOf('/') + 1);
        if (!authorization.kinds().contains(kind)) {
            throw new AcmeProblem(404, "malformed", "there is no such challenge");
        }
        if (!call.message().isPostAsGet()) {
            if (!call.message().payload().isEmpty()) {
                throw AcmeProblem.malformed("an answer is an empty object (RFC 8555 §7.5.1)");
            }
            if (!authorization.status.equals("pending")) {
                throw AcmeProblem.malformed("it is " + authorization.status + " already");
            }
            String answer = authorization.token + "." + thumbprint(call.account().key);
            authorization.status = proofs.holds(kind, authorization.token, answer) ? "valid" : "invalid";
            authorization.proof = kind;
        }
        return AcmeAnswer.json(200, challenge(authorization, kind))
                .with("Link", "<" + url("/authorization/" + authorization.id) + ">;rel=\"up\"");
    }

    private AcmeAnswer certificate(Call call) throws AcmeProblem {
        requirePostAsGet(call);
        Order order = own(call);
        X509Certificate leaf = order.certificate;
        String accepted = call.exchange().getRequestHeaders().getFirst("Accept");
        if (leaf == null) {
            throw new AcmeProblem(404, "malformed", "there is no such certificate");
        }
        if (accepted == null || !accepted.contains(CHAIN)) {
            throw new AcmeProblem(406, "malformed", "it is to be had as " + CHAIN);
        }
        String[] parts = call.path().split("/", 4);
        if (parts.length > 3) {
            int root = Integer.parseInt(parts[3]);
            if (ways.isAlternatesLost() || root >= AcmeIssuer.ROOTS) {
                throw new AcmeProblem(404, "malformed", "there is no such chain");
            }
            return AcmeAnswer.of(200, CHAIN, issuer.chain(leaf, root));
        }
        ways.keepWaiting();
        AcmeAnswer answer = AcmeAnswer.of(200, CHAIN, issuer.chain(leaf, 0));
        for (int i = 1; i < AcmeIssuer.ROOTS; i++) {
            answer = answer.with("Link", "<" + url(call.path() + "/" + i) + ">;rel=\"alternate\"");
        }
        return answer;
    }

    /** By the account that ordered it, or by the key that it is for (RFC 8555 §7.6). */
    private AcmeAnswer revoke(AcmeMessage message) throws AcmeProblem {
        Account by = null;
        JWK own = message.key();
        if (own == null) {
            String kid = String.valueOf(message.text("kid"));
            by = book.accounts.get(kid.substring(kid.lastIndexOf('/') + 1));
            if (by == null) {
                throw new AcmeProblem(400, "accountDoesNotExist", "there is no such account");
            }
            message.verify(by.key);
        } else {
            message.verify(own);
        }
        Map<String, Object> wish = message.payload();
        X509Certificate leaf = read(String.valueOf(wish.get("certificate")));
        Order order = book.order(each -> leaf.equals(each.certificate));
        boolean may = order != null && (own == null ? order.account == by : proofs.isKey(own, leaf.getPublicKey()));
        if (!may) {
            throw new AcmeProblem(403, "unauthorized", "another's certificate");
        }
        if (wish.get("reason") instanceof Number reason
                && !Set.of(0, 1, 3, 4, 5).contains(reason.intValue())) {
            throw new AcmeProblem(400, "badRevocationReason", reason + " is none");
        }
        if (!book.revoked.add(leaf.getSerialNumber().toString(16))) {
            throw new AcmeProblem(400, "alreadyRevoked", "it was");
        }
        return AcmeAnswer.of(200, "application/json", "");
    }

    private static X509Certificate read(String base64) throws AcmeProblem {
        try {
            return (X509Certificate) CertificateFactory.getInstance("X.509")
                    .generateCertificate(new ByteArrayInputStream(new Base64URL(base64).decode()));
        } catch (CertificateException unreadable) {
            throw AcmeProblem.malformed("no certificate");
        }
    }
}
