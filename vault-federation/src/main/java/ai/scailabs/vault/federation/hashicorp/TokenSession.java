package ai.scailabs.vault.federation.hashicorp;

import ai.scailabs.vault.federation.remote.RemoteCalls;
import ai.scailabs.vault.federation.remote.RemoteException;
import ai.scailabs.vault.federation.remote.RemoteFailure;
import ai.scailabs.vault.federation.remote.Unanswered;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tools.jackson.databind.JsonNode;

/**
 * Asks with the token of the moment, and once more with another when that one has ended. However many callers need a new one, one login is under way. A token is renewed while it is used, beside
 * the call that finds it at half of its time, which does not wait. Thread-safe.
 */
final class TokenSession {
    private static final Logger LOG = LoggerFactory.getLogger(TokenSession.class);
    /** A token that is refused although it is younger than this would be followed by others. */
    private static final Duration YOUNG = Duration.ofSeconds(10);
    /** Vaults lock out whom they refuse too often. */
    private static final Duration AFTER_REFUSAL = Duration.ofMinutes(1);

    private static final Duration AFTER_TROUBLE = Duration.ofSeconds(30);

    private final VaultServer server;
    private final VaultLogin login;
    private final Clock clock;
    private final AtomicReference<@Nullable TokenLease> current = new AtomicReference<>();
    private final ReentrantLock oneLogin = new ReentrantLock();
    /** Of the last login, and until when it stands. */
    private @Nullable RemoteException refusal;

    private Instant refusedUntil = Instant.MIN;

    TokenSession(VaultServer server, VaultLogin login, Clock clock) throws RemoteException {
        this.server = server;
        this.login = login;
        this.clock = clock;
        if (!login.isRepeatable()) {
            current.set(TokenLease.given(login.givenToken(), clock.instant()));
        }
    }

    /** Any answer but those that tell of an outage. */
    VaultAnswer ask(RemoteCalls.Turn turn, DriverRequest.Question question) throws RemoteException {
        return answered(turn, token -> server.ask(turn, token, question));
    }

    /** The same of what is written. It is sent again only after a token was refused, by which nothing was written. */
    VaultAnswer write(RemoteCalls.Turn turn, String where, byte[] body) throws RemoteException {
        return answered(turn, token -> server.write(token, where, body));
    }

    private VaultAnswer answered(RemoteCalls.Turn turn, Request request) throws RemoteException {
        TokenLease lease = lease(turn);
        VaultAnswer answer = request.by(lease.token());
        if (!VaultRefusal.isOfToken(answer) || !login.isRepeatable()) {
            return answer;
        }
        TokenLease another = lease.since().plus(YOUNG).isAfter(clock.instant()) ? current.get() : fresh(turn, lease);
        return another == null || another.token().equals(lease.token()) ? answer : request.by(another.token());
    }

    private TokenLease lease(RemoteCalls.Turn turn) throws RemoteException {
        TokenLease lease = current.get();
        Instant now = clock.instant();
        if (lease == null || (login.isRepeatable() && lease.isOver(now))) {
            return fresh(turn, lease);
        }
        renewIfDue(lease, now);
        return lease;
    }

    /** @param stale what will not do any more */
    private TokenLease fresh(RemoteCalls.Turn turn, @Nullable TokenLease stale) throws RemoteException {
        try {
            oneLogin.lockInterruptibly();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new RemoteException(RemoteFailure.TIMED_OUT, "the login was not waited for");
        }
        try {
            TokenLease lease = current.get();
            if (lease == null || (stale != null && lease.token().equals(stale.token()))) {
                lease = loggedIn(turn);
                current.set(lease);
            }
            return lease;
        } finally {
            oneLogin.unlock();
        }
    }

    private TokenLease loggedIn(RemoteCalls.Turn turn) throws RemoteException {
        if (refusal != null && clock.instant().isBefore(refusedUntil)) {
            throw refusal;
        }
        Instant asked = clock.instant();
        VaultAnswer answer = server.ask(turn, null, login.question());
        if (!answer.isSuccess()) {
            refusal = VaultRefusal.ofLogin(answer, login.mount());
            refusedUntil = clock.instant().plus(AFTER_REFUSAL);
            throw refusal;
        }
        refusal = null;
        return granted(answer, asked, asked);
    }

    private void renewIfDue(TokenLease lease, Instant now) {
        if (lease.isToBeRenewed(now)) {
            // Whoever moves the next time forward is the one that renews.
            TokenLease tried = lease.renewingAt(now.plus(AFTER_TROUBLE));
            if (current.compareAndSet(lease, tried)) {
                Thread.ofVirtual().name("remote-vault-token").start(() -> renew(tried));
            }
        }
    }

    private void renew(TokenLease lease) {
        try {
            Instant asked = clock.instant();
            VaultAnswer answer =
                    server.askOnce(lease.token(), vault -> vault.auth().renewSelf());
            // One that cannot be renewed is used until it ends.
            TokenLease next = answer.isSuccess() ? granted(answer, lease.since(), asked) : lease.renewingAt(null);
            current.compareAndSet(lease, next);
        } catch (RemoteException trouble) {
            LOG.info("a token of another vault was not renewed: {}", trouble.getMessage());
        } catch (RuntimeException unexpected) {
            LOG.warn("the renewal of a token of another vault failed", unexpected);
        }
    }

    /** @param asked when: its time began no earlier, and may have begun before the answer came */
    private static TokenLease granted(VaultAnswer answer, Instant since, Instant asked) throws RemoteException {
        JsonNode auth = answer.tree().path("auth");
        String token = auth.path("client_token").asString("");
        JsonNode seconds = auth.path("lease_duration");
        if (!VaultLogin.TOKEN.matcher(token).matches() || !seconds.isIntegralNumber() || !seconds.canConvertToLong()) {
            throw Unanswered.notUnderstood("no token");
        }
        return TokenLease.granted(
                token, since, asked, seconds.longValue(), auth.path("renewable").asBoolean(false));
    }

    void close() {
        current.set(null);
    }

    @FunctionalInterface
    private interface Request {
        VaultAnswer by(String token) throws RemoteException;
    }
}
