package ai.scailabs.vault.pki.dns.google;

import ai.scailabs.vault.kernel.error.VaultException;
import ai.scailabs.vault.outbound.google.ServiceAccountKey;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;

/** As whom zones are changed. */
final class ServiceAccount {
    private static final Duration LIFE = Duration.ofMinutes(10);
    private static final String SCOPE = "https://www.googleapis.com/auth/ndev.clouddns.readwrite";

    private final ServiceAccountKey key;

    private ServiceAccount(ServiceAccountKey key) {
        this.key = key;
    }

    /** @throws VaultException {@code validation_error} */
    static ServiceAccount read(String json) {
        try {
            return new ServiceAccount(ServiceAccountKey.parse(json));
        } catch (IllegalArgumentException malformed) {
            throw VaultException.invalidField(
                    "credentials.service_account_json",
                    "must be the file of a service account's key, as Google gives it");
        }
    }

    /** Empty where the file does not name it. */
    String project() {
        return key.project();
    }

    /** What a token is asked for with (RFC 7523 §2.1). */
    String assertion(String audience, Instant now) {
        Map<String, Object> claims = new LinkedHashMap<>();
        claims.put("iss", key.email());
        claims.put("scope", SCOPE);
        claims.put("aud", audience);
        claims.put("iat", now.getEpochSecond());
        claims.put("exp", now.plus(LIFE).getEpochSecond());
        return key.jwt(claims);
    }

    @Override
    public String toString() {
        return "[redacted]";
    }
}
