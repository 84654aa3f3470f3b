package ai.scailabs.vault.pki.ocsp;

import ai.scailabs.vault.kernel.error.VaultException;
import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.UUID;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The keys of this instance, one for each key of an authority that somebody asked about. Made at the first question, and again at half of its time; of those who ask meanwhile few wait. Thread-safe.
 */
final class Responders {
    private static final Logger LOG = LoggerFactory.getLogger(Responders.class);
    private static final int REMEMBERED = 20_000;
    /** Of all authorities, so that strangers who ask about many of them do not keep the root key and the database busy. */
    private static final int MADE_AT_ONCE = 4;

    private static final Duration PATIENCE = Duration.ofSeconds(2);
    /** After which one that could not be made is tried again. */
    private static final Duration REST = Duration.ofSeconds(15);

    private final ResponderCertificates certificates;
    private final Clock clock;
    private final Semaphore makers = new Semaphore(MADE_AT_ONCE);
    private final Cache<Place, Held> held =
            Caffeine.newBuilder().maximumSize(REMEMBERED).build();

    Responders(ResponderCertificates certificates, Clock clock) {
        this.certificates = certificates;
        this.clock = clock;
    }

    /** @throws UnansweredQuestion {@code try_later} when there is none yet; {@code unauthorized} when the authority can have none any more */
    Responder of(KnownAuthority authority, int generation) {
        Held one = held.get(new Place(authority.id(), generation), place -> new Held());
        Responder current = one.usable(clock.instant());
        if (current != null && clock.instant().isBefore(current.renewAt())) {
            return current;
        }
        if (!isMine(one.lock, current == null)) {
            return orLater(current);
        }
        try {
            return renewed(one, authority, generation);
        } finally {
            one.lock.unlock();
        }
    }

    private Responder renewed(Held one, KnownAuthority authority, int generation) {
        Instant now = clock.instant();
        Responder current = one.usable(now);
        boolean needed = current == null || !now.isBefore(current.renewAt());
        if (!needed || now.isBefore(one.restUntil) || !makers.tryAcquire()) {
            return orLater(current);
        }
        try {
            Responder made = certificates.make(authority, generation);
            one.current = made;
            return made;
        } catch (UnansweredQuestion never) {
            throw never;
        } catch (RuntimeException notNow) {
            one.restUntil = now.plus(REST);
            if (notNow instanceof VaultException known && known.code().status() != 500) {
                LOG.warn("no certificate for a responder: {}", known.code().code());
            } else {
                LOG.error("no certificate for a responder", notNow);
            }
            return orLater(current);
        } finally {
            makers.release();
        }
    }

    private static Responder orLater(@Nullable Responder current) {
        if (current == null) {
            throw new UnansweredQuestion(OcspFailure.TRY_LATER);
        }
        return current;
    }

    /** Whoever has one to answer with does not wait for the next. */
    private static boolean isMine(ReentrantLock lock, boolean wait) {
        try {
            return wait ? lock.tryLock(PATIENCE.toMillis(), TimeUnit.MILLISECONDS) : lock.tryLock();
        } catch (InterruptedException stopping) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    private record Place(UUID authority, int generation) {}

    private static final class Held {
        private final ReentrantLock lock = new ReentrantLock();
        private volatile @Nullable Responder current;
        private volatile Instant restUntil = Instant.MIN;

        @Nullable
        Responder usable(Instant now) {
            Responder known = current;
            return known != null && now.isBefore(known.notAfter()) ? known : null;
        }
    }
}
