package ai.scailabs.vault.credentials.dynamic;

import ai.scailabs.vault.credentials.connector.TargetException;
import ai.scailabs.vault.kernel.error.ErrorCode;
import ai.scailabs.vault.kernel.error.VaultException;
import ai.scailabs.vault.persistence.tenant.TenantTransactions;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;

/** Opens the target of an engine for one piece of work, with the login that the engine may read at that moment, and notes how it was found. Thread-safe. */
public final class EngineTargets {
    private static final Duration FIRST_PAUSE = Duration.ofSeconds(2);
    private static final Duration LONGEST_PAUSE = Duration.ofSeconds(30);

    private final EngineRepository engines;
    private final EngineTypes types;

    public EngineTargets(TenantTransactions transactions, EngineTypes types) {
        this.engines = new EngineRepository(transactions);
        this.types = types;
    }

    /**
     * To be closed by the caller. Connects nowhere yet.
     *
     * @throws VaultException {@code backend_unavailable} with {@code reason: root_credentials} when the engine may not read its login, or there is none; what else keeps a secret from being read
     */
    public CredentialSource open(Engine engine) {
        try {
            return types.of(engine.config()).open(engine);
        } catch (VaultException refused) {
            failed(engine, refused);
            throw refused;
        }
    }

    /**
     * Logs in there.
     *
     * @throws VaultException {@code backend_unavailable}
     */
    void verify(Engine engine) {
        try (CredentialSource source = open(engine)) {
            source.verify();
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
