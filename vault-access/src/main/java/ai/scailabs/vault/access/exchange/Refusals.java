package ai.scailabs.vault.access.exchange;

import ai.scailabs.vault.kernel.error.ErrorCode;
import ai.scailabs.vault.kernel.error.VaultException;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Refusals of a subject token. Whoever sent it is told one thing, whatever the reason: a stranger must not learn which tenants and trusts there are, nor what they ask for. The
 * reason is for the tenant's audit log.
 */
final class Refusals {
    private Refusals() {}

    static VaultException refused(String reason) {
        return refused(reason, Map.of());
    }

    /** @param known what else the log is to tell; of the token only what its issuer signed */
    static VaultException refused(String reason, Map<String, ?> known) {
        Map<String, Object> evidence = new LinkedHashMap<>();
        evidence.put("reason", reason);
        evidence.putAll(known);
        return new VaultException(ErrorCode.TOKEN_INVALID, "The subject token is not accepted for this role")
                .withEvidence(evidence);
    }

    /** For a workload that was let in before its proof ended. */
    static VaultException expired(String subject) {
        return new VaultException(ErrorCode.TOKEN_EXPIRED, "The subject token has expired")
                .withEvidence(Map.of("reason", "expired", "subject", subject));
    }
}
