package ai.scailabs.vault.federation.proxy;

import ai.scailabs.vault.federation.remote.RemoteException;
import ai.scailabs.vault.federation.remote.RemoteFailure;
import ai.scailabs.vault.federation.remote.RemoteSecret;
import ai.scailabs.vault.kernel.id.IdentityId;
import ai.scailabs.vault.kernel.sensitive.SensitiveBytes;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import org.jspecify.annotations.Nullable;

/** One read for those of the same reader that are wanted at the same time: one makes it, and the others wait for it. Each gets a copy of its own, and what was copied is wiped after the last. Thread-safe. */
final class SharedReads {
    private final Map<Wish, Flight> flights = new HashMap<>();

    /** @param read made by at most one at a time for the same wish; its time is bounded */
    RemoteSecret read(Wish wish, Read read) throws RemoteException {
        Flight mine = new Flight();
        Flight flight;
        synchronized (flights) {
            Flight underWay = flights.putIfAbsent(wish, mine);
            flight = underWay == null ? mine : underWay;
            flight.sharers++;
        }
        if (flight == mine) {
            lead(wish, flight, read);
        } else {
            await(flight);
        }
        return taken(flight);
    }

    private void lead(Wish wish, Flight flight, Read read) {
        try {
            flight.answer = read.make();
        } catch (RemoteException failed) {
            flight.failure = failed;
        } catch (RuntimeException failed) {
            flight.fault = failed;
        } finally {
            synchronized (flights) {
                flights.remove(wish);
            }
            flight.landed.countDown();
        }
    }

    private void await(Flight flight) throws RemoteException {
        try {
            flight.landed.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            leave(flight);
            throw new RemoteException(RemoteFailure.TIMED_OUT, "it was not waited for");
        }
    }

    private RemoteSecret taken(Flight flight) throws RemoteException {
        try {
            if (flight.fault != null) {
                throw flight.fault;
            }
            if (flight.failure != null) {
                RemoteException failure = flight.failure;
                throw new RemoteException(
                        failure.failure(), String.valueOf(failure.getMessage()), failure.retryAfter());
            }
            RemoteSecret answer = flight.answer;
            if (answer == null) {
                throw new IllegalStateException("whoever made the read failed");
            }
            return new RemoteSecret(
                    answer.version(),
                    SensitiveBytes.owning(answer.data().expose().clone()));
        } finally {
            leave(flight);
        }
    }

    private void leave(Flight flight) {
        synchronized (flights) {
            flight.sharers--;
            if (flight.sharers == 0 && flight.answer != null) {
                flight.answer.close();
            }
        }
    }

    /** @param version absent for the current one */
    record Wish(IdentityId reader, String name, @Nullable Integer version) {}

    /** What is asked of the vault. */
    @FunctionalInterface
    interface Read {
        RemoteSecret make() throws RemoteException;
    }

    /** Its sharers are guarded by the map; the rest is written before it has landed, and read after. */
    private static final class Flight {
        private final CountDownLatch landed = new CountDownLatch(1);
        private int sharers;
        private @Nullable RemoteSecret answer;
        private @Nullable RemoteException failure;
        private @Nullable RuntimeException fault;
    }
}
