package ai.scailabs.vault.federation.remote;

import ai.scailabs.vault.kernel.path.SecretPath;
import java.net.URI;
import java.util.Arrays;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * Where another vault is and how one comes to it, without anything secret. As JSON it has the members that the API documents, absent ones left out.
 */
public sealed interface BackendConfig {
    /**
     * @param config an object as a caller wrote it
     * @param development whether plain HTTP to this machine and {@code tls_verify: false} are allowed
     * @throws ai.scailabs.vault.kernel.error.VaultException {@code invalid_config} naming the field
     */
    static BackendConfig of(BackendType type, JsonNode config, boolean development) {
        ConfigReader reader = new ConfigReader(config, development);
        BackendConfig read = switch (type) {
            case HASHICORP_VAULT -> HashiCorp.of(reader);
            case AWS_SECRETS_MANAGER -> Aws.of(reader);
            case AZURE_KEY_VAULT -> Azure.of(reader);
            case GOOGLE_SECRET_MANAGER -> Google.of(reader);
        };
        reader.requireNothingElse();
        return read;
    }

    BackendType type();

    /** Where the secret with the credentials lies; absent when this service comes as itself. */
    @Nullable
    SecretPath credentialsPath();

    /** By which member that path is named. */
    default String credentialsMember() {
        return "credentials_path";
    }

    /** The member that says where the vault is. */
    String placeMember();

    /** As it is shown and stored: by the names of the API, in their order. */
    Map<String, Object> members();

    /**
     * HashiCorp Vault or OpenBao, KV version 1 or 2.
     *
     * @param endpoint without a path
     * @param authMount of the method, below {@code auth/}
     * @param authRole absent where the method needs none
     * @param namespace without slashes at its ends; absent for the one at the root
     * @param kvVersion 1 or 2; absent to ask the vault
     * @param awsServerId what {@code X-Vault-AWS-IAM-Server-ID} has to say; absent where the vault does not ask for it
     * @param awsRegion of the STS that vouches for a login by AWS
     * @param caCertificate certificates in PEM that are trusted in place of those of the runtime
     */
    record HashiCorp(
            URI endpoint,
            AuthMethod authMethod,
            @Nullable SecretPath credentialsPath,
            String authMount,
            @Nullable String authRole,
            @Nullable String namespace,
            @Nullable Integer kvVersion,
            @Nullable String awsServerId,
            @Nullable String awsRegion,
            boolean tlsVerify,
            @Nullable String caCertificate)
            implements BackendConfig {
        private static final Pattern MOUNT = Pattern.compile("[A-Za-z0-9_-]{1,64}(/[A-Za-z0-9_-]{1,64}){0,4}");
        private static final Pattern ROLE = Pattern.compile("[A-Za-z0-9_.@-]{1,128}");
        private static final Pattern HEADER = Pattern.compile("[A-Za-z0-9._:/-]{1,255}");

        private static HashiCorp of(ConfigReader reader) {
            URI endpoint = reader.requiredEndpoint("endpoint");
            AuthMethod method = AuthMethod.parse(reader.required("auth_method"))
                    .orElseThrow(() -> reader.invalid("auth_method", "is none of " + AuthMethod.names()));
            SecretPath path = reader.path("auth_config_path", method.needsSecret());
            String mount = reader.matching("auth_mount", MOUNT, "is not the path of a mount");
            String role = reader.matching("auth_role", ROLE, "is not the name of a role");
            if (method.needsRole() && role == null) {
                throw reader.invalid("auth_role", "is required for " + method.wireName());
            }
            boolean aws = method == AuthMethod.AWS;
            return new HashiCorp(
                    endpoint,
                    method,
                    path,
                    mount == null ? method.wireName() : mount,
                    role,
                    reader.matching("namespace", MOUNT, "is not the path of a namespace, without slashes at its ends"),
                    reader.oneOrTwo("kv_version"),
                    aws ? reader.matching("aws_server_id", HEADER, "is not the value of a header") : null,
                    aws ? reader.matching("aws_region", Aws.REGION, "is not the name of a region") : null,
                    reader.tlsVerify(),
                    reader.pem("ca_certificate"));
        }

        @Override
        public BackendType type() {
            return BackendType.HASHICORP_VAULT;
        }

        @Override
        public String credentialsMember() {
            return "auth_config_path";
        }

        @Override
        public String placeMember() {
            return "endpoint";
        }

        @Override
        public Map<String, Object> members() {
            return new ConfigMembers()
                    .with("endpoint", endpoint)
                    .with("auth_method", authMethod.wireName())
                    .with("auth_config_path", credentialsPath)
                    .with("auth_mount", authMount)
                    .with("auth_role", authRole)
                    .with("namespace", namespace)
                    .with("kv_version", kvVersion)
                    .with("aws_server_id", awsServerId)
                    .with("aws_region", awsRegion)
                    .with("tls_verify", tlsVerify)
                    .with("ca_certificate", caCertificate)
                    .map();
        }
    }

    /** How one gets a token of HashiCorp's. */
    enum AuthMethod {
        /** The secret has {@code token}. */
        TOKEN(true, false),
        /** The secret has {@code role_id} and {@code secret_id}. */
        APPROLE(true, false),
        /** The secret has {@code jwt}; without a secret the token of this service's own account is shown. */
        KUBERNETES(false, true),
        /** The secret has {@code access_key_id} and {@code secret_access_key}, and {@code session_token} for temporary ones. */
        AWS(true, false),
        /** The secret has {@code service_account_json}. */
        GCP(true, true);

        private final boolean needsSecret;
        private final boolean needsRole;

        AuthMethod(boolean needsSecret, boolean needsRole) {
            this.needsSecret = needsSecret;
            this.needsRole = needsRole;
        }

        public String wireName() {
            return name().toLowerCase(Locale.ROOT);
        }

        boolean needsSecret() {
            return needsSecret;
        }

        boolean needsRole() {
            return needsRole;
        }

        static Optional<AuthMethod> parse(String text) {
            return Arrays.stream(values())
                    .filter(method -> method.wireName().equals(text))
                    .findFirst();
        }

        static String names() {
            return String.join(
                    ", ", Arrays.stream(values()).map(AuthMethod::wireName).toList());
        }
    }

    /**
     * AWS Secrets Manager.
     *
     * @param endpoint absent for AWS's own of the region
     */
    record Aws(
            String region,
            @Nullable SecretPath credentialsPath,
            @Nullable URI endpoint,
            @Nullable String caCertificate) implements BackendConfig {
        static final Pattern REGION = Pattern.compile("[a-z]{2}(-[a-z]{2,10}){1,3}-[0-9]{1,2}");

        private static Aws of(ConfigReader reader) {
            return new Aws(
                    reader.required("region", REGION, "is not the name of a region"),
                    reader.path("credentials_path", false),
                    reader.endpoint("endpoint"),
                    reader.pem("ca_certificate"));
        }

        @Override
        public BackendType type() {
            return BackendType.AWS_SECRETS_MANAGER;
        }

        @Override
        public String placeMember() {
            return endpoint == null ? "region" : "endpoint";
        }

        @Override
        public Map<String, Object> members() {
            return new ConfigMembers()
                    .with("region", region)
                    .with("credentials_path", credentialsPath)
                    .with("endpoint", endpoint)
                    .with("ca_certificate", caCertificate)
                    .map();
        }
    }

    /** Azure Key Vault. The secret has {@code tenant_id}, {@code client_id} and {@code client_secret}. */
    record Azure(URI vaultUrl, @Nullable SecretPath credentialsPath) implements BackendConfig {
        private static Azure of(ConfigReader reader) {
            URI vault = reader.requiredEndpoint("vault_url");
            return new Azure(vault, reader.path("credentials_path", false));
        }

        @Override
        public BackendType type() {
            return BackendType.AZURE_KEY_VAULT;
        }

        @Override
        public String placeMember() {
            return "vault_url";
        }

        @Override
        public Map<String, Object> members() {
            return new ConfigMembers()
                    .with("vault_url", vaultUrl)
                    .with("credentials_path", credentialsPath)
                    .map();
        }
    }

    /**
     * Google Secret Manager. The secret has {@code service_account_json}.
     *
     * @param location absent for secrets that are not bound to a region
     */
    record Google(
            String projectId,
            @Nullable String location,
            @Nullable SecretPath credentialsPath) implements BackendConfig {
        private static final Pattern PROJECT =
                Pattern.compile("([a-z][a-z0-9.-]{0,61}:)?[a-z][a-z0-9-]{4,28}[a-z0-9]|[0-9]{1,20}");
        private static final Pattern LOCATION = Pattern.compile("[a-z]{2,20}(-[a-z]{2,20})?[0-9]{0,2}");

        private static Google of(ConfigReader reader) {
            return new Google(
                    reader.required("project_id", PROJECT, "is not the id or number of a project"),
                    reader.matching("location", LOCATION, "is not the name of a region"),
                    reader.path("credentials_path", false));
        }

        @Override
        public BackendType type() {
            return BackendType.GOOGLE_SECRET_MANAGER;
        }

        @Override
        public String placeMember() {
            return "project_id";
        }

        @Override
        public Map<String, Object> members() {
            return new ConfigMembers()
                    .with("project_id", projectId)
                    .with("location", location)
                    .with("credentials_path", credentialsPath)
                    .map();
        }
    }
}
