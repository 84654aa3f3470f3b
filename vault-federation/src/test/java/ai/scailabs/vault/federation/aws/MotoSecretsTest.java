package ai.scailabs.vault.federation.aws;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.scailabs.vault.federation.remote.BackendConfig;
import ai.scailabs.vault.federation.remote.BackendCredentials;
import ai.scailabs.vault.federation.remote.RemoteDescription;
import ai.scailabs.vault.federation.remote.RemoteException;
import ai.scailabs.vault.federation.remote.RemoteFailure;
import ai.scailabs.vault.federation.remote.RemoteSecret;
import ai.scailabs.vault.federation.remote.RemoteVersion;
import ai.scailabs.vault.kernel.id.TenantId;
import ai.scailabs.vault.kernel.sensitive.SensitiveBytes;
import ai.scailabs.vault.outbound.aws.GuardedSdkClient;
import ai.scailabs.vault.outbound.http.AddressRule;
import ai.scailabs.vault.outbound.http.GuardedTransfers;
import ai.scailabs.vault.outbound.http.OutboundTls;
import ai.scailabs.vault.testkit.TestMoto;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.core.SdkBytes;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.secretsmanager.SecretsManagerClient;
import software.amazon.awssdk.services.secretsmanager.model.Tag;

/** Against a server of Secrets Manager and STS that others wrote. It dates all versions alike, so that earlier ones are {@link AwsSecretsManagerTest}'s. */
class MotoSecretsTest {
    private static final Duration PATIENCE = Duration.ofSeconds(20);
    private static final String KEYS = "\"access_key_id\":\"AKIDEXAMPLE\",\"secret_access_key\":\"x\"";

    private static TestMoto moto;
    private static GuardedTransfers transfers;
    private static SecretsManagerClient administrator;

    @BeforeAll
    static void start() {
        moto = TestMoto.start();
        transfers = new GuardedTransfers(new AddressRule(AddressRule.LOOPBACK), OutboundTls.system(), true);
        administrator = SecretsManagerClient.builder()
                .region(Region.EU_CENTRAL_1)
                .endpointOverride(moto.endpoint())
                .credentialsProvider(StaticCredentialsProvider.create(AwsBasicCredentials.create("administrator", "x")))
                .httpClient(new GuardedSdkClient(transfers, PATIENCE))
                .build();
    }

    @AfterAll
    static void stop() {
        administrator.close();
        transfers.close();
        moto.close();
    }

    @Test
    void textAndBytes_areRead() throws RemoteException {
        administrator.createSecret(
                secret -> secret.name("read/object").secretString("{\"user\":\"app\",\"port\":5432}"));
        administrator.createSecret(secret -> secret.name("read/text").secretString("s3cret"));
        administrator.createSecret(secret ->
                secret.name("read/bytes").secretBinary(SdkBytes.fromByteArray(new byte[] {0, (byte) 0xff})));

        try (AwsSecretsManager vault = open(KEYS)) {
            assertThat(data(vault, "read/object")).isEqualTo("{\"user\":\"app\",\"port\":5432}");
            assertThat(data(vault, "read/text")).isEqualTo("{\"value\":\"s3cret\"}");
            assertThat(data(vault, "read/bytes")).isEqualTo("{\"value_base64\":\"AP8=\"}");
            assertThatThrownBy(() -> vault.read("read", null))
                    .isInstanceOfSatisfying(
                            RemoteException.class,
                            none -> assertThat(none.failure()).isEqualTo(RemoteFailure.NOT_FOUND));
        }
    }

    @Test
    void secret_isWritten_andRead_andWrittenAgain() throws RemoteException {
        try (AwsSecretsManager vault = open(KEYS);
                SensitiveBytes text = value("{\"value\":\"s3cret\"}");
                SensitiveBytes object = value("{\"user\":\"app\",\"n\":12345678901234567890123}");
                SensitiveBytes binary = value("{\"value_base64\":\"AP8=\"}")) {
            vault.write("written/a", text, null);
            assertThat(data(vault, "written/a")).isEqualTo("{\"value\":\"s3cret\"}");
            RemoteVersion seen = vault.versions("written/a").getFirst();
            vault.write("written/a", object, seen);
            assertThat(data(vault, "written/a")).isEqualTo("{\"user\":\"app\",\"n\":12345678901234567890123}");
            vault.write("written/a", binary, seen);
            assertThat(data(vault, "written/a")).isEqualTo("{\"value_base64\":\"AP8=\"}");
            assertThatThrownBy(() -> vault.write("written/a", text, null))
                    .isInstanceOfSatisfying(
                            RemoteException.class,
                            there -> assertThat(there.failure()).isEqualTo(RemoteFailure.CHANGED));
            assertThatThrownBy(() -> vault.write("written/none", text, seen))
                    .isInstanceOfSatisfying(
                            RemoteException.class,
                            none -> assertThat(none.failure()).isEqualTo(RemoteFailure.CHANGED));
        }
    }

    private static SensitiveBytes value(String json) {
        return SensitiveBytes.owning(json.getBytes(StandardCharsets.UTF_8));
    }

    @Test
    void whatIsSaidOfASecret_isTaken() throws RemoteException {
        administrator.createSecret(secret -> secret.name("described")
                .secretString("x")
                .description("of the relay")
                .tags(Tag.builder().key("team").value("mail").build()));

        try (AwsSecretsManager vault = open(KEYS)) {
            RemoteDescription description = vault.describe("described");

            assertThat(description.description()).isEqualTo("of the relay");
            assertThat(description.labels()).containsEntry("team", "mail");
            assertThat(description.versionCount()).isEqualTo(1);
        }
    }

    @Test
    void whatIsToBeDeleted_isNotThere() throws RemoteException {
        administrator.createSecret(secret -> secret.name("gone/a").secretString("x"));
        administrator.deleteSecret(secret -> secret.secretId("gone/a").recoveryWindowInDays(7L));

        try (AwsSecretsManager vault = open(KEYS)) {
            assertThatThrownBy(() -> vault.read("gone/a", null))
                    .isInstanceOfSatisfying(
                            RemoteException.class,
                            none -> assertThat(none.failure()).isEqualTo(RemoteFailure.NOT_FOUND));
            assertThat(vault.names("gone/", true, 10)).isEmpty();
        }
    }

    @Test
    void names_areListedPageByPage() throws RemoteException {
        for (int i = 0; i < 130; i++) {
            String name = "many/" + (i % 2 == 0 ? "even/" : "") + "n" + i;
            administrator.createSecret(secret -> secret.name(name).secretString("x"));
        }
        administrator.createSecret(secret -> secret.name("manyfold").secretString("x"));

        try (AwsSecretsManager vault = open(KEYS)) {
            vault.probe(List.of("many/"));
            assertThat(vault.names("many/", true, 1_000)).hasSize(130).contains("many/even/n128", "many/n129");
            assertThat(vault.names("many/", false, 1_000)).hasSize(66).contains("many/even/");
            assertThatThrownBy(() -> vault.names("many/", true, 100))
                    .isInstanceOfSatisfying(
                            RemoteException.class,
                            more -> assertThat(more.failure()).isEqualTo(RemoteFailure.TOO_LARGE));
        }
    }

    @Test
    void aRole_isTaken() throws RemoteException {
        administrator.createSecret(secret -> secret.name("of-a-role").secretString("x"));

        try (AwsSecretsManager vault = open(KEYS + ",\"role_arn\":\"arn:aws:iam::123456789012:role/reader\"")) {
            assertThat(data(vault, "of-a-role")).isEqualTo("{\"value\":\"x\"}");
        }
    }

    private static String data(AwsSecretsManager vault, String name) throws RemoteException {
        try (RemoteSecret secret = vault.read(name, null)) {
            assertThat(secret.version().current()).isTrue();
            return new String(secret.data().expose(), StandardCharsets.UTF_8);
        }
    }

    private static AwsSecretsManager open(String members) throws RemoteException {
        return AwsSecretsManager.open(
                new BackendConfig.Aws("eu-central-1", null, null, null),
                BackendCredentials.of(("{" + members + "}").getBytes(StandardCharsets.UTF_8)),
                new TenantId("tnt_moto"),
                false,
                transfers,
                new AwsEndpoints(moto.endpoint(), moto.endpoint()),
                PATIENCE);
    }
}
