package ai.scailabs.vault.kms.transit;

import ai.scailabs.vault.kms.transit.TransitTrouble.Kind;
import java.time.Clock;
import java.time.Duration;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.random.RandomGenerator;

/** Calls with the token of the moment, and once more with another when that one is refused. So many at a time, as each has a connection of its own. Thread-safe. */
final class TransitCalls implements AutoCloseable {
    private static final int PLACES = 64;

    private final TransitServer server;
    private final TransitSession session;
    private final Duration patience;
    private final Semaphore places = new Semaphore(PLACES);

    TransitCalls(TransitProperties properties, Clock clock, RandomGenerator random) {
        this.server = new TransitServer(properties, clock, random);
        this.session = new TransitSession(server, properties, clock);
        this.patience = properties.patience();
    }

    Deadline deadline() {
        return Deadline.in(patience);
    }

    <T> T call(Deadline deadline, Call<T> call) throws TransitTrouble {
        take(deadline);
        try {
            Lease lease = session.lease(deadline);
            try {
                return call.with(server, lease.token(), deadline);
            } catch (TransitTrouble trouble) {
                if (trouble.kind() != Kind.FORBIDDEN) {
                    throw trouble;
                }
                Lease another = session.insteadOf(lease, deadline);
                return call.with(server, another.token(), deadline);
            }
        } finally {
            places.release();
        }
    }

    private void take(Deadline deadline) throws TransitTrouble {
        try {
            if (!places.tryAcquire(deadline.leftNanos(), TimeUnit.NANOSECONDS)) {
                throw new TransitTrouble(Kind.BUSY, "too many calls are waiting");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new TransitTrouble(Kind.UNREACHABLE, "the call was not waited for");
        }
    }

    @Override
    public void close() {
        session.close();
        server.close();
    }

    @FunctionalInterface
    interface Call<T> {
        T with(TransitServer server, String token, Deadline deadline) throws TransitTrouble;
    }
}
