package ai.scailabs.vault.credentials.dynamic;

import ai.scailabs.vault.access.decision.StandingRight;
import ai.scailabs.vault.access.identity.Actor;
import ai.scailabs.vault.access.identity.Caller;
import ai.scailabs.vault.credentials.connector.Login;
import ai.scailabs.vault.credentials.login.SecretTexts;
import ai.scailabs.vault.credentials.login.TargetLogins;
import ai.scailabs.vault.kernel.error.ErrorCode;
import ai.scailabs.vault.kernel.error.VaultException;
import ai.scailabs.vault.kernel.id.IdentityId;
import ai.scailabs.vault.kernel.path.SecretPath;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;

/** The secrets with which engines are let in at their targets, read as the engine that needs one. Thread-safe. */
public final class RootLogins {
    /** Names the secret in the configuration of an engine. */
    public static final String FIELD = "root_credentials_path";

    /** Who stands for all engines of a tenant. */
    static final IdentityId ALL = new IdentityId("system:dynamic-engines");

    private final TargetLogins logins;
    private final Clock clock;

    public RootLogins(TargetLogins logins, Clock clock) {
        this.logins = logins;
        this.clock = clock;
    }

    /**
     * To be closed by the caller.
     *
     * @param userMember of the secret at the path, with a text
     * @param passwordMember of it, with a text
     * @throws VaultException {@code backend_unavailable} with {@code reason: root_credentials} when the engine may not read it, or it holds none; what else keeps a secret from being read
     */
    public Login login(Engine engine, SecretPath path, String userMember, String passwordMember) {
        try {
            return logins.read(right(engine), engine.identity(), path, FIELD, userMember, passwordMember);
        } catch (VaultException refused) {
            throw isOfTheSecret(refused) ? rootUnusable(engine, refused) : refused;
        }
    }

    /**
     * What the secret is good for, where it holds more than a login.
     *
     * @param members of the secret at the path, each with a text
     * @param meaning of them; what it does not take of them is wiped. Throws {@link IllegalArgumentException} for what is not as it must be
     * @throws VaultException as {@link #login}
     */
    public <T> T read(Engine engine, SecretPath path, List<String> members, Function<SecretTexts, T> meaning) {
        try (SecretTexts texts = logins.readTexts(right(engine), engine.identity(), path, FIELD, members)) {
            return meaning.apply(texts);
        } catch (VaultException refused) {
            throw isOfTheSecret(refused) ? rootUnusable(engine, refused) : refused;
        } catch (IllegalArgumentException malformed) {
            // Without it: it may repeat what was read.
            throw rootUnusable(
                    engine,
                    new VaultException(
                            ErrorCode.INVALID_CONFIG,
                            FIELD + " names a secret with a malformed " + String.join(" or ", members)));
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
                "The engine cannot use its login: "
                        + (refused.code() == ErrorCode.INVALID_CONFIG
                                ? refused.getMessage()
                                : FIELD + " cannot be read: " + refused.code().code()),
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
}
