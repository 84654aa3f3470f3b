package ai.scailabs.vault.pki.issuer;

import ai.scailabs.vault.kernel.error.ErrorCode;
import ai.scailabs.vault.kernel.error.VaultException;
import ai.scailabs.vault.kernel.id.TenantId;
import ai.scailabs.vault.pki.x509.KeySpec;
import ai.scailabs.vault.pki.x509.SignatureProvider;
import java.security.KeyPair;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * Makes key pairs. RSA takes up to seconds of a processor: those are made by few threads that yield to all others, few wait for them, and of these a tenant has a part only. Whoever finds no room is refused
 * at once. All other kinds take a moment, and are made where they are asked for. Thread-safe.
 */
public final class KeyPairs implements AutoCloseable {
    /** What waits, beside what is being made. */
    static final int MAX_WAITING = 8;

    static final int MAX_OF_A_TENANT = 3;

    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final long RETRY_AFTER_SECONDS = 5;

    private final SignatureProvider provider;
    private final SecureRandom random;
    private final ThreadPoolExecutor makers;
    private final Map<TenantId, Integer> underWay = new HashMap<>();

    /** @param threads that make RSA keys; at least 1 */
    public KeyPairs(SignatureProvider provider, SecureRandom random, int threads) {
        this.provider = provider;
        this.random = random;
        this.makers = new ThreadPoolExecutor(
                threads,
                threads,
                0,
                TimeUnit.SECONDS,
                new ArrayBlockingQueue<>(MAX_WAITING),
                Thread.ofPlatform()
                        .name("rsa-keys-", 0)
                        .daemon(true)
                        .priority(Thread.MIN_PRIORITY)
                        .factory());
    }

    /** As many threads as leave the processors to requests. */
    public static int threadsBeside(int processors) {
        return Math.max(1, processors / 4);
    }

    /** @throws VaultException {@code rate_limited} when too many are being made; {@code service_unavailable} when it takes too long */
    public KeyPair make(TenantId tenant, KeySpec spec) {
        if (!spec.isRsa()) {
            return provider.generate(spec, random);
        }
        begin(tenant);
        try {
            return await(makers.submit(() -> provider.generate(spec, random)));
        } catch (RejectedExecutionException full) {
            throw refusal();
        } finally {
            end(tenant);
        }
    }

    private static KeyPair await(Future<KeyPair> pair) {
        try {
            return pair.get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
        } catch (TimeoutException tooLong) {
            pair.cancel(true);
            throw new VaultException(ErrorCode.SERVICE_UNAVAILABLE, "Making an RSA key took too long");
        } catch (InterruptedException stopping) {
            pair.cancel(true);
            Thread.currentThread().interrupt();
            throw new VaultException(ErrorCode.SERVICE_UNAVAILABLE, "The service is stopping");
        } catch (ExecutionException failed) {
            throw new IllegalStateException("an RSA key could not be made", failed.getCause());
        }
    }

    private void begin(TenantId tenant) {
        synchronized (underWay) {
            if (underWay.getOrDefault(tenant, 0) >= MAX_OF_A_TENANT) {
                throw refusal();
            }
            underWay.merge(tenant, 1, Integer::sum);
        }
    }

    private void end(TenantId tenant) {
        synchronized (underWay) {
            underWay.computeIfPresent(tenant, (key, count) -> count == 1 ? null : count - 1);
        }
    }

    /** Requests that wait or are being served. */
    int underWay() {
        synchronized (underWay) {
            return underWay.values().stream().mapToInt(Integer::intValue).sum();
        }
    }

    /** Those of them that wait. */
    int waiting() {
        return makers.getQueue().size();
    }

    private static VaultException refusal() {
        return new VaultException(
                ErrorCode.RATE_LIMITED,
                "Too many RSA keys are being made; use another key type, or try again in " + RETRY_AFTER_SECONDS + " s",
                Map.of("category", "rsa_keys", "retry_after", RETRY_AFTER_SECONDS));
    }

    @Override
    public void close() {
        makers.shutdownNow();
    }
}
