package ai.scailabs.vault.credentials.dynamic;

import ai.scailabs.vault.access.decision.StandingRight;
import ai.scailabs.vault.access.identity.Actor;
import ai.scailabs.vault.access.identity.Caller;
import ai.scailabs.vault.credentials.connector.Account;
import ai.scailabs.vault.credentials.connector.Target;
import ai.scailabs.vault.credentials.connector.TargetException;
import ai.scailabs.vault.credentials.connector.Targets;
import ai.scailabs.vault.credentials.login.TargetLogins;
import ai.scailabs.vault.kernel.error.ErrorCode;
import ai.scailabs.vault.kernel.error.VaultException;
import ai.scailabs.vault.kernel.id.IdentityId;
import ai.scailabs.vault.persistence.tenant.TenantTransactions;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;

/** Opens the target of an engine for one piece of work, with the login that the engine may read at that moment, and notes how it was found. Thread-safe. */
public final class EngineTargets {
    /** Who stands for all engines of a tenant. */
    static final IdentityId ALL = new IdentityId("system:dynamic-engines");

    private static final Account NOBODY = new Account("scaivault_nobody");
    private static final Duration FIRST_PAUSE = Duration.ofSeconds(2);
    private static final Duration LONGEST_PAUSE = Duration.ofSeconds(30);

    private final EngineRepository engines;
    private final TargetLogins logins;
    private final Targets targets;
    private final Clock clock;

    public EngineTargets(TenantTransactions transactions, TargetLogins logins, Targets targets, Clock clock) {
        this.engines = new EngineRepository(transactions);
        this.logins = logins;
        this.targets = targets;
        this.clock = clock;
    }

    /**
     * To be closed by the caller. Connects nowhere yet.
     *
     * @throws VaultException {@code backend_unavailable} with {@code reason: root_credentials} when the engine may not read its login, or there is none; what else keeps a secret from being read
     */
    public Target open(Engine engine) {
        try {
            return targets.open(
                    engine.config().target(),
                    logins.read(
                            right(engine), engine.identity(), engine.config().rootPath(), DatabaseConfig.ROOT));
        } catch (VaultException refused) {
            VaultException shown = isOfTheSecret(refused) ? rootUnusable(engine, refused) : refused;
            failed(engine, shown);
            throw shown;
        }
    }

    private static boolean isOfTheSecret(VaultException refused) {
        return switch (refused.code()) {
            case ACCESS_DENIED,
                    MFA_REQUIRED,
                    TIME_WINDOW_VIOLATION,
                    IP_NOT_ALLOWED,
                    SECRET_NOT_FOUND,
                    VERSION_NOT_FOUND,
                    SECRET_EXPIRED,
                    INVALID_CONFIG -> true;
            default -> false;
        };
    }

    private static VaultException rootUnusable(Engine engine, VaultException refused) {
        return new VaultException(
                ErrorCode.BACKEND_UNAVAILABLE,
                "The engine cannot use the login at " + DatabaseConfig.ROOT + ": "
                        + refused.code().code(),
                Map.of(
                        "backend",
                        "target",
                        "reason",
                        "root_credentials",
                        "cause",
                        refused.code().code(),
                        "identity",
                        engine.identity().value()));
    }

    /** Bound like anybody else: by its own name, or by that of all engines. */
    private StandingRight right(Engine engine) {
        Actor actor = new Actor(
                engine.identity(),
                engine.name(),
                engine.tenant(),
                engine.partner(),
                Set.of(),
                Set.of(ALL),
                Set.of(),
                null,
                Instant.MAX,
                null);
        return StandingRight.of(Caller.fromSomewhere(actor), engine.tenant(), clock.instant());
    }

    /**
     * Logs in there.
     *
     * @throws VaultException {@code backend_unavailable}
     */
    void verify(Engine engine) {
        try (Target target = open(engine)) {
            target.exists(NOBODY);
            engines.noteHealthy(engine.tenant(), engine.id());
        } catch (TargetException refused) {
            throw unavailable(engine, refused);
        }
    }

    /** Nothing is written where it was well before. */
    public void healthy(Engine engine) {
        if (!engine.health().healthy()) {
            engines.noteHealthy(engine.tenant(), engine.id());
        }
    }

    /** What is to be answered when the target did not do it; noted where it is of the target and not of a statement. */
    public VaultException unavailable(Engine engine, TargetException refused) {
        Map<String, Object> details = new LinkedHashMap<>();
        details.put("backend", "target");
        details.put("reason", refused.failure().code());
        if (refused.code() != null) {
            details.put("target_code", refused.code());
        }
        if (refused.statement() != null) {
            details.put("statement", refused.statement());
        }
        VaultException shown =
                new VaultException(ErrorCode.BACKEND_UNAVAILABLE, String.valueOf(refused.getMessage()), details);
        if (isOfTheTarget(refused)) {
            failed(engine, shown);
        }
        return shown;
    }

    /** Whether anything else would fail there as well. */
    public static boolean isOfTheTarget(TargetException refused) {
        return switch (refused.failure()) {
            case UNREACHABLE, TIMED_OUT, LOGIN_REFUSED, ADDRESS_REFUSED, TLS_FAILED -> true;
            case NOT_PERMITTED, STATEMENT_REFUSED, NOT_SUPPORTED -> false;
        };
    }

    private void failed(Engine engine, VaultException shown) {
        Object reason = shown.details().get("reason");
        engines.noteFailed(
                engine.tenant(),
                engine.id(),
                reason == null ? shown.code().code() : String.valueOf(reason),
                String.valueOf(shown.getMessage()),
                FIRST_PAUSE,
                LONGEST_PAUSE);
    }
}
