package ai.scailabs.vault.access.token;

import ai.scailabs.vault.access.issuer.IssuerNames;
import ai.scailabs.vault.access.issuer.TenantIssuer;
import ai.scailabs.vault.kernel.error.ErrorCode;
import ai.scailabs.vault.kernel.error.VaultException;
import ai.scailabs.vault.kernel.id.TenantId;
import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.nimbusds.jose.jwk.JWK;
import com.nimbusds.jose.jwk.JWKSet;
import java.time.Clock;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The keys of our own issuers, as the database has them: read again after {@link #KNOWN_FOR}, and when a token names one that is not known, at most four times a second for a tenant.
 * Strangers who name tenants that have no keys share a few places. Thread-safe.
 */
public final class LocalIssuers {
    static final Duration KNOWN_FOR = Duration.ofSeconds(30);
    static final Duration READ_INTERVAL = Duration.ofMillis(250);

    private static final Duration LONGEST_WAIT = Duration.ofSeconds(1);
    private static final int MAX_TENANTS = 10_000;

    private final TenantIssuer issuer;
    private final Clock clock;
    private final Semaphore strangers = new Semaphore(2);
    private final Cache<TenantId, Known> remembered = Caffeine.newBuilder()
            .maximumSize(MAX_TENANTS)
            .executor(Runnable::run)
            .build();

    public LocalIssuers(TenantIssuer issuer, Clock clock) {
        this.issuer = issuer;
        this.clock = clock;
    }

    public IssuerNames names() {
        return issuer.names();
    }

    /**
     * The JWK set that the tenant's issuer publishes (RFC 7517 §5). That of a tenant that has no keys, or does not exist, is empty.
     *
     * @throws VaultException {@code service_unavailable}
     */
    public String published(TenantId tenant) {
        return fresh(tenant, clock.millis(), KNOWN_FOR).json();
    }

    IssuerKeys keysOf(TenantId tenant) {
        return new IssuerKeys() {
            @Override
            public @Nullable VerificationKey find(String keyId) {
                long now = clock.millis();
                VerificationKey key = fresh(tenant, now, KNOWN_FOR).keys().get(keyId);
                return key != null
                        ? key
                        : fresh(tenant, now, READ_INTERVAL).keys().get(keyId);
            }

            @Override
            public boolean isStillPublished(VerificationKey key, long nowMillis) {
                Known known = remembered.getIfPresent(tenant);
                VerificationKey now = known == null || !known.isWithin(nowMillis, KNOWN_FOR)
                        ? null
                        : known.keys().get(key.keyId());
                return now == key || (now != null && now.isSameKey(key));
            }
        };
    }

    /** What was read no longer ago than that. */
    private Known fresh(TenantId tenant, long now, Duration age) {
        Known known = remembered.getIfPresent(tenant);
        if (known != null && known.isWithin(now, age)) {
            return known;
        }
        Known read = known != null && !known.keys().isEmpty() ? read(tenant, now) : readForStranger(tenant, now);
        remembered.put(tenant, read);
        return read;
    }

    private Known readForStranger(TenantId tenant, long now) {
        try {
            if (!strangers.tryAcquire(LONGEST_WAIT.toMillis(), TimeUnit.MILLISECONDS)) {
                throw unavailable();
            }
        } catch (InterruptedException stopping) {
            Thread.currentThread().interrupt();
            throw unavailable();
        }
        try {
            return read(tenant, now);
        } finally {
            strangers.release();
        }
    }

    private Known read(TenantId tenant, long now) {
        List<JWK> published = issuer.published(tenant);
        Map<String, VerificationKey> keys = new HashMap<>();
        for (JWK jwk : published) {
            VerificationKey.of(jwk).ifPresent(key -> keys.put(key.keyId(), key));
        }
        return new Known(Map.copyOf(keys), new JWKSet(published).toString(), now);
    }

    private static VaultException unavailable() {
        return new VaultException(
                ErrorCode.SERVICE_UNAVAILABLE,
                "The keys of the token's issuer cannot be read",
                Map.of("dependency", "token_signing_keys"));
    }

    /** @param readAtMillis before the read began */
    private record Known(Map<String, VerificationKey> keys, String json, long readAtMillis) {
        boolean isWithin(long nowMillis, Duration age) {
            return nowMillis >= readAtMillis && nowMillis - readAtMillis < age.toMillis();
        }
    }
}
