package ai.scailabs.vault.audit.export;

import ai.scailabs.vault.audit.store.StoreCredentials;

/** Reads the credentials of an export, in the right of whoever asked for it, as that right is now. */
@FunctionalInterface
public interface CredentialSource {
    /**
     * Has recorded the reading when it returns. The caller closes what it gets.
     *
     * @throws ai.scailabs.vault.kernel.error.VaultException {@code access_denied} and its like when the right is gone; {@code secret_not_found} when the secret is; {@code validation_error} when it holds no
     *     credentials; {@code service_unavailable}, {@code kms_unavailable}
     */
    StoreCredentials read(Export export);
}
