package ai.scailabs.vault.access.token;

import ai.scailabs.vault.kernel.error.ErrorCode;
import ai.scailabs.vault.kernel.error.VaultException;
import com.nimbusds.jose.jwk.JWK;
import com.nimbusds.jose.jwk.JWKSet;
import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The keys of an issuer, in memory. A name that is not known makes a new fetch, at most one every {@link #FETCH_INTERVAL} and one
 * at a time. While the issuer does not answer, the last keys stay good for {@link #TRUSTED_FOR}; after that nothing is accepted. Thread-safe.
 */
final class SigningKeys implements IssuerKeys {
    static final Duration FETCH_INTERVAL = Duration.ofSeconds(5);
    static final Duration TRUSTED_FOR = Duration.ofHours(24);

    private static final Logger LOG = LoggerFactory.getLogger(SigningKeys.class);

    private final KeySource source;
    private final String issuer;
    private final Clock clock;
    private final ReentrantLock fetching = new ReentrantLock();
    private final LongAdder fetches = new LongAdder();
    private final LongAdder failures = new LongAdder();
    private long lastAttemptMillis = Long.MIN_VALUE;
    private volatile long attempts;
    private volatile @Nullable KeySet current;

    SigningKeys(KeySource source, String issuer, Clock clock) {
        this.source = source;
        this.issuer = issuer;
        this.clock = clock;
    }

    @Override
    public @Nullable VerificationKey find(String keyId) {
        KeySet known = current;
        VerificationKey key = known == null ? null : known.keys().get(keyId);
        if (known != null && key != null && isTrusted(known, clock.millis())) {
            return key;
        }
        refresh();
        return trusted(clock.millis()).get(keyId);
    }

    @Override
    public boolean isStillPublished(VerificationKey key, long nowMillis) {
        KeySet known = current;
        VerificationKey now = known == null || !isTrusted(known, nowMillis)
                ? null
                : known.keys().get(key.keyId());
        return now == key || (now != null && now.isSameKey(key));
    }

    private Map<String, VerificationKey> trusted(long nowMillis) {
        KeySet known = current;
        if (known == null || !isTrusted(known, nowMillis)) {
            throw new VaultException(ErrorCode.SERVICE_UNAVAILABLE, "The identity provider's keys are not available");
        }
        return known.keys();
    }

    private static boolean isTrusted(KeySet known, long nowMillis) {
        return nowMillis - known.fetchedAtMillis() < TRUSTED_FOR.toMillis();
    }

    /** Fetches when the keys were never had or have reached the age; while the issuer does not answer, again and again. */
    void refreshIfOlderThan(Duration age) {
        Duration current = age();
        if (current == null || current.compareTo(age) >= 0) {
            refresh();
        }
    }

    /**
     * Fetches unless that was tried within the interval. Callers that come while a fetch is under way wait for its outcome and make no other one, however long it
     * takes: an issuer that is slow is not asked the more for it.
     */
    void refresh() {
        long seen = attempts;
        fetching.lock();
        try {
            if (attempts == seen && !triedJustNow(clock.millis())) {
                fetch(clock.millis());
                lastAttemptMillis = clock.millis();
                attempts = seen + 1;
            }
        } finally {
            fetching.unlock();
        }
    }

    private boolean triedJustNow(long now) {
        return lastAttemptMillis != Long.MIN_VALUE
                && now >= lastAttemptMillis
                && now - lastAttemptMillis < FETCH_INTERVAL.toMillis();
    }

    private void fetch(long nowMillis) {
        fetches.increment();
        try {
            current = new KeySet(usable(source.fetch()), nowMillis);
        } catch (IOException | RuntimeException e) {
            // Whatever an issuer answers, the next attempt must still come.
            failures.increment();
            LOG.warn("The keys of issuer {} cannot be refreshed: {}", issuer, e.toString());
        } catch (InterruptedException e) {
            failures.increment();
            Thread.currentThread().interrupt();
        }
    }

    private Map<String, VerificationKey> usable(JWKSet published) {
        Map<String, VerificationKey> keys = new HashMap<>();
        for (JWK jwk : published.getKeys()) {
            VerificationKey.of(jwk).ifPresent(key -> keys.putIfAbsent(key.keyId(), key));
        }
        if (keys.isEmpty()) {
            LOG.warn("Issuer {} publishes no key that may verify a token", issuer);
        }
        return Map.copyOf(keys);
    }

    long fetches() {
        return fetches.sum();
    }

    long failedFetches() {
        return failures.sum();
    }

    /** How old the keys are; absent when they were never had. */
    @Nullable
    Duration age() {
        KeySet known = current;
        return known == null ? null : Duration.ofMillis(Math.max(0, clock.millis() - known.fetchedAtMillis()));
    }

    private record KeySet(Map<String, VerificationKey> keys, long fetchedAtMillis) {}
}
