package ai.scailabs.vault.federation.hashicorp;

import ai.scailabs.vault.federation.remote.BackendConfig.HashiCorp;
import ai.scailabs.vault.federation.remote.BackendCredentials;
import ai.scailabs.vault.federation.remote.RemoteException;
import ai.scailabs.vault.federation.remote.RemoteFailure;
import ai.scailabs.vault.outbound.aws.AwsIdentity.AccessKey;
import ai.scailabs.vault.outbound.aws.SignedIdentity;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.util.Base64;
import java.util.Map;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.json.JsonMapper;

/** As whom the vault is asked. What is shown to it is made for each login, from the secret as it was when the vault was opened, or from the file as it is now. Thread-safe. */
final class VaultLogin {
    /** What a header takes as it is. */
    static final Pattern TOKEN = Pattern.compile("[!-~]{1,8192}");

    private final HashiCorp config;
    private final @Nullable BackendCredentials credentials;
    private final @Nullable OwnToken ownToken;
    private final Clock clock;

    /**
     * @param ownToken absent where it must not be shown
     * @throws RemoteException {@link RemoteFailure#CREDENTIALS_UNUSABLE} when something is missing in the secret; {@link RemoteFailure#MISCONFIGURED} when there is none, and must be
     */
    VaultLogin(HashiCorp config, @Nullable BackendCredentials credentials, @Nullable OwnToken ownToken, Clock clock)
            throws RemoteException {
        this.config = config;
        this.credentials = credentials;
        this.ownToken = ownToken;
        this.clock = clock;
        requireUsable();
    }

    /** What the secret lacks is found now; the file may come, and change, until it is needed. */
    private void requireUsable() throws RemoteException {
        if (!isRepeatable()) {
            givenToken();
        } else if (credentials != null || ownToken == null) {
            question();
        }
    }

    /** Whether a new token can be had. */
    boolean isRepeatable() {
        return switch (config.authMethod()) {
            case TOKEN -> false;
            case APPROLE, KUBERNETES, AWS, GCP -> true;
        };
    }

    /** The token that the secret holds. */
    String givenToken() throws RemoteException {
        String token = secret().require("token");
        if (!TOKEN.matcher(token).matches()) {
            throw BackendCredentials.unusable("token has characters that a token cannot have");
        }
        return token;
    }

    String mount() {
        return config.authMount();
    }

    /** For a method that can {@linkplain #isRepeatable log in}. */
    DriverRequest.Question question() throws RemoteException {
        String mount = config.authMount();
        return switch (config.authMethod()) {
            case TOKEN -> throw new IllegalStateException("a token needs no login");
            case APPROLE -> {
                String roleId = secret().require("role_id");
                String secretId = secret().require("secret_id");
                yield vault -> vault.auth().loginByAppRole(mount, roleId, secretId);
            }
            case KUBERNETES -> jwt(shownToKubernetes());
            case AWS -> signed(secret());
            case GCP ->
                jwt(GoogleAssertion.of(secret().require("service_account_json")).jwt(role(), clock));
        };
    }

    private String shownToKubernetes() throws RemoteException {
        if (credentials != null) {
            return credentials.require("jwt");
        }
        if (ownToken == null) {
            throw asItself();
        }
        return ownToken.read();
    }

    private static RemoteException asItself() {
        return new RemoteException(
                RemoteFailure.MISCONFIGURED,
                "auth_config_path is needed: this tenant does not come as the service itself");
    }

    /** The methods of Kubernetes and Google take the same. */
    private DriverRequest.Question jwt(String jwt) throws RemoteException {
        String role = role();
        return vault ->
                vault.auth().loginByJwt(config.authMethod().wireName(), role, jwt, "auth/" + config.authMount());
    }

    private DriverRequest.Question signed(BackendCredentials keys) throws RemoteException {
        String serverId = config.awsServerId();
        SignedIdentity identity;
        try {
            identity = SignedIdentity.of(
                    new AccessKey(
                            keys.require("access_key_id"),
                            keys.require("secret_access_key"),
                            keys.find("session_token").orElse(null)),
                    config.awsRegion(),
                    serverId == null ? Map.of() : Map.of("X-Vault-AWS-IAM-Server-ID", serverId),
                    clock);
        } catch (RuntimeException ofTheSdk) {
            throw BackendCredentials.unusable("nothing can be signed with its access keys");
        }
        String url = base64(identity.url().toString().getBytes(StandardCharsets.UTF_8));
        String body = base64(identity.body().getBytes(StandardCharsets.UTF_8));
        String headers = base64(JsonMapper.shared().writeValueAsBytes(identity.headers()));
        return vault -> vault.auth().loginByAwsIam(config.authRole(), url, body, headers, config.authMount());
    }

    private static String base64(byte[] bytes) {
        return Base64.getEncoder().encodeToString(bytes);
    }

    private String role() throws RemoteException {
        String role = config.authRole();
        if (role == null) {
            throw new RemoteException(RemoteFailure.MISCONFIGURED, "config.auth_role is required");
        }
        return role;
    }

    private BackendCredentials secret() throws RemoteException {
        if (credentials == null) {
            throw new RemoteException(
                    RemoteFailure.MISCONFIGURED,
                    "config.auth_config_path is required for "
                            + config.authMethod().wireName());
        }
        return credentials;
    }

    @Override
    public String toString() {
        return "VaultLogin[" + config.authMethod().wireName() + "]";
    }
}
