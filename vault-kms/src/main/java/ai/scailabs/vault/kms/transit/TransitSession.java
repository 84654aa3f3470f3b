package ai.scailabs.vault.kms.transit;

import ai.scailabs.vault.kms.transit.TransitTrouble.Kind;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * The token with which calls are made. However many callers need a new one, one login is under way, and its outcome is everybody's. Credentials that a login was refused with are not shown
 * again until they change, or five minutes have passed: servers lock out whom they refuse too often. Thread-safe.
 */
final class TransitSession implements AutoCloseable {
    /** A token that is refused although it is younger than this is refused for what it may do; a new one would be as well. */
    private static final Duration YOUNG = Duration.ofSeconds(10);

    private static final Duration REFUSED_FOR = Duration.ofMinutes(5);

    private final TransitServer server;
    private final TransitLogin login;
    private final Clock clock;
    private final LeaseUpkeep upkeep;
    private final AtomicReference<@Nullable Lease> current = new AtomicReference<>();
    private final AtomicReference<@Nullable CompletableFuture<Lease>> underWay = new AtomicReference<>();
    private final AtomicReference<@Nullable Refused> refused = new AtomicReference<>();

    TransitSession(TransitServer server, TransitLogin login, Duration patience, Clock clock) {
        this.server = server;
        this.login = login;
        this.clock = clock;
        this.upkeep = new LeaseUpkeep(server, this, patience, clock);
    }

    /** A token to call with. */
    Lease lease(Deadline deadline) throws TransitTrouble {
        Lease lease = current.get();
        if (login instanceof TransitLogin.Token given) {
            return adopted(given.token(), lease);
        }
        return lease != null && !lease.isOver(clock.instant()) ? lease : loggedIn(lease, deadline);
    }

    /** Another one, after a call with that one was refused. */
    Lease insteadOf(Lease denied, Deadline deadline) throws TransitTrouble {
        Lease lease = lease(deadline);
        if (!lease.token().equals(denied.token())) {
            return lease;
        }
        boolean young = denied.since().plus(YOUNG).isAfter(clock.instant());
        if (young || login instanceof TransitLogin.Token) {
            throw new TransitTrouble(Kind.FORBIDDEN, "the token is not valid, or may not use the key");
        }
        return loggedIn(denied, deadline);
    }

    /** Whether the service can get a token by itself. */
    boolean logsIn() {
        return !(login instanceof TransitLogin.Token);
    }

    /** Takes what was learned of a token, unless it is not the current one any more. */
    boolean replace(Lease before, Lease after) {
        return current.compareAndSet(before, after);
    }

    /** Somebody else looks after a token that is given: what stands there counts, and what stood there before while nothing can be read, as while a file is exchanged. */
    private Lease adopted(SecretText text, @Nullable Lease lease) throws TransitTrouble {
        String token;
        try {
            token = text.read();
        } catch (TransitTrouble unreadable) {
            if (lease == null) {
                throw unreadable;
            }
            return lease;
        }
        if (lease != null && lease.token().equals(token)) {
            return lease;
        }
        Lease news = Lease.unknown(token, clock.instant());
        if (current.compareAndSet(lease, news)) {
            upkeep.study(news);
        }
        return news;
    }

    /** A new one by the login. @param stale what will not do any more */
    Lease loggedIn(@Nullable Lease stale, Deadline deadline) throws TransitTrouble {
        CompletableFuture<Lease> mine = new CompletableFuture<>();
        CompletableFuture<Lease> theirs = underWay.compareAndExchange(null, mine);
        if (theirs != null) {
            return waitedFor(theirs, deadline);
        }
        try {
            Lease lease = current.get();
            // Somebody else may have been faster.
            if (lease == null || (stale != null && lease.token().equals(stale.token()))) {
                lease = fresh(deadline);
                current.set(lease);
                upkeep.schedule(lease);
            }
            mine.complete(lease);
            return lease;
        } catch (TransitTrouble trouble) {
            mine.completeExceptionally(trouble);
            throw trouble;
        } finally {
            underWay.set(null);
            // Nobody waits for ever for one that ended in an error.
            mine.cancel(false);
        }
    }

    private static Lease waitedFor(CompletableFuture<Lease> login, Deadline deadline) throws TransitTrouble {
        try {
            return login.get(deadline.leftNanos(), TimeUnit.NANOSECONDS);
        } catch (ExecutionException failed) {
            if (failed.getCause() instanceof TransitTrouble trouble) {
                throw new TransitTrouble(trouble.kind(), String.valueOf(trouble.getMessage()));
            }
            throw new IllegalStateException("a login failed unexpectedly", failed.getCause());
        } catch (TimeoutException | CancellationException late) {
            throw new TransitTrouble(Kind.UNREACHABLE, "the login did not end in time");
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new TransitTrouble(Kind.UNREACHABLE, "the login was not waited for");
        }
    }

    private Lease fresh(Deadline deadline) throws TransitTrouble {
        byte[] shown = fingerprint();
        Refused before = refused.get();
        if (before != null
                && Arrays.equals(before.credential(), shown)
                && clock.instant().isBefore(before.at().plus(REFUSED_FOR))) {
            throw new TransitTrouble(
                    Kind.NO_LOGIN,
                    "the server has refused these credentials, which are not tried again for five minutes or before they change");
        }
        try {
            Lease lease = server.login(deadline);
            refused.set(null);
            return lease;
        } catch (TransitTrouble trouble) {
            if (trouble.kind() == Kind.NO_LOGIN) {
                refused.set(new Refused(shown, clock.instant()));
            }
            throw trouble;
        }
    }

    private byte[] fingerprint() throws TransitTrouble {
        String credential = switch (login) {
            case TransitLogin.Token token -> token.token().read();
            case TransitLogin.AppRole role -> role.secretId().read();
            case TransitLogin.Kubernetes pod -> new SecretText.InFile(pod.serviceAccount()).read();
        };
        try {
            return MessageDigest.getInstance("SHA-256").digest(credential.getBytes(StandardCharsets.US_ASCII));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("the Java runtime lacks SHA-256", e);
        }
    }

    @Override
    public void close() {
        upkeep.close();
    }

    private record Refused(byte[] credential, Instant at) {}
}
