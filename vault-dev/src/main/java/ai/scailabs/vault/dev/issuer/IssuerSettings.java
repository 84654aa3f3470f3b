package ai.scailabs.vault.dev.issuer;

import ai.scailabs.vault.dev.identity.DevIdentity;
import com.nimbusds.jose.jwk.RSAKey;
import java.util.Map;
import java.util.Objects;

/**
 * What an issuer needs to be the same issuer again after a restart.
 *
 * @param port on loopback; part of its name
 * @param audience for whom its tokens are
 * @param signingKey private
 * @param clientSecrets by identity
 * @param serviceSecret with which ScaiVault asks about personal tokens
 */
record IssuerSettings(
        int port, String audience, RSAKey signingKey, Map<DevIdentity, String> clientSecrets, String serviceSecret) {

    String issuer() {
        return "http://127.0.0.1:" + port;
    }

    String clientSecret(DevIdentity identity) {
        return Objects.requireNonNull(clientSecrets.get(identity));
    }

    @Override
    public String toString() {
        return "IssuerSettings[" + issuer() + "]";
    }
}
