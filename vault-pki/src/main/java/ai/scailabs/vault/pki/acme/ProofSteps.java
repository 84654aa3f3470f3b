package ai.scailabs.vault.pki.acme;

import ai.scailabs.vault.persistence.due.Backoff;
import ai.scailabs.vault.pki.acme.OrderMoves.Held;
import ai.scailabs.vault.pki.x509.GeneralName;
import java.net.MalformedURLException;
import java.net.URI;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.shredzone.acme4j.Authorization;
import org.shredzone.acme4j.Identifier;
import org.shredzone.acme4j.Login;
import org.shredzone.acme4j.Order;
import org.shredzone.acme4j.OrderBuilder;
import org.shredzone.acme4j.Status;
import org.shredzone.acme4j.challenge.Challenge;
import org.shredzone.acme4j.challenge.Dns01Challenge;
import org.shredzone.acme4j.challenge.TokenChallenge;
import org.shredzone.acme4j.connector.Resource;
import org.shredzone.acme4j.exception.AcmeException;
import org.shredzone.acme4j.exception.AcmeNotSupportedException;

/** Has a directory take an order, and believe that its names are the tenant's. */
final class ProofSteps {
    /** Of those of the account, the newest: somewhere among them is one that was sent by an instance that died. */
    private static final int SEARCHED_ORDERS = 30;

    private static final int LISTED_ORDERS = 1_000;

    /** What an order replaces: a directory that cannot find that is not asked for ever. */
    private static final int TOLD_AT_MOST = 2;

    private final OrderMoves moves;

    ProofSteps(OrderMoves moves) {
        this.moves = moves;
    }

    static Order bound(AcmeOrder order, Login login) {
        URI location = order.location();
        if (location == null) {
            throw new IllegalStateException("an order without a location is beyond its beginning");
        }
        return login.bindOrder(url(location));
    }

    static java.net.URL url(URI location) {
        try {
            return location.toURL();
        } catch (MalformedURLException malformed) {
            throw new IllegalStateException("a location was stored that is no URL", malformed);
        }
    }

    void create(Held held, Login login) throws AcmeException, DirectoryFailure {
        AcmeOrder order = held.order();
        Optional<Order> lost = order.progress().sent() ? lost(order, login) : Optional.empty();
        Order made = lost.isPresent() ? lost.get() : placed(held, login);
        URI location = URI.create(made.getLocation().toString());
        try {
            moves.on(
                    held,
                    Stage.AUTHORIZE,
                    lost.isPresent() ? "found" : "placed",
                    tx -> moves.orders().placed(tx, order, location));
        } catch (OrderRepository.AlreadyOurs shared) {
            // Some directories give an order that is open again to whoever orders the same; it makes one certificate.
            throw DirectoryFailure.passing(DirectoryProblem.ours(
                    "orderShared",
                    "the directory gives no order of its own while another for the same names is open",
                    null));
        }
    }

    private Order placed(Held held, Login login) throws AcmeException, DirectoryFailure {
        AcmeOrder order = held.order();
        OrderBuilder builder = login.newOrder();
        order.terms().names().forEach(name -> builder.identifier(name.identifier()));
        String profile = order.terms().profile();
        if (profile != null) {
            builder.profile(profile);
        }
        String replaces = order.progress().replaces();
        boolean told = replaces != null
                && order.attempts() < TOLD_AT_MOST
                && login.getSession().resourceUrlOptional(Resource.RENEWAL_INFO).isPresent();
        if (told) {
            builder.replaces(replaces);
        }
        // Durable before the directory hears of it: whoever takes the order up after an accident looks for it first.
        moves.orders().transactions().inTransaction(order.tenant(), tx -> {
            moves.orders().sent(tx, order.id(), held.worker());
            return order;
        });
        try {
            return builder.create();
        } catch (AcmeNotSupportedException missing) {
            throw DirectoryFailure.lasting(DirectoryProblem.ours(
                    "notOffered",
                    profile == null
                            ? "the directory does not offer what is asked for"
                            : "the directory has no profile '" + profile + "'; it has "
                                    + DirectoryProblem.bounded(
                                            login.getSession()
                                                    .getMetadata()
                                                    .getProfiles()
                                                    .toString(),
                                            300),
                    null));
        } catch (AcmeException refused) {
            DirectoryFailure failure = DirectoryFailure.of(refused);
            if (told && !failure.isPassing() && !failure.problem().is("rejectedIdentifier")) {
                // What it replaces may have been replaced already, or be unknown there (RFC 9773 §5): it does without.
                moves.orders().transactions().inTransaction(order.tenant(), tx -> {
                    moves.orders().replacesNothing(tx, order.id());
                    return order;
                });
                return withoutReplacing(order, login, profile);
            }
            throw failure;
        }
    }

    private static Order withoutReplacing(AcmeOrder order, Login login, @Nullable String profile) throws AcmeException {
        OrderBuilder builder = login.newOrder();
        order.terms().names().forEach(name -> builder.identifier(name.identifier()));
        if (profile != null) {
            builder.profile(profile);
        }
        return builder.create();
    }

    /** One of the account's that is for these names, goes on, and is none of ours. Directories that do not list orders give the same one again while it waits, or bear with another. */
    private Optional<Order> lost(AcmeOrder order, Login login) throws AcmeException {
        Set<Identifier> wanted = new HashSet<>();
        order.terms().names().forEach(name -> wanted.add(name.identifier()));
        for (Order candidate : newest(login)) {
            URI location = URI.create(candidate.getLocation().toString());
            if (moves.orders().isOurs(order.tenant(), location)) {
                continue;
            }
            candidate.fetch();
            boolean open = List.of(Status.PENDING, Status.READY).contains(candidate.getStatus());
            if (open && new HashSet<>(candidate.getIdentifiers()).equals(wanted)) {
                return Optional.of(candidate);
            }
        }
        return Optional.empty();
    }

    private static List<Order> newest(Login login) {
        Deque<Order> last = new ArrayDeque<>();
        try {
            Iterator<Order> all = login.getAccount().getOrders();
            for (int i = 0; i < LISTED_ORDERS && all.hasNext(); i++) {
                last.addFirst(all.next());
                if (last.size() > SEARCHED_ORDERS) {
                    last.removeLast();
                }
            }
        } catch (AcmeNotSupportedException unlisted) {
            return List.of();
        }
        return List.copyOf(last);
    }

    void authorize(Held held, Login login) throws AcmeException, DirectoryFailure {
        AcmeOrder order = held.order();
        Order there = bound(order, login);
        there.fetch();
        switch (there.getStatus()) {
            case READY -> proved(held);
            case PROCESSING, VALID ->
                moves.on(held, OrderStatus.PROCESSING, Stage.COLLECT, moves.now(), null, tx -> {});
            case INVALID -> throw refused(there);
            default -> {
                List<PendingChallenge> wanted = wanted(order, there);
                Stage next = order.terms().challenge() == ChallengeType.DNS_01 ? Stage.PLACE : Stage.TRIGGER;
                Instant now = moves.now();
                moves.on(held, next, "answers_placed", tx -> moves.challenges().replace(tx, order.id(), wanted, now));
            }
        }
    }

    private void proved(Held held) {
        moves.on(
                held,
                OrderStatus.PROCESSING,
                Stage.FINALIZE,
                moves.now(),
                "names_proved",
                tx -> moves.challenges().deleteAnswers(tx, held.order().id()));
    }

    private static List<PendingChallenge> wanted(AcmeOrder order, Order there) throws AcmeException, DirectoryFailure {
        List<PendingChallenge> wanted = new ArrayList<>();
        List<Authorization> authorizations = there.getAuthorizations();
        if (authorizations.size() > OrderForm.MAX_NAMES) {
            throw DirectoryFailure.lasting(
                    DirectoryProblem.ours("unexpected", "the directory wants more proved than was asked for", null));
        }
        for (Authorization authorization : authorizations) {
            authorization.fetch();
            if (authorization.getStatus() == Status.VALID) {
                continue;
            }
            if (authorization.getStatus() != Status.PENDING) {
                throw failureOf(authorization);
            }
            wanted.add(challenge(wanted.size(), order.terms().challenge(), authorization));
        }
        return wanted;
    }

    private static PendingChallenge challenge(int position, ChallengeType type, Authorization authorization)
            throws DirectoryFailure {
        Identifier identifier = authorization.getIdentifier();
        String name = DirectoryProblem.bounded(identifier.getValue(), 253);
        Optional<Challenge> found = authorization.findChallenge(type.wireName());
        if (found.isEmpty() || !(found.get() instanceof TokenChallenge challenge)) {
            throw DirectoryFailure.lasting(DirectoryProblem.ours(
                    "notOffered", "the directory does not offer " + type.wireName() + " for this name", name));
        }
        String authorizationText = challenge.getAuthorization();
        return new PendingChallenge(
                position,
                name,
                type,
                challenge.getLocation().toString(),
                authorizationText.substring(0, authorizationText.indexOf('.')),
                authorizationText,
                type == ChallengeType.TLS_ALPN_01 ? serverName(identifier) : null,
                challenge instanceof Dns01Challenge dns ? dns.getDigest() : null,
                null,
                false,
                false);
    }

    /** RFC 8738 §6: an address goes by its name in reverse. */
    private static String serverName(Identifier identifier) {
        if (!identifier.getType().equals(Identifier.TYPE_IP)) {
            return identifier.getValue();
        }
        return ReverseName.of(new GeneralName.Ip(identifier.getIP()).address());
    }

    void trigger(Held held, Login login) throws AcmeException {
        AcmeOrder order = held.order();
        List<PendingChallenge> pending = moves.challenges().of(order.tenant(), order.id());
        for (PendingChallenge each : pending) {
            if (!each.triggered()) {
                Challenge challenge = login.bindChallenge(url(URI.create(each.location())));
                if (challenge.getStatus() == Status.PENDING) {
                    challenge.trigger();
                }
            }
        }
        moves.on(
                held,
                order.status(),
                Stage.VALIDATE,
                moves.now().plusMillis(100),
                "triggered",
                tx -> moves.challenges().triggered(tx, order.id()));
    }

    void validate(Held held, Login login) throws AcmeException, DirectoryFailure {
        AcmeOrder order = held.order();
        Order there = bound(order, login);
        Optional<Instant> wish = there.fetch();
        switch (there.getStatus()) {
            case READY -> proved(held);
            case PROCESSING, VALID ->
                moves.on(held, OrderStatus.PROCESSING, Stage.COLLECT, moves.now(), null, tx -> {});
            case INVALID -> throw refused(there);
            default -> {
                // An authorization may be lost while the order does not say so yet.
                for (Authorization authorization : there.getAuthorizations()) {
                    Optional<Instant> later = authorization.fetch();
                    if (authorization.getStatus() != Status.PENDING && authorization.getStatus() != Status.VALID) {
                        throw failureOf(authorization);
                    }
                    if (later.isPresent()
                            && wish.filter(other -> other.isAfter(later.get())).isEmpty()) {
                        wish = later;
                    }
                }
                moves.waiting(
                        held, Backoff.poll(wish.orElse(null), order.progress().since(), moves.now()));
            }
        }
    }

    /** What the directory says of an order that came to nothing: what it says of a name, where it blames one. */
    static DirectoryFailure refused(Order there) throws AcmeException, DirectoryFailure {
        for (Authorization authorization : there.getAuthorizations()) {
            authorization.fetch();
            if (authorization.getStatus() == Status.INVALID) {
                return failureOf(authorization);
            }
        }
        return DirectoryFailure.lasting(there.getError()
                .map(problem -> DirectoryProblem.of(problem, null))
                .orElseGet(() -> DirectoryProblem.ours(
                        "orderInvalid", "the directory gave the order up and does not say why", null)));
    }

    private static DirectoryFailure failureOf(Authorization authorization) {
        String name = DirectoryProblem.bounded(authorization.getIdentifier().getValue(), 253);
        return DirectoryFailure.lasting(authorization.getChallenges().stream()
                .flatMap(challenge -> challenge.getError().stream())
                .findFirst()
                .map(problem -> DirectoryProblem.of(problem, name))
                .orElseGet(() -> DirectoryProblem.ours(
                        "authorizationLost",
                        "the directory says that the authorization is "
                                + authorization.getStatus().toString().toLowerCase(java.util.Locale.ROOT),
                        name)));
    }
}
