package ai.scailabs.vault.pki.dns.zone;

import ai.scailabs.vault.kernel.id.TenantId;

/** Opens providers. Thread-safe. */
public interface ZoneBackends {
    /**
     * Asks nobody yet.
     *
     * @param credentials the zones' from here on: closed with them, or when this fails
     * @param tenant whose provider it is
     * @throws ai.scailabs.vault.kernel.error.VaultException {@code validation_error} when these credentials cannot be used here
     */
    ZoneRecords open(Credentials credentials, TenantId tenant);
}
