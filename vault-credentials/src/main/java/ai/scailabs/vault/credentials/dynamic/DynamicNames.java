package ai.scailabs.vault.credentials.dynamic;

import ai.scailabs.vault.kernel.error.ErrorCode;
import ai.scailabs.vault.kernel.error.VaultException;
import ai.scailabs.vault.kernel.path.SecretPath;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Names of engines and roles, and the virtual paths at which policies speak of them. */
public final class DynamicNames {
    /** What is a segment of a path, and of an identity. */
    private static final Pattern FORM = Pattern.compile("[a-z0-9][a-z0-9_-]{0,62}");

    private static final String RULE =
            "must be 1 to 63 lower-case letters, digits, hyphens and underscores, the first a letter or digit";

    private DynamicNames() {}

    static String engine(@Nullable String name) {
        if (name == null || !isName(name)) {
            throw VaultException.invalidField("name", RULE);
        }
        return name;
    }

    static String role(@Nullable String name) {
        if (name == null || !isName(name)) {
            throw new VaultException(ErrorCode.INVALID_ROLE, "The name of a role " + RULE);
        }
        return name;
    }

    /** @throws VaultException {@code engine_not_found} for what is no name */
    public static SecretPath ofEngine(String engine) {
        if (!isName(engine)) {
            throw EngineService.notFound();
        }
        return new SecretPath("dynamic/" + engine);
    }

    /** @throws VaultException {@code engine_not_found}, {@code role_not_found} for what is no name */
    public static SecretPath ofRole(String engine, String role) {
        String above = ofEngine(engine).value();
        if (!isName(role)) {
            throw RoleService.notFound();
        }
        return new SecretPath(above + "/" + role);
    }

    private static boolean isName(String text) {
        return FORM.matcher(text).matches();
    }
}
