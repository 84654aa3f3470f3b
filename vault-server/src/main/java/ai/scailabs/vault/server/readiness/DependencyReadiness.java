package ai.scailabs.vault.server.readiness;

import ai.scailabs.vault.access.redis.RedisLink;
import ai.scailabs.vault.access.token.TokenAuthenticator;
import ai.scailabs.vault.api.system.Readiness;
import ai.scailabs.vault.audit.trail.AuditTrail;
import ai.scailabs.vault.persistence.jdbc.ConnectionThreads;
import ai.scailabs.vault.persistence.tenant.TenantBoundary;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BiConsumer;
import java.util.function.Supplier;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/** Looks at every dependency, at most once a second however often it is asked: anybody may ask. */
public final class DependencyReadiness implements Readiness {
    private static final Duration FRESHNESS = Duration.ofSeconds(1);
    private static final String OK = "ok";
    private static final String ERROR = "error";
    private static final String REDIS = "redis";
    private static final String HSM = "pki_hsm";
    private static final String TLS = "tls_certificate";
    private static final String NOT_CONFIGURED = "not_configured";

    private final DataSource database;
    private final ConnectionThreads threads;
    private final EncryptionProbe encryption;
    private final TokenAuthenticator authenticator;
    private final AuditTrail trail;
    private final @Nullable RedisLink redis;
    private final Supplier<@Nullable Instant> lastRotation;
    private final Supplier<@Nullable String> hsmProblem;
    private final Supplier<@Nullable String> tlsProblem;
    private final long startedNanos = System.nanoTime();
    private final ReentrantLock looking = new ReentrantLock();
    private volatile @Nullable Observation latest;

    /**
     * @param redis absent: not configured. Without it the service goes on, and says so
     * @param lastRotation when a job with keys last came to its end; absent when that is not known
     * @param hsmProblem with the HSM that holds keys of authorities, empty when it is well; absent: not configured. Without it all else goes on
     * @param tlsProblem with the certificate that TLS is to show, empty when it is shown; absent: TLS shows none of ours. What is shown instead goes on
     */
    public DependencyReadiness(
            DataSource database,
            ConnectionThreads threads,
            EncryptionProbe encryption,
            TokenAuthenticator authenticator,
            AuditTrail trail,
            @Nullable RedisLink redis,
            Supplier<@Nullable Instant> lastRotation,
            Supplier<@Nullable String> hsmProblem,
            Supplier<@Nullable String> tlsProblem) {
        this.database = database;
        this.threads = threads;
        this.encryption = encryption;
        this.authenticator = authenticator;
        this.trail = trail;
        this.redis = redis;
        this.lastRotation = lastRotation;
        this.hsmProblem = hsmProblem;
        this.tlsProblem = tlsProblem;
    }

    @Override
    public Report report() {
        Observation observation = observe();
        Map<String, String> checks = new LinkedHashMap<>();
        observation.errors().forEach((name, problem) -> checks.put(name, problem.isEmpty() ? OK : ERROR));
        checks.put(REDIS, redisStatus());
        Map<String, String> errors = new LinkedHashMap<>(observation.errors());
        eachOfTwo(observation, (name, found) -> {
            checks.put(name, found.serves() ? OK : ERROR);
            errors.put(name, found.problem());
        });
        errors.put(REDIS, redisProblem());
        optional().forEach((name, problem) -> {
            checks.put(name, problem.isEmpty() ? OK : ERROR);
            errors.put(name, problem);
        });
        errors.values().removeIf(String::isEmpty);
        return new Report(state(observation), checks, errors);
    }

    /** What is well or not where it is configured, and what else goes on without; by check. */
    private Map<String, String> optional() {
        Map<String, String> problems = new LinkedHashMap<>();
        String hsm = hsmProblem.get();
        if (hsm != null) {
            problems.put(HSM, hsm);
        }
        String tls = tlsProblem.get();
        if (tls != null) {
            problems.put(TLS, tls);
        }
        return problems;
    }

    private State state(Observation observation) {
        if (!observation.errors().values().stream().allMatch(String::isEmpty)) {
            return State.UNHEALTHY;
        }
        boolean whole = redisProblem().isEmpty()
                && optional().values().stream().allMatch(String::isEmpty)
                && observation.rootKeys().stream().allMatch(EncryptionProbe.Finding::serves);
        return whole ? State.HEALTHY : State.DEGRADED;
    }

    /** Of a single root key everything is said under encryption. */
    private static void eachOfTwo(Observation observation, BiConsumer<String, EncryptionProbe.Finding> told) {
        if (observation.rootKeys().size() > 1) {
            told.accept("root_key_primary", observation.rootKeys().getFirst());
            told.accept("root_key_secondary", observation.rootKeys().getLast());
        }
    }

    private String redisStatus() {
        if (redis == null) {
            return NOT_CONFIGURED;
        }
        return redis.problem().isEmpty() ? OK : ERROR;
    }

    private String redisProblem() {
        String problem = redis == null ? "" : redis.problem();
        return problem.isEmpty() ? "" : problem + "; rate limits are kept by this instance alone";
    }

    private Map<String, Object> redisFigures() {
        Map<String, Object> figures = new LinkedHashMap<>();
        figures.put("status", redisStatus());
        if (redis != null && redis.problem().isEmpty()) {
            figures.put("latency_ms", redis.lastLatencyNanos() / 1e6);
            redis.memoryUsedMb().ifPresent(megabytes -> figures.put("memory_used_mb", megabytes));
        } else if (redis != null) {
            figures.put("error", redisProblem());
        }
        return figures;
    }

    @Override
    public Details details() {
        Observation observation = observe();
        Map<String, Map<String, Object>> checks = new LinkedHashMap<>();
        observation.errors().forEach((name, problem) -> {
            Map<String, Object> figures = new LinkedHashMap<>();
            figures.put("status", problem.isEmpty() ? OK : ERROR);
            if (!problem.isEmpty()) {
                figures.put("error", problem);
            }
            checks.put(name, figures);
        });
        figures(checks, "database").put("latency_ms", observation.databaseNanos() / 1e6);
        figures(checks, "database").put("pool_size", threads.size());
        figures(checks, "database").put("pool_available", threads.idle());
        EncryptionProbe.Finding encryption = serving(observation.rootKeys());
        figures(checks, "encryption").put("latency_ms", encryption.nanos() / 1e6);
        figures(checks, "encryption").put("root_key", encryption.rootKeyId());
        figures(checks, "encryption").put("key_status", encryption.serves() ? "active" : "unavailable");
        Instant rotated = lastRotation.get();
        if (rotated != null) {
            figures(checks, "encryption").put("last_rotation", rotated.toString());
        }
        eachOfTwo(observation, (name, found) -> checks.put(name, figures(found)));
        figures(checks, "audit").put("queue_depth", trail.queueDepth());
        checks.put(REDIS, redisFigures());
        optional()
                .forEach((name, problem) -> checks.put(
                        name, problem.isEmpty() ? Map.of("status", OK) : Map.of("status", ERROR, "error", problem)));
        return new Details(state(observation), (System.nanoTime() - startedNanos) / 1_000_000_000, checks);
    }

    private static Map<String, Object> figures(EncryptionProbe.Finding found) {
        Map<String, Object> figures = new LinkedHashMap<>();
        figures.put("status", found.serves() ? OK : ERROR);
        figures.put("latency_ms", found.nanos() / 1e6);
        if (!found.rootKeyId().isEmpty()) {
            figures.put("root_key", found.rootKeyId());
        }
        if (!found.serves()) {
            figures.put("error", found.problem());
        }
        return figures;
    }

    /** The one that requests are served by: the first that serves, or the first. */
    private static EncryptionProbe.Finding serving(List<EncryptionProbe.Finding> rootKeys) {
        return rootKeys.stream()
                .filter(EncryptionProbe.Finding::serves)
                .findFirst()
                .orElse(rootKeys.getFirst());
    }

    private static Map<String, Object> figures(Map<String, Map<String, Object>> checks, String name) {
        return checks.computeIfAbsent(name, missing -> new LinkedHashMap<>(Map.of("status", OK)));
    }

    private Observation observe() {
        Observation known = latest;
        if (known != null && System.nanoTime() - known.takenNanos() < FRESHNESS.toNanos()) {
            return known;
        }
        looking.lock();
        try {
            known = latest;
            if (known == null || System.nanoTime() - known.takenNanos() >= FRESHNESS.toNanos()) {
                known = look();
                latest = known;
            }
            return known;
        } finally {
            looking.unlock();
        }
    }

    private Observation look() {
        Map<String, String> errors = new LinkedHashMap<>();
        long before = System.nanoTime();
        String databaseProblem = databaseProblem();
        errors.put("database", databaseProblem);
        long databaseDone = System.nanoTime();
        List<EncryptionProbe.Finding> rootKeys = encryption.look(databaseProblem.isEmpty());
        errors.put("encryption", serving(rootKeys).problem());
        boolean keysKnown = authenticator.statistics().oldestKeys() != null;
        errors.put("scaikey", keysKnown ? "" : "the signing keys of ScaiKey have not been read yet");
        return new Observation(errors, databaseDone - before, rootKeys, System.nanoTime());
    }

    private String databaseProblem() {
        try {
            List<String> problems = TenantBoundary.problems(database);
            return problems.isEmpty() ? "" : "row-level security does not bind this service";
        } catch (SQLException unreachable) {
            return "the database cannot be reached";
        }
    }

    /** @param errors by dependency; empty when it is well */
    private record Observation(
            Map<String, String> errors, long databaseNanos, List<EncryptionProbe.Finding> rootKeys, long takenNanos) {}
}
