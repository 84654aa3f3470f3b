package ai.scailabs.vault.api.pki;

import ai.scailabs.vault.kernel.error.ErrorCode;
import ai.scailabs.vault.kernel.error.VaultException;
import ai.scailabs.vault.pki.issuer.CertificateAuthority;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** The bodies of calls about requests that are approved. */
final class RequestBodies {
    private static final int MAX_REASON = 500;

    private RequestBodies() {}

    record Import(@Nullable String csrPem) {
        String request() {
            if (csrPem == null) {
                throw VaultException.invalidField("csr_pem", "is required");
            }
            return csrPem;
        }
    }

    record Reject(@Nullable String reason) {
        String because() {
            if (reason == null || reason.isBlank() || reason.length() > MAX_REASON) {
                throw VaultException.invalidField("reason", "must have 1 to " + MAX_REASON + " characters");
            }
            if (reason.chars().anyMatch(Character::isISOControl)) {
                throw VaultException.invalidField("reason", "must not have control characters");
            }
            return reason;
        }
    }

    record Sign(
            @Nullable String caId,
            @Nullable Integer validityDays,
            @Nullable String role) {
        UUID authority() {
            if (caId == null) {
                throw VaultException.invalidField("ca_id", "is required");
            }
            return CertificateAuthority.parseId(caId)
                    .orElseThrow(
                            () -> new VaultException(ErrorCode.CA_NOT_FOUND, "There is no such certificate authority"));
        }
    }
}
