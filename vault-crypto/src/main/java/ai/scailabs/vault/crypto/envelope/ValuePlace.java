package ai.scailabs.vault.crypto.envelope;

import ai.scailabs.vault.kernel.id.TenantId;
import ai.scailabs.vault.kernel.path.SecretPath;

/** Where a value lies; what it is bound to. @param version from 1 */
public record ValuePlace(TenantId tenant, SecretPath path, int version) {
    public ValuePlace {
        if (version < 1) {
            throw new IllegalArgumentException("versions count from 1");
        }
    }

    @Override
    public String toString() {
        return "version " + version + " of " + path + " of " + tenant;
    }
}
