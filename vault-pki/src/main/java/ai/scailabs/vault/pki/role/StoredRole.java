package ai.scailabs.vault.pki.role;

import ai.scailabs.vault.kernel.path.SecretPath;
import ai.scailabs.vault.pki.profile.Role;
import java.time.Instant;
import java.util.UUID;
import java.util.regex.Pattern;

/**
 * A role as it is now.
 *
 * @param revision from 1, one more with every change
 */
public record StoredRole(Role role, UUID caId, int revision, Instant createdAt, String createdBy, Instant updatedAt) {
    private static final Pattern NAME = Pattern.compile("[a-z0-9][a-z0-9_-]{0,62}");

    /** Whether a text can be the name of a role: a segment of a path, as policies name it so. */
    public static boolean isName(String text) {
        return NAME.matcher(text).matches();
    }

    /** By which policies name the role. */
    public static SecretPath virtualPath(String name) {
        return new SecretPath("pki/roles/" + name);
    }

    public String name() {
        return role.name();
    }

    /** Every field with its value, as a caller would write it. */
    public RoleFields fields() {
        return RoleText.of(role);
    }
}
