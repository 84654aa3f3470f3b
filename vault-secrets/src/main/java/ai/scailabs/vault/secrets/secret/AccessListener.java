package ai.scailabs.vault.secrets.secret;

import ai.scailabs.vault.kernel.id.TenantId;
import ai.scailabs.vault.kernel.path.SecretPath;

/** Hears that a value was revealed. Called on the way of every read: returns at once and never throws. */
@FunctionalInterface
public interface AccessListener {
    void revealed(TenantId owner, SecretPath path);
}
