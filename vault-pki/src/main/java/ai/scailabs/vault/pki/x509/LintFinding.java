package ai.scailabs.vault.pki.x509;

import ai.scailabs.vault.kernel.error.ErrorCode;
import ai.scailabs.vault.kernel.error.VaultException;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * A rule that certain bytes do not hold.
 *
 * @param section of RFC 5280, or of another document that is named
 * @param rule its name here, stable
 */
record LintFinding(String section, String rule, String value, ErrorCode code) {
    VaultException refusal() {
        Map<String, Object> details = new LinkedHashMap<>();
        details.put("rule", rule);
        details.put("section", section);
        details.put("value", value);
        return new VaultException(
                code, "the certificate would break " + rule + " (" + section + "): " + value, details);
    }
}
