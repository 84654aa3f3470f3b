package ai.scailabs.vault.audit.export;

import ai.scailabs.vault.kernel.id.PartnerId;
import ai.scailabs.vault.kernel.id.TenantId;

/** Signs the newest head of a tenant's tree. */
@FunctionalInterface
public interface HeadSigner {
    /** @throws ai.scailabs.vault.kernel.error.VaultException {@code kms_unavailable}, {@code service_unavailable} */
    Signed newest(TenantId tenant, PartnerId partner);

    /**
     * @param size of the tree
     * @param note as it is published
     * @param key the line that verifies it
     */
    record Signed(long size, String note, String key) {}
}
