package ai.scailabs.vault.pki.issuer;

import ai.scailabs.vault.kernel.id.TenantId;
import ai.scailabs.vault.pki.x509.SerialNumber;
import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.UUID;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Serial numbers that the database keeps for this instance, each of which is given once. An authority that signs much has some in advance, so that not every certificate waits for a commit of its number;
 * what is left of them when the instance ends is used by nobody. Thread-safe.
 */
final class SerialNumbers {
    private static final int REMEMBERED = 2_000;
    private static final int MOST_AT_ONCE = 64;
    /** With time left to sign until the reservation is over. */
    private static final Duration FRESH = CertificateRepository.LONGEST_RESERVATION.dividedBy(2);
    /** An authority that uses up what it had within this gets more the next time. */
    private static final Duration BUSY = Duration.ofSeconds(10);

    private final CertificateRepository repository;
    private final SecureRandom random;
    private final Clock clock;
    private final Cache<Place, Stock> stocks =
            Caffeine.newBuilder().maximumSize(REMEMBERED).build();

    SerialNumbers(CertificateRepository repository, SecureRandom random, Clock clock) {
        this.repository = repository;
        this.random = random;
        this.clock = clock;
    }

    /** One that is durably reserved. */
    SerialNumber take(TenantId tenant, UUID authority) {
        Place place = new Place(tenant, authority);
        Stock stock = stocks.get(place, unseen -> new Stock());
        SerialNumber next = stock.next(clock.instant().minus(FRESH));
        return next == null ? stock.filled(place) : next;
    }

    /** One that nothing was signed under. */
    void giveBack(TenantId tenant, UUID authority, SerialNumber serial) {
        Stock stock = stocks.getIfPresent(new Place(tenant, authority));
        if (stock != null) {
            stock.back(serial);
        }
    }

    /** After one of them turned out not to be reserved: the database may be from before. */
    void forget(TenantId tenant, UUID authority) {
        stocks.invalidate(new Place(tenant, authority));
    }

    private record Place(TenantId tenant, UUID authority) {}

    /** Those of one authority, all of which were reserved at the same time. */
    private final class Stock {
        private final Deque<SerialNumber> numbers = new ArrayDeque<>();
        private Instant since = Instant.MIN;
        private int wanted = 1;

        synchronized @Nullable SerialNumber next(Instant notBefore) {
            return since.isBefore(notBefore) ? null : numbers.pollFirst();
        }

        synchronized void back(SerialNumber serial) {
            if (numbers.size() < MOST_AT_ONCE) {
                numbers.addFirst(serial);
            }
        }

        /** Whoever waits here meanwhile takes of what came. */
        synchronized SerialNumber filled(Place place) {
            Instant now = clock.instant();
            SerialNumber next = next(now.minus(FRESH));
            if (next != null) {
                return next;
            }
            wanted = since.isAfter(now.minus(BUSY)) ? Math.min(wanted * 2, MOST_AT_ONCE) : 1;
            numbers.clear();
            while (numbers.isEmpty()) {
                List<SerialNumber> drawn = Stream.generate(() -> SerialNumber.random(random))
                        .limit(wanted)
                        .toList();
                numbers.addAll(repository.reserve(place.tenant(), place.authority(), drawn, now));
            }
            since = now;
            return numbers.removeFirst();
        }
    }
}
