package ai.scailabs.vault.kms.transit;

import ai.scailabs.vault.kms.transit.TransitTrouble.Kind;
import java.time.Clock;
import java.time.Duration;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * The token with which calls are made. However many callers need a new one, one login is under way, and its outcome is everybody's. Thread-safe.
 */
final class TransitSession implements AutoCloseable {
    /** A token that is refused although it is younger than this is refused for what it may do; a new one would be as well. */
    private static final Duration YOUNG = Duration.ofSeconds(10);

    private final TransitServer server;
    private final TransitLogin login;
    private final Clock clock;
    private final LeaseUpkeep upkeep;
    private final RefusedCredentials refused;
    private final AtomicReference<@Nullable Lease> current = new AtomicReference<>();
    private final AtomicReference<@Nullable CompletableFuture<Lease>> underWay = new AtomicReference<>();

    TransitSession(TransitServer server, TransitProperties where, Clock clock) {
        this.server = server;
        this.login = where.login();
        this.clock = clock;
        this.upkeep = new LeaseUpkeep(server, this, where.patience(), clock);
        this.refused = new RefusedCredentials(where.endpoint() + " " + login.who(), clock);
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
        String credential = login.credential().read();
        refused.requireUntried(credential);
        try {
            Lease lease = server.login(credential, deadline);
            refused.taken();
            return lease;
        } catch (TransitTrouble trouble) {
            if (trouble.kind() == Kind.NO_LOGIN) {
                refused.refused(credential);
            }
            throw trouble;
        }
    }

    @Override
    public void close() {
        upkeep.close();
    }
}
