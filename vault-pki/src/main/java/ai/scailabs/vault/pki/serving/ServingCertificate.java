package ai.scailabs.vault.pki.serving;

import ai.scailabs.vault.kernel.error.VaultException;
import java.util.Optional;

/** One certificate of one tenant that the service speaks TLS by. Nobody asks for it, so no policy is asked: an operator names it, and each time its key is opened its tenant's audit log says so. Thread-safe. */
public interface ServingCertificate {
    /**
     * What has followed on it, whether or not that is any good; empty when the tenant has no such certificate, or it was not issued yet. Cheap: one statement, by primary keys.
     *
     * @throws VaultException {@code service_unavailable}
     */
    Optional<ServingVersion> newest();

    /**
     * Its chain and its key, once the entry about that is durable. Asks the root key.
     *
     * @param version of {@link #newest}, with a key
     * @throws VaultException {@code certificate_not_found} when it has gone since; {@code integrity_failure}; {@code kms_unavailable}; {@code tenant_access_denied} when the tenant is suspended or its keys were
     *     destroyed; {@code service_unavailable}
     */
    ServingKey open(ServingVersion version);
}
