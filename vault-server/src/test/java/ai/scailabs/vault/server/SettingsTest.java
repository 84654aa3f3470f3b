package ai.scailabs.vault.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.scailabs.vault.access.quota.RateCategory;
import ai.scailabs.vault.access.quota.RateLimits;
import ai.scailabs.vault.kms.aws.AwsKeyArn;
import ai.scailabs.vault.kms.aws.AwsKmsProperties;
import ai.scailabs.vault.kms.azure.AzureKeyUrl;
import ai.scailabs.vault.kms.azure.AzureKmsProperties;
import ai.scailabs.vault.kms.gcp.GcpKeyName;
import ai.scailabs.vault.kms.gcp.GcpKmsProperties;
import ai.scailabs.vault.kms.pkcs11.Pkcs11Properties;
import ai.scailabs.vault.kms.tpm.PersistentHandle;
import ai.scailabs.vault.kms.tpm.TpmAddress;
import ai.scailabs.vault.kms.tpm.TpmProperties;
import ai.scailabs.vault.kms.transit.SecretText;
import ai.scailabs.vault.kms.transit.TransitLogin;
import ai.scailabs.vault.kms.transit.TransitProperties;
import ai.scailabs.vault.server.settings.InvalidSettings;
import ai.scailabs.vault.server.settings.RootKeySettings;
import ai.scailabs.vault.server.settings.ServerSettings;
import ai.scailabs.vault.server.settings.Setting;
import ai.scailabs.vault.testkit.RepositoryFiles;
import ai.scailabs.vault.testkit.TestCertificate;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The environment is taken as a whole or refused with every variable that is at fault, what it takes, and no value. */
class SettingsTest {
    /** A row of the table in the handbook: name, default, what it takes, twin. */
    private static final Pattern ROW = Pattern.compile("\\| `([A-Z0-9_]+)` \\| ([^|]+) \\| ([^|]+) \\| (yes|no) \\|.*");

    @TempDir
    Path folder;

    private static Map<String, String> good() {
        Map<String, String> environment = new HashMap<>();
        environment.put("DATABASE_URL", "postgresql://scaivault_app:s3cret-word@127.0.0.1:5432/scaivault");
        environment.put("SCAIKEY_URL", "http://127.0.0.1:9000");
        environment.put("BIND_ADDRESS", "127.0.0.1:8443");
        environment.put("BASE_URL", "http://127.0.0.1:8443");
        environment.put("KMS_PROVIDER", "local");
        environment.put("KMS_LOCAL_KEY_FILE", "/tmp/root.key");
        environment.put("SCAIVAULT_DEV", "true");
        return environment;
    }

    private static List<String> problems(Map<String, String> environment) {
        List<String> problems = new ArrayList<>();
        assertThatThrownBy(() -> ServerSettings.read(environment))
                .isInstanceOfSatisfying(InvalidSettings.class, invalid -> problems.addAll(invalid.problems()));
        environment.forEach((name, value) -> {
            // Words that a problem may use by itself.
            if (value.length() > 5
                    && !Setting.valueOf(name.replaceAll("_FILE$", "")
                                    .replace("KMS_SECONDARY_", "KMS_")
                                    .replace("TLS_CERT", "TLS_CERT_FILE")
                                    .replace("TLS_KEY", "TLS_KEY_FILE")
                                    .replace("REDIS_CA", "REDIS_CA_FILE")
                                    .replace("EXCHANGE_CA", "EXCHANGE_CA_FILE")
                                    .replace("OBJECT_STORE_CA", "OBJECT_STORE_CA_FILE")
                                    .replace("DNS_PROVIDER_CA", "DNS_PROVIDER_CA_FILE")
                                    .replace("FEDERATION_CA", "FEDERATION_CA_FILE")
                                    .replace("TARGET_CA", "TARGET_CA_FILE")
                                    .replace("KMS_LOCAL_KEY", "KMS_LOCAL_KEY_FILE")
                                    .replace("KMS_PKCS11_PIN", "KMS_PKCS11_PIN_FILE")
                                    .replace("KMS_TRANSIT_CA", "KMS_TRANSIT_CA_FILE")
                                    .replace("KMS_TPM_AUTH", "KMS_TPM_AUTH_FILE")
                                    .replace("_FILE_FILE", "_FILE"))
                            .takes()
                            .contains(value)) {
                assertThat(String.join("\n", problems))
                        .as("shows the value of " + name)
                        .doesNotContain(value);
            }
        });
        return problems;
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "?sslmode=prefer", "?sslmode=allow", "?sslmode=required"})
    void databaseThatIsEncryptedByChance_isRefusedOutsideDevelopment(String query) {
        assertThat(problems(outsideDevelopment(query)))
                .filteredOn(problem -> problem.contains("must say sslmode"))
                .hasSize(3);
    }

    @ParameterizedTest
    @ValueSource(strings = {"?sslmode=require", "?sslmode=verify-ca", "?sslmode=verify-full", "?sslmode=disable"})
    void databaseThatIsVerifiedOrSaidNotToBe_isTaken(String query) {
        assertThat(problems(outsideDevelopment(query))).noneMatch(problem -> problem.contains("DATABASE"));
    }

    private static Map<String, String> outsideDevelopment(String query) {
        Map<String, String> environment = good();
        environment.put("SCAIVAULT_DEV", "false");
        for (String name : List.of("DATABASE_URL", "DATABASE_OWNER_URL", "DATABASE_WORKER_URL")) {
            environment.put(name, "postgresql://scaivault_app:s3cret-word@db/scaivault" + query);
        }
        return environment;
    }

    @Test
    void goodEnvironment_isTaken() {
        ServerSettings settings = ServerSettings.read(good());
        assertThat(settings.development()).isTrue();
        assertThat(settings.scaiKey().audience()).isEqualTo("scaivault");
        assertThat(settings.scaiKey().issuers()).containsExactly("http://127.0.0.1:9000");
        assertThat(settings.toString()).doesNotContain("s3cret-word");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            https://vault.example.test         |                              | http://vault.example.test
            https://vault.example.test:8443/a/ |                              | http://vault.example.test/a
            http://127.0.0.1:8080/             |                              | http://127.0.0.1:8080
            https://vault.example.test         | http://pki.example.test:81/x/ | http://pki.example.test:81/x
            https://vault.example.test         | off                          |
            """)
    void certificates_pointToAnUrlWithoutTls(String baseUrl, String chosen, String expected) {
        Map<String, String> environment = good();
        environment.put("BASE_URL", baseUrl);
        if (chosen != null) {
            environment.put("PKI_PUBLIC_URL", chosen);
        }
        assertThat(ServerSettings.read(environment).pki().publicUrl()).isEqualTo(expected);
    }

    @ParameterizedTest
    @EnumSource(names = {"DATABASE_URL", "SCAIKEY_URL", "BASE_URL", "KMS_PROVIDER", "KMS_LOCAL_KEY_FILE"})
    void missingVariable_isNamed_withWhatItTakes(Setting setting) {
        for (String empty : new String[] {null, "", "   "}) {
            Map<String, String> environment = good();
            environment.remove(setting.name());
            if (empty != null) {
                environment.put(setting.name(), empty);
            }
            assertThat(problems(environment)).contains(setting + " is not set; it takes " + setting.takes());
        }
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            DATABASE_URL         | mysql://scaivault_app:s3cret-word@db/scaivault
            DATABASE_URL         | postgresql://db:5432/scaivault
            DATABASE_URL         | postgresql://scaivault_app:s3cret-word@db:99999/scaivault
            DATABASE_URL         | postgresql://scaivault_app:s3cret-word@db/
            DATABASE_URL         | postgresql://scaivault_app:s3cret-word@db/scaivault?password=another-word
            DATABASE_OWNER_URL   | jdbc:postgresql://db/scaivault
            DATABASE_WORKER_URL  | nonsense
            DATABASE_POOL_SIZE   | 1
            DATABASE_POOL_SIZE   | 201
            DATABASE_POOL_SIZE   | eight
            DATABASE_POOL_SIZE   | -4
            SCAIKEY_URL          | scaikey.example.test
            SCAIKEY_URL          | ftp://scaikey.example.test
            SCAIKEY_URL          | http://scaikey.example.test
            SCAIKEY_URL          | http://10.0.0.1:9000
            SCAIKEY_URL          | https://user:s3cret-word@scaikey.example.test
            SCAIKEY_URL          | https://
            SCAIKEY_JWKS_URL     | http://scaikey.example.test/jwks
            SCAIKEY_JWKS_URL     | file:///etc/jwks.json
            SCAIKEY_ISSUERS      | https://one.example.test,,https://two.example.test
            SCAIKEY_CLIENT_SECRET     | two words
            SCAIKEY_INTROSPECTION_URL | http://scaikey.example.test/introspect
            SCAIKEY_INTROSPECTION_URL | introspect
            BIND_ADDRESS         | localhost:8443
            BIND_ADDRESS         | 127.0.0.1
            BIND_ADDRESS         | 127.0.0.1:99999
            BIND_ADDRESS         | :8443
            BASE_URL             | vault.example.test
            PKI_PUBLIC_URL       | https://pki.example.test
            PKI_PUBLIC_URL       | http://
            PKI_PUBLIC_URL       | http://jo@pki.example.test
            PKI_PUBLIC_URL       | http://pki.example.test/?a=b
            PKI_PUBLIC_URL       | none
            LOG_LEVEL            | verbose
            LOG_LEVEL            | INFO
            LOG_FORMAT           | xml
            KMS_PROVIDER         | abacus
            KMS_TIMEOUT_MILLIS   | 99
            KMS_TIMEOUT_MILLIS   | 2s
            TRUSTED_PROXIES      | 10.0.0.0/33
            TRUSTED_PROXIES      | proxy.example.test
            TRUSTED_PROXIES      | 10.0.0.0/8,
            METRICS_BIND_ADDRESS | 9090
            MAX_BODY_BYTES       | 1023
            MAX_BODY_BYTES       | 16777217
            MAX_BODY_BYTES       | 1MiB
            REDIS_URL            | cache.example.test:6379
            REDIS_URL            | http://:s3cret-word@cache.example.test
            REDIS_URL            | redis://s3cret-word@cache.example.test
            REDIS_URL            | redis://:s3cret-word@cache.example.test:99999
            REDIS_URL            | rediss://:s3cret-word@cache.example.test/0?verifyPeer=NONE
            REDIS_URL            | redis-sentinel://:s3cret-word@one.example.test,two.example.test/0
            REDIS_TIMEOUT_MILLIS | 9
            REDIS_TIMEOUT_MILLIS | 10001
            REDIS_TIMEOUT_MILLIS | 1s
            REDIS_CA_FILE        | /does/not/exist.pem
            TOKEN_SIGNING_KEY_ROTATION | 59m
            TOKEN_SIGNING_KEY_ROTATION | 366d
            TOKEN_SIGNING_KEY_ROTATION | never
            EXCHANGE_ALLOWED_ADDRESSES | 10.0.0.0/33
            EXCHANGE_ALLOWED_ADDRESSES | issuer.example.test
            EXCHANGE_CA_FILE     | /does/not/exist.pem
            OBJECT_STORE_ALLOWED_ADDRESSES | 10.0.0.0/33
            OBJECT_STORE_ALLOWED_ADDRESSES | minio.example.test
            OBJECT_STORE_CA_FILE | /does/not/exist.pem
            DNS_PROVIDER_ALLOWED_ADDRESSES | 10.0.0.0/33
            DNS_PROVIDER_CA_FILE | /does/not/exist.pem
            DNS_ROUTE53_OWN_IDENTITY_TENANTS | acme
            DNS_ROUTE53_OWN_IDENTITY_TENANTS | tnt_acme,
            FEDERATION_ALLOWED_ADDRESSES | 10.0.0.0/33
            FEDERATION_CA_FILE   | /does/not/exist.pem
            FEDERATION_OWN_IDENTITY_TENANTS | acme
            FEDERATION_TIMEOUT   | 0s
            FEDERATION_TIMEOUT   | 31s
            FEDERATION_TIMEOUT   | soon
            TARGET_ALLOWED_ADDRESSES | 10.0.0.0/33
            TARGET_CA_FILE       | /does/not/exist.pem
            DNS_RESOLVERS        | resolver.example.test:53
            DNS_RESOLVERS        | 10.0.0.1
            DNS_RESOLVERS        | 10.0.0.1:65536
            DNS_RESOLVERS        | 10.0.0.300:53
            DNS_RESOLVERS        | [::1]:53,
            DNS_RESOLVERS_ONLY   | maybe
            OBJECT_STORE_OWN_BUCKETS | some-bucket
            OBJECT_STORE_OWN_BUCKETS | s3:some-bucket,
            OBJECT_STORE_OWN_BUCKETS | azure_blob:some-container
            RATE_LIMIT_SECRETS_READ_PER_MINUTE | 0
            RATE_LIMIT_SECRETS_READ_PER_MINUTE | -1
            RATE_LIMIT_SECRETS_READ_PER_MINUTE | 1.5
            RATE_LIMIT_SECRETS_READ_PER_MINUTE | 1e9
            RATE_LIMIT_SECRETS_READ_PER_MINUTE | 100000001
            RATE_LIMIT_AUTH_PER_MINUTE | unlimited
            RATE_LIMIT_AUTH_PER_MINUTE | OFF
            RATE_LIMIT_TENANT_PER_MINUTE | 0
            RATE_LIMIT_TENANT_PER_MINUTE | none
            SCAIVAULT_DEV        | yes
            SCAIVAULT_DEV        | TRUE
            """)
    void malformedVariable_isNamed_withWhatItTakes_andWithoutItsValue(Setting setting, String value) {
        Map<String, String> environment = good();
        environment.put(setting.name(), value);
        assertThat(problems(environment)).contains(setting + " is malformed; it takes " + setting.takes());
    }

    @Test
    void introspection_isSetAsAWhole_andShowsNoSecret() throws IOException {
        assertThat(ServerSettings.read(good()).scaiKey().introspection()).isNull();
        String together = "SCAIKEY_CLIENT_ID and SCAIKEY_CLIENT_SECRET are set together or not at all";
        Map<String, String> environment = good();
        environment.put("SCAIKEY_CLIENT_ID", "scaivault-client");
        assertThat(problems(environment)).contains(together);
        environment.put("SCAIKEY_CLIENT_SECRET", "s3cret-word");
        ServerSettings settings = ServerSettings.read(environment);
        assertThat(settings.scaiKey().introspection()).isNotNull();
        assertThat(settings.toString()).contains("scaivault-client").doesNotContain("s3cret-word");
        environment.remove("SCAIKEY_CLIENT_ID");
        assertThat(problems(environment)).contains(together);
        environment.remove("SCAIKEY_CLIENT_SECRET");
        environment.put("SCAIKEY_INTROSPECTION_URL", "http://127.0.0.1:9000/introspect");
        assertThat(problems(environment))
                .contains("SCAIKEY_INTROSPECTION_URL needs SCAIKEY_CLIENT_ID and SCAIKEY_CLIENT_SECRET");

        for (String name : List.of("SCAIKEY_CLIENT_ID", "SCAIKEY_CLIENT_SECRET")) {
            Path file = folder.resolve(name);
            Files.writeString(file, "f1le-word\n");
            environment.put(name + "_FILE", file.toString());
        }
        settings = ServerSettings.read(environment);
        assertThat(settings.scaiKey().introspection().clientId()).isEqualTo("f1le-word");
        assertThat(settings.scaiKey().introspection().clientSecret()).isEqualTo("f1le-word");
        environment.put("SCAIKEY_CLIENT_SECRET", "s3cret-word");
        assertThat(problems(environment)).contains("set SCAIKEY_CLIENT_SECRET or SCAIKEY_CLIENT_SECRET_FILE, not both");
    }

    @ParameterizedTest
    @EnumSource(names = {"DATABASE_URL", "DATABASE_OWNER_URL", "DATABASE_WORKER_URL"})
    void secretVariable_mayStandInAFile_andNotInBoth(Setting setting) throws IOException {
        Path file = folder.resolve(setting.name());
        boolean redis = setting == Setting.REDIS_URL;
        String value =
                redis ? "redis://somebody:f1le-word@cache:6379/0" : "postgresql://somebody:f1le-word@db:5432/scaivault";
        Files.writeString(file, "\n  " + value + " \n");
        Map<String, String> environment = good();
        environment.remove(setting.name());
        environment.put(setting.name() + "_FILE", file.toString());
        ServerSettings settings = ServerSettings.read(environment);
        assertThat(settings.toString()).contains("somebody").doesNotContain("f1le-word");

        environment.put(setting.name(), value);
        assertThat(problems(environment)).contains("set " + setting + " or " + setting + "_FILE, not both");

        environment.remove(setting.name());
        environment.put(setting.name() + "_FILE", folder.resolve("none").toString());
        assertThat(problems(environment)).contains(setting + "_FILE names a file that cannot be read");
        Files.writeString(file, " \n");
        environment.put(setting.name() + "_FILE", file.toString());
        assertThat(problems(environment)).contains(setting + "_FILE names an empty file");
        Files.writeString(file, "mysql://f1le-word");
        assertThat(problems(environment))
                .contains(setting + " is malformed; it takes " + setting.takes())
                .allSatisfy(problem -> assertThat(problem).doesNotContain("f1le-word"));
    }

    @ParameterizedTest
    @EnumSource
    void rateLimit_isTheDocumentedNumber_orWhatIsSet_orOff(RateCategory category) {
        String name = "RATE_LIMIT_" + category + "_PER_MINUTE";
        Map<String, String> environment = good();
        assertThat(ServerSettings.read(environment).rateLimits()).isEqualTo(RateLimits.documented());
        environment.put(name, "7");
        assertThat(ServerSettings.read(environment).rateLimits().perMinute()).containsEntry(category, 7);
        environment.put(name, "off");
        assertThat(ServerSettings.read(environment).rateLimits().perMinute())
                .hasSize(RateCategory.values().length - 1)
                .doesNotContainKey(category);
    }

    @Test
    void ceilingOfTenants_isOffByDefault() {
        Map<String, String> environment = good();
        assertThat(ServerSettings.read(environment).rateLimits().tenantPerMinute())
                .isEmpty();
        environment.put("RATE_LIMIT_TENANT_PER_MINUTE", "5000");
        assertThat(ServerSettings.read(environment).rateLimits().tenantPerMinute())
                .hasValue(5_000);
    }

    @Test
    void trustInRedis_goesWithTls_andHoldsACertificate() throws IOException {
        Path empty = Files.writeString(folder.resolve("empty.pem"), "no certificate\n");
        Path real = TestCertificate.create(Files.createDirectory(folder.resolve("tls")), "ip:127.0.0.1")
                .certificateFile();
        Map<String, String> environment = good();
        environment.put("REDIS_CA_FILE", real.toString());
        String needsTls = "REDIS_CA_FILE goes with a REDIS_URL that begins with rediss://";
        assertThat(problems(environment)).contains(needsTls);
        environment.put("REDIS_URL", "redis://cache.example.test");
        assertThat(problems(environment)).contains(needsTls);
        environment.put("REDIS_URL", "rediss://cache.example.test");
        assertThat(ServerSettings.read(environment).redis()).isNotNull();
        environment.put("REDIS_CA_FILE", empty.toString());
        assertThat(problems(environment))
                .contains("REDIS_CA_FILE is malformed; it takes " + Setting.REDIS_CA_FILE.takes());
    }

    @Test
    void plainHttpToScaiKey_isForLoopbackInDevelopmentOnly() {
        Map<String, String> environment = good();
        environment.put("SCAIVAULT_DEV", "false");
        assertThat(problems(environment))
                .contains("SCAIKEY_URL is malformed; it takes " + Setting.SCAIKEY_URL.takes())
                .contains("KMS_PROVIDER=local is for development: it needs SCAIVAULT_DEV=true");
    }

    @Test
    void rootKeyInAws_isNamedByItsArn_andReachedOverTls() {
        String arn = "arn:aws:kms:eu-central-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab";
        Map<String, String> environment = good();
        environment.remove("KMS_LOCAL_KEY_FILE");
        environment.put("KMS_PROVIDER", "aws");
        assertThat(problems(environment))
                .containsExactly("KMS_KEY_ID is not set; it takes " + Setting.KMS_KEY_ID.takes());
        environment.put("KMS_KEY_ID", arn);
        assertThat(ServerSettings.read(environment).rootKeys().first())
                .isEqualTo(new RootKeySettings.Aws(
                        new AwsKmsProperties(AwsKeyArn.parse(arn).orElseThrow(), null, Duration.ofSeconds(2))));
        environment.put("KMS_ENDPOINT", "http://kms.example.test");
        assertThat(problems(environment))
                .containsExactly("KMS_ENDPOINT is malformed; it takes " + Setting.KMS_ENDPOINT.takes());
        environment.put("KMS_ENDPOINT", "https://kms.example.test");
        environment.put("KMS_KEY_ID", "alias/root-key");
        assertThat(problems(environment))
                .containsExactly("KMS_KEY_ID is malformed; it takes " + Setting.KMS_KEY_ID.takes());
    }

    @Test
    void rootKeyInGoogleCloud_isNamed_andReachedOverTls() {
        String name = "projects/acme-vault/locations/europe-west3/keyRings/scaivault/cryptoKeys/root";
        Map<String, String> environment = good();
        environment.remove("KMS_LOCAL_KEY_FILE");
        environment.put("KMS_PROVIDER", "gcp");
        assertThat(problems(environment))
                .containsExactly("KMS_KEY_NAME is not set; it takes " + Setting.KMS_KEY_NAME.takes());
        environment.put("KMS_KEY_NAME", name);
        assertThat(ServerSettings.read(environment).rootKeys().first())
                .isEqualTo(new RootKeySettings.Gcp(
                        new GcpKmsProperties(GcpKeyName.parse(name).orElseThrow(), null, Duration.ofSeconds(2))));
        environment.put("KMS_ENDPOINT", "http://kms.example.test");
        assertThat(problems(environment))
                .containsExactly("KMS_ENDPOINT is malformed; it takes " + Setting.KMS_ENDPOINT.takes());
        environment.remove("KMS_ENDPOINT");
        environment.put("KMS_KEY_NAME", name + "/cryptoKeyVersions/1");
        assertThat(problems(environment))
                .containsExactly("KMS_KEY_NAME is malformed; it takes " + Setting.KMS_KEY_NAME.takes());
    }

    @Test
    void rootKeyInAzure_isNamedByItsUrl_andInAKeyVaultHasASigningKeyBesideIt() {
        String url = "https://acme.vault.azure.net/keys/root";
        String signer = "https://acme.vault.azure.net/keys/root-signer";
        Map<String, String> environment = good();
        environment.remove("KMS_LOCAL_KEY_FILE");
        environment.put("KMS_PROVIDER", "azure");
        assertThat(problems(environment))
                .containsExactly("KMS_KEY_URL is not set; it takes " + Setting.KMS_KEY_URL.takes());
        environment.put("KMS_KEY_URL", url);
        environment.put("KMS_SIGNING_KEY_URL", signer);
        assertThat(ServerSettings.read(environment).rootKeys().first())
                .isEqualTo(new RootKeySettings.Azure(new AzureKmsProperties(
                        AzureKeyUrl.parse(url).orElseThrow(),
                        AzureKeyUrl.parse(signer).orElseThrow(),
                        Duration.ofSeconds(2))));
        for (String wrong : List.of(
                url,
                "https://acme.managedhsm.azure.net/keys/root-signer",
                "https://acme.vault.azure.cn/keys/root-signer",
                signer + "/0123456789abcdef0123456789abcdef")) {
            environment.put("KMS_SIGNING_KEY_URL", wrong);
            assertThat(problems(environment)).singleElement().asString().startsWith("KMS_SIGNING_KEY_URL is required");
        }
        environment.remove("KMS_SIGNING_KEY_URL");
        assertThat(problems(environment)).singleElement().asString().startsWith("KMS_SIGNING_KEY_URL is required");
        environment.put("KMS_KEY_URL", "https://acme.managedhsm.azure.net/keys/root");
        assertThat(ServerSettings.read(environment).rootKeys().first()).isInstanceOf(RootKeySettings.Azure.class);
        environment.put("KMS_SIGNING_KEY_URL", signer);
        assertThat(problems(environment)).singleElement().asString().startsWith("KMS_SIGNING_KEY_URL is required");
        environment.put("KMS_KEY_URL", "https://acme.vault.azure.net.evil.example/keys/root");
        assertThat(problems(environment))
                .containsExactly("KMS_KEY_URL is malformed; it takes " + Setting.KMS_KEY_URL.takes());
    }

    @Test
    void secondRootKey_isSaidLikeTheFirst_underNamesOfItsOwn() {
        String arn = "arn:aws:kms:eu-central-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab";
        Map<String, String> environment = good();
        assertThat(ServerSettings.read(environment).rootKeys().second()).isNull();
        environment.put("KMS_SECONDARY_KEY_ID", arn);
        assertThat(problems(environment))
                .containsExactly("KMS_SECONDARY_PROVIDER is not set; it takes " + Setting.KMS_PROVIDER.takes());
        environment.put("KMS_SECONDARY_PROVIDER", "aws");
        environment.put("KMS_SECONDARY_TIMEOUT_MILLIS", "700");
        assertThat(ServerSettings.read(environment).rootKeys().all())
                .last()
                .isEqualTo(new RootKeySettings.Aws(
                        new AwsKmsProperties(AwsKeyArn.parse(arn).orElseThrow(), null, Duration.ofMillis(700))));
        environment.put("KMS_SECONDARY_KEY_ID", "alias/root-key");
        assertThat(problems(environment))
                .containsExactly("KMS_SECONDARY_KEY_ID is malformed; it takes " + Setting.KMS_KEY_ID.takes());
    }

    @Test
    void secondRootKey_isAnotherThanTheFirst() {
        Map<String, String> environment = good();
        environment.put("KMS_SECONDARY_PROVIDER", "local");
        environment.put("KMS_SECONDARY_LOCAL_KEY_FILE", environment.get("KMS_LOCAL_KEY_FILE"));
        assertThat(problems(environment))
                .containsExactly("the KMS_SECONDARY_ variables name the same root key as the others");
    }

    /** What both say, what the first says, and what the second says instead. */
    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            local  | LOCAL_KEY_FILE=/tmp/a/root.key | LOCAL_KEY_FILE=/tmp/b/../a/root.key
            aws    | KEY_ID=arn:aws:kms:eu-central-1:111122223333:key/1234abcd | TIMEOUT_MILLIS=700
            aws    | KEY_ID=arn:aws:kms:eu-central-1:111122223333:key/1234abcd | ENDPOINT=https://kms.example.test
            gcp    | KEY_NAME=projects/p/locations/eu/keyRings/r/cryptoKeys/k | TIMEOUT_MILLIS=700
            gcp    | KEY_NAME=projects/p/locations/eu/keyRings/r/cryptoKeys/k | ENDPOINT=https://kms.example.test
            azure  | KEY_URL=https://acme.managedhsm.azure.net/keys/root | TIMEOUT_MILLIS=700
            azure  | KEY_URL=https://acme.managedhsm.azure.net/keys/root | KEY_URL=https://acme.managedhsm.azure.net/keys/Root/0123456789abcdef0123456789abcdef
            azure  | KEY_URL=https://acme.vault.azure.net/keys/root SIGNING_KEY_URL=https://acme.vault.azure.net/keys/one | SIGNING_KEY_URL=https://acme.vault.azure.net/keys/two
            pkcs11 | PKCS11_LIBRARY=/opt/hsm.so PKCS11_TOKEN_LABEL=token PKCS11_KEY_LABEL=root PKCS11_PIN_FILE=/run/pin1 | TIMEOUT_MILLIS=700
            pkcs11 | PKCS11_LIBRARY=/opt/hsm.so PKCS11_TOKEN_LABEL=token PKCS11_KEY_LABEL=root PKCS11_PIN_FILE=/run/pin1 | PKCS11_PIN_FILE=/run/pin2 PKCS11_SESSIONS=3
            tpm    | TPM_DEVICE=/dev/tpmrm0 TPM_HANDLE=0x81000001 TPM_AUTH_FILE=/run/auth1 | TPM_AUTH_FILE=/run/auth2
            tpm    | TPM_DEVICE=/dev/tpmrm0 TPM_HANDLE=0x81000001 TPM_AUTH_FILE=/run/auth1 | TIMEOUT_MILLIS=700
            """)
    void secondRootKey_isNotTheFirst_reachedInAnotherWay(String provider, String both, String otherwise) {
        assertThat(problems(twoRootKeys(provider, both, otherwise)))
                .containsExactly("the KMS_SECONDARY_ variables name the same root key as the others");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            local  | LOCAL_KEY_FILE=/tmp/a/root.key | LOCAL_KEY_FILE=/tmp/b/root.key
            aws    | KEY_ID=arn:aws:kms:eu-central-1:111122223333:key/1234abcd | KEY_ID=arn:aws:kms:eu-west-1:111122223333:key/1234abcd
            gcp    | KEY_NAME=projects/p/locations/eu/keyRings/r/cryptoKeys/k | KEY_NAME=projects/p/locations/us/keyRings/r/cryptoKeys/k
            azure  | KEY_URL=https://acme.managedhsm.azure.net/keys/root | KEY_URL=https://acme-2.managedhsm.azure.net/keys/root
            pkcs11 | PKCS11_LIBRARY=/opt/hsm.so PKCS11_TOKEN_LABEL=token PKCS11_KEY_LABEL=root PKCS11_PIN_FILE=/run/pin1 | PKCS11_TOKEN_LABEL=token-2
            pkcs11 | PKCS11_LIBRARY=/opt/hsm.so PKCS11_TOKEN_LABEL=token PKCS11_KEY_LABEL=root PKCS11_PIN_FILE=/run/pin1 | PKCS11_LIBRARY=/opt/hsm-2.so
            tpm    | TPM_DEVICE=/dev/tpmrm0 TPM_HANDLE=0x81000001 TPM_AUTH_FILE=/run/auth1 | TPM_HANDLE=0x81000002
            """)
    void secondRootKey_mayDifferInItsNameAlone(String provider, String both, String otherwise) {
        assertThat(ServerSettings.read(twoRootKeys(provider, both, otherwise))
                        .rootKeys()
                        .all())
                .hasSize(2);
    }

    private static Map<String, String> twoRootKeys(String provider, String both, String otherwise) {
        Map<String, String> environment = good();
        environment.remove("KMS_LOCAL_KEY_FILE");
        for (String prefix : List.of("KMS_", "KMS_SECONDARY_")) {
            environment.put(prefix + "PROVIDER", provider);
            put(environment, prefix, both);
        }
        put(environment, "KMS_SECONDARY_", otherwise);
        return environment;
    }

    private static void put(Map<String, String> environment, String prefix, String settings) {
        for (String setting : settings.split(" ")) {
            environment.put(prefix + setting.split("=", 2)[0], setting.split("=", 2)[1]);
        }
    }

    @Test
    void unwrappedKeys_areRememberedForFiveMinutesAtMost() {
        Map<String, String> environment = good();
        assertThat(ServerSettings.read(environment).rootKeys().memory()).isZero();
        environment.put("KMS_CACHE_SECONDS", "300");
        assertThat(ServerSettings.read(environment).rootKeys().memory()).isEqualTo(Duration.ofMinutes(5));
        environment.put("KMS_CACHE_SECONDS", "301");
        assertThat(problems(environment))
                .containsExactly("KMS_CACHE_SECONDS is malformed; it takes " + Setting.KMS_CACHE_SECONDS.takes());
    }

    @Test
    void rootKeyInAnHsm_isSaidCompletely() {
        Map<String, String> environment = good();
        environment.remove("KMS_LOCAL_KEY_FILE");
        environment.put("KMS_PROVIDER", "pkcs11");
        environment.put("KMS_PKCS11_LIBRARY", "/opt/hsm/libcryptoki.so");
        environment.put("KMS_PKCS11_TOKEN_LABEL", "scaivault");
        environment.put("KMS_PKCS11_KEY_LABEL", "root-2026");
        environment.put("KMS_PKCS11_PIN_FILE", "/run/secrets/hsm_pin");
        assertThat(ServerSettings.read(environment).rootKeys().first())
                .isEqualTo(new RootKeySettings.Pkcs11(new Pkcs11Properties(
                        Path.of("/opt/hsm/libcryptoki.so"),
                        "scaivault",
                        "root-2026",
                        Path.of("/run/secrets/hsm_pin"),
                        4,
                        Duration.ofSeconds(2))));
        for (Setting setting : List.of(
                Setting.KMS_PKCS11_LIBRARY,
                Setting.KMS_PKCS11_TOKEN_LABEL,
                Setting.KMS_PKCS11_KEY_LABEL,
                Setting.KMS_PKCS11_PIN_FILE)) {
            Map<String, String> without = new HashMap<>(environment);
            without.remove(setting.name());
            assertThat(problems(without)).containsExactly(setting + " is not set; it takes " + setting.takes());
        }
        environment.put("KMS_PKCS11_TOKEN_LABEL", "a label that is longer than a token's can be");
        environment.put("KMS_PKCS11_SESSIONS", "0");
        assertThat(problems(environment))
                .contains(
                        "KMS_PKCS11_TOKEN_LABEL is malformed; it takes " + Setting.KMS_PKCS11_TOKEN_LABEL.takes(),
                        "KMS_PKCS11_SESSIONS is malformed; it takes " + Setting.KMS_PKCS11_SESSIONS.takes());
    }

    @Test
    void rootKeyInTransit_isSaidCompletely_withOneWayIn() throws IOException {
        Map<String, String> environment = good();
        environment.remove("KMS_LOCAL_KEY_FILE");
        environment.put("KMS_PROVIDER", "hashicorp");
        String oneWay = "KMS_PROVIDER=hashicorp takes one of KMS_TRANSIT_TOKEN, KMS_TRANSIT_ROLE_ID together with"
                + " KMS_TRANSIT_SECRET_ID, and KMS_TRANSIT_KUBERNETES_ROLE";
        assertThat(problems(environment))
                .containsExactly(
                        "KMS_ENDPOINT is not set; it takes " + Setting.KMS_ENDPOINT.takes(),
                        "KMS_KEY_NAME is not set; it takes " + Setting.KMS_KEY_NAME.takes(),
                        oneWay);
        environment.put("KMS_ENDPOINT", "https://bao.example.test:8200");
        environment.put("KMS_KEY_NAME", "scaivault-root");
        environment.put("KMS_TRANSIT_TOKEN", "s3cret-word");
        ServerSettings settings = ServerSettings.read(environment);
        assertThat(settings.rootKeys().first())
                .isEqualTo(transit(new TransitLogin.Token(new SecretText.Given("s3cret-word"))));
        assertThat(settings.toString()).contains("scaivault-root").doesNotContain("s3cret-word");

        environment.put("KMS_TRANSIT_ROLE_ID", "a-role");
        assertThat(problems(environment)).containsExactly(oneWay);
        environment.remove("KMS_TRANSIT_TOKEN");
        assertThat(problems(environment)).containsExactly(oneWay);
        Path file = Files.writeString(folder.resolve("secret_id"), "f1le-word\n");
        environment.put("KMS_TRANSIT_SECRET_ID_FILE", file.toString());
        assertThat(ServerSettings.read(environment).rootKeys().first())
                .isEqualTo(transit(new TransitLogin.AppRole("approle", "a-role", new SecretText.InFile(file))));
        environment.remove("KMS_TRANSIT_ROLE_ID");
        assertThat(problems(environment)).containsExactly(oneWay);
        environment.remove("KMS_TRANSIT_SECRET_ID_FILE");
        environment.put("KMS_TRANSIT_KUBERNETES_ROLE", "a-role");
        environment.put("KMS_TRANSIT_AUTH_MOUNT", "clusters/one/");
        assertThat(ServerSettings.read(environment).rootKeys().first())
                .isEqualTo(transit(new TransitLogin.Kubernetes(
                        "clusters/one", "a-role", Path.of("/var/run/secrets/kubernetes.io/serviceaccount/token"))));
    }

    @Test
    void secondRootKeyInTransit_hasAnotherName_whereverItIs() throws IOException {
        Map<String, String> environment = good();
        environment.remove("KMS_LOCAL_KEY_FILE");
        Path file = Files.writeString(folder.resolve("token"), "f1le-word");
        for (String prefix : List.of("KMS_", "KMS_SECONDARY_")) {
            environment.put(prefix + "PROVIDER", "hashicorp");
            environment.put(prefix + "ENDPOINT", "https://" + prefix.length() + ".example.test");
            environment.put(prefix + "KEY_NAME", "root-key");
            environment.put(prefix + "TRANSIT_TOKEN_FILE", file.toString());
        }
        assertThat(problems(environment))
                .containsExactly("the KMS_SECONDARY_ variables name the same root key as the others");
        environment.put("KMS_SECONDARY_KEY_NAME", "root-key-2");
        assertThat(ServerSettings.read(environment).rootKeys().second())
                .isInstanceOfSatisfying(
                        RootKeySettings.Transit.class,
                        second -> assertThat(second.properties().login())
                                .isEqualTo(new TransitLogin.Token(new SecretText.InFile(file))));
        environment.remove("KMS_SECONDARY_TRANSIT_TOKEN_FILE");
        assertThat(problems(environment))
                .containsExactly("KMS_SECONDARY_PROVIDER=hashicorp takes one of KMS_SECONDARY_TRANSIT_TOKEN,"
                        + " KMS_SECONDARY_TRANSIT_ROLE_ID together with KMS_SECONDARY_TRANSIT_SECRET_ID, and"
                        + " KMS_SECONDARY_TRANSIT_KUBERNETES_ROLE");
    }

    private static RootKeySettings.Transit transit(TransitLogin login) {
        return new RootKeySettings.Transit(new TransitProperties(
                URI.create("https://bao.example.test:8200"),
                null,
                "transit",
                "scaivault-root",
                null,
                login,
                Duration.ofSeconds(2)));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            KMS_ENDPOINT          | http://bao.example.test
            KMS_ENDPOINT          | https://bao.example.test/?token=x
            KMS_ENDPOINT          | https://user:s3cret-word@bao.example.test
            KMS_KEY_NAME          | ../sys/seal
            KMS_KEY_NAME          | a/b
            KMS_TRANSIT_MOUNT     | ../sys
            KMS_TRANSIT_MOUNT     | a//b
            KMS_TRANSIT_NAMESPACE | a b
            KMS_TRANSIT_CA_FILE   | /does/not/exist.pem
            KMS_TRANSIT_TOKEN     | two words
            """)
    void malformedWordOnTransit_isNamed(Setting setting, String value) {
        Map<String, String> environment = good();
        environment.remove("KMS_LOCAL_KEY_FILE");
        environment.putAll(Map.of(
                "KMS_PROVIDER", "hashicorp",
                "KMS_ENDPOINT", "https://bao.example.test",
                "KMS_KEY_NAME", "root-key",
                "KMS_TRANSIT_TOKEN", "s3cret-word"));
        environment.put(setting.name(), value);
        assertThat(problems(environment)).contains(setting + " is malformed; it takes " + setting.takes());
    }

    @Test
    void rootKeyInATpm_isSaidCompletely() {
        Map<String, String> environment = good();
        environment.remove("KMS_LOCAL_KEY_FILE");
        environment.put("KMS_PROVIDER", "tpm");
        environment.put("KMS_TPM_HANDLE", "0x81000100");
        environment.put("KMS_TPM_AUTH_FILE", "/run/secrets/tpm_auth");
        assertThat(ServerSettings.read(environment).rootKeys().first())
                .isEqualTo(new RootKeySettings.Tpm(new TpmProperties(
                        new TpmAddress.File(Path.of("/dev/tpmrm0")),
                        new PersistentHandle(0x81000100),
                        Path.of("/run/secrets/tpm_auth"),
                        Duration.ofSeconds(2))));
        for (Setting setting : List.of(Setting.KMS_TPM_HANDLE, Setting.KMS_TPM_AUTH_FILE)) {
            Map<String, String> without = new HashMap<>(environment);
            without.remove(setting.name());
            assertThat(problems(without)).containsExactly(setting + " is not set; it takes " + setting.takes());
        }
        environment.put("KMS_TPM_DEVICE", "10.1.2.3:2321");
        environment.put("KMS_TPM_HANDLE", "0x80000001");
        assertThat(problems(environment))
                .containsExactly(
                        "KMS_TPM_DEVICE is malformed; it takes " + Setting.KMS_TPM_DEVICE.takes(),
                        "KMS_TPM_HANDLE is malformed; it takes " + Setting.KMS_TPM_HANDLE.takes());
    }

    @ParameterizedTest
    @CsvSource({"0.0.0.0:8443", "10.0.0.1:8443", "[::]:8443"})
    void development_isForLoopbackOnly(String bind) {
        Map<String, String> environment = good();
        environment.put("BIND_ADDRESS", bind);
        assertThat(problems(environment)).contains("SCAIVAULT_DEV=true needs a loopback BIND_ADDRESS");
        environment.remove("BIND_ADDRESS");
        assertThat(problems(environment)).contains("SCAIVAULT_DEV=true needs a loopback BIND_ADDRESS");
    }

    @ParameterizedTest
    @EnumSource(names = {"TLS_CERT_FILE", "TLS_KEY_FILE"})
    void certificateAndKey_goTogether(Setting only) {
        Map<String, String> environment = good();
        environment.put(only.name(), "/etc/tls.pem");
        assertThat(problems(environment)).contains("TLS_CERT_FILE and TLS_KEY_FILE are set together or not at all");
        environment.put("TLS_MANAGED_CERTIFICATE", "tnt_acme/cert_01K9Z6F3V4M8Q2T7B5N1C0D9XE");
        assertThat(problems(environment)).contains("TLS_CERT_FILE and TLS_KEY_FILE are set together or not at all");
    }

    @Test
    void certificateThatIsManagedHere_needsNoFiles() {
        Map<String, String> environment = good();
        environment.put("TLS_MANAGED_CERTIFICATE", "tnt_acme/cert_01K9Z6F3V4M8Q2T7B5N1C0D9XE");
        environment.put("TLS_CLIENT_CA_FILE", "/etc/clients.pem");
        ServerSettings.Http http = ServerSettings.read(environment).http();
        assertThat(http.certificate()).isNotNull();
        assertThat(http.tls()).isNotNull();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            SECURITY_TXT_CONTACT             | security@vault.test
            SECURITY_TXT_CONTACT             | mailto:nobody-at-all
            SECURITY_TXT_CONTACT             | http://vault.test/report
            SECURITY_TXT_CONTACT             | https:///report
            SECURITY_TXT_CONTACT             | https://user:word@vault.test/report
            SECURITY_TXT_CONTACT             | tel:call-me-maybe
            SECURITY_TXT_CONTACT             | ftp://vault.test/report
            SECURITY_TXT_CONTACT             | mailto:a@vault.test,,mailto:b@vault.test
            SECURITY_TXT_CONTACT             | mailto:sécurité@vault.test
            SECURITY_TXT_CONTACT             | https://vault.test/a b
            SECURITY_TXT_EXPIRES             | 2027-06-30
            SECURITY_TXT_EXPIRES             | 2027-06-30T00:00:00
            SECURITY_TXT_EXPIRES             | 2027-13-30T00:00:00Z
            SECURITY_TXT_EXPIRES             | in a year
            SECURITY_TXT_ENCRYPTION          | http://vault.test/pgp.asc
            SECURITY_TXT_ACKNOWLEDGMENTS     | mailto:thanks@vault.test
            SECURITY_TXT_PREFERRED_LANGUAGES | en;q=0.9
            SECURITY_TXT_PREFERRED_LANGUAGES | everythingatall
            SECURITY_TXT_CANONICAL           | /.well-known/security.txt
            SECURITY_TXT_POLICY              | javascript:alert(1)
            SECURITY_TXT_HIRING              | http://vault.test/jobs
            """)
    void malformedSecurityTxt_isRefused(Setting setting, String value) {
        Map<String, String> environment = good();
        environment.put("SECURITY_TXT_CONTACT", "mailto:security@vault.test");
        environment.put("SECURITY_TXT_EXPIRES", "2099-01-01T00:00:00Z");
        assertThat(ServerSettings.read(environment).securityTxt()).isNotNull();
        environment.put(setting.name(), value);
        assertThat(problems(environment)).containsExactly(setting + " is malformed; it takes " + setting.takes());
    }

    /** A line break would be a field of its own. */
    @Test
    void lineBreakInSecurityTxt_isRefused() {
        Map<String, String> environment = good();
        environment.put("SECURITY_TXT_EXPIRES", "2099-01-01T00:00:00Z");
        for (String contact : List.of(
                "https://vault.test/\nCanonical: https://evil.test",
                "mailto:a@vault.test\rPolicy: https://evil.test")) {
            environment.put("SECURITY_TXT_CONTACT", contact);
            assertThat(problems(environment))
                    .containsExactly(
                            "SECURITY_TXT_CONTACT is malformed; it takes " + Setting.SECURITY_TXT_CONTACT.takes());
        }
    }

    @Test
    void securityTxt_hasAContactAndAnEnd_orIsNotThere() {
        assertThat(ServerSettings.read(good()).securityTxt()).isNull();
        Map<String, String> environment = good();
        environment.put("SECURITY_TXT_POLICY", "https://vault.test/disclosure");
        assertThat(problems(environment))
                .containsExactly(
                        "SECURITY_TXT_CONTACT is not set, which the other SECURITY_TXT_ variables need; it takes "
                                + Setting.SECURITY_TXT_CONTACT.takes(),
                        "SECURITY_TXT_EXPIRES is not set, which the other SECURITY_TXT_ variables need; it takes "
                                + Setting.SECURITY_TXT_EXPIRES.takes());
        environment.put("SECURITY_TXT_CONTACT", "mailto:security@vault.test");
        assertThat(problems(environment))
                .containsExactly(
                        "SECURITY_TXT_EXPIRES is not set, which the other SECURITY_TXT_ variables need; it takes "
                                + Setting.SECURITY_TXT_EXPIRES.takes());
    }

    @Test
    void everyProblem_isToldAtOnce() {
        assertThat(problems(new HashMap<>(Map.of("LOG_LEVEL", "loudest", "DATABASE_POOL_SIZE", "many"))))
                .hasSizeGreaterThanOrEqualTo(6)
                .allSatisfy(problem -> assertThat(problem).doesNotContain("\n"));
    }

    /** The handbook's tables are the settings: one row each, with its default and whether it has a twin. */
    @Test
    void handbook_hasExactlyTheSettings() {
        Set<String> described = new HashSet<>();
        for (String line :
                RepositoryFiles.read("docs/operations/configuration.md").lines().toList()) {
            Matcher row = ROW.matcher(line);
            if (row.matches()) {
                Setting setting = Setting.valueOf(row.group(1));
                assertThat(described.add(setting.name())).as(line).isTrue();
                assertThat(row.group(4)).as(line).isEqualTo(setting.kind() == Setting.Kind.SECRET ? "yes" : "no");
                String byDefault = setting.defaultValue();
                if (byDefault != null && !byDefault.isEmpty()) {
                    assertThat(row.group(2)).as(line).contains("`" + byDefault + "`");
                } else {
                    assertThat(row.group(2)).as(line).containsAnyOf("none", "not set", "empty", "SCAIKEY_URL");
                }
            }
        }
        assertThat(described)
                .isEqualTo(new HashSet<>(
                        Arrays.stream(Setting.values()).map(Setting::name).toList()));
    }
}
