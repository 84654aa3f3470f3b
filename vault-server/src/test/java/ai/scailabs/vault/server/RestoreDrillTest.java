package ai.scailabs.vault.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.scailabs.vault.kms.local.LocalFileRootKey;
import ai.scailabs.vault.persistence.jdbc.Schema;
import ai.scailabs.vault.server.drill.RestoreDrill;
import ai.scailabs.vault.server.readiness.StartupRefusal;
import ai.scailabs.vault.server.settings.DrillSettings;
import ai.scailabs.vault.testkit.TestDatabase;
import ai.scailabs.vault.testkit.TestPostgres;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** A drill on a database that is there already: that a dump brings it there is PostgreSQL's part. */
class RestoreDrillTest {
    private static final String VALUE = "drill-canary-5d02";

    @TempDir
    static Path keys;

    private static TestDatabase database;
    private static RunningServer server;

    @TempDir
    Path folder;

    private Path dump;

    @BeforeAll
    static void serve() {
        database = TestPostgres.migratedDatabase(Schema::migrate);
        LocalFileRootKey.openOrCreate(keys.resolve("first.key"), new SecureRandom());
        LocalFileRootKey.openOrCreate(keys.resolve("second.key"), new SecureRandom());
        LocalFileRootKey.openOrCreate(keys.resolve("other.key"), new SecureRandom());
        server = RunningServer.start(
                database,
                Map.of(
                        "KMS_LOCAL_KEY_FILE", keys.resolve("first.key").toString(),
                        "KMS_SECONDARY_PROVIDER", "local",
                        "KMS_SECONDARY_LOCAL_KEY_FILE",
                                keys.resolve("second.key").toString()));
        for (String tenant : new String[] {"drill-a", "drill-b"}) {
            ApiClient owner = server.owner(tenant);
            for (int i = 0; i < 25; i++) {
                owner.put("/v1/secrets/app/s" + i, Map.of("data", Map.of("a", VALUE)));
            }
        }
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    @BeforeEach
    void dump() throws IOException {
        dump = Files.writeString(folder.resolve("the.dump"), "abc");
    }

    @Test
    void restoredDatabase_opensWithEachRootKeyAlone_andEveryTenantsLogSaysSo() throws IOException {
        JsonNode report = drill(true, both());
        assertThat(report.get("dump_sha256").stringValue())
                .isEqualTo("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
        assertThat(report.get("root_keys")).hasSize(2);
        report.get("root_keys")
                .forEach(root ->
                        assertThat(root.get("partner_keys_opened").intValue()).isOne());
        JsonNode tenant = tenant(report, "tnt_drill-a");
        assertThat(tenant.get("secrets").intValue()).isEqualTo(25);
        assertThat(tenant.get("values_opened").intValue()).isEqualTo(20);
        Leaks.assertNone("report", report.toString(), VALUE);

        ApiClient owner = server.owner("drill-a");
        assertThat(owner.get("/v1/audit/logs?action=restore_drill").expect(200).body())
                .contains("system:restore-drill")
                .contains(report.get("report_id").stringValue());
    }

    @Test
    void secondRootKeyAlone_isEnough() throws IOException {
        assertThat(drill(true, with("second.key")).get("result").stringValue()).isEqualTo("passed");
    }

    @Test
    void rootKeyOfAnotherInstallation_opensNothing_andIsNoAccident() throws IOException {
        JsonNode report = drill(false, with("other.key"));
        assertThat(report.get("result").stringValue()).isEqualTo("failed");
        assertThat(report.at("/root_keys/0/partner_keys_failed")).hasSize(1);
        assertThat(tenant(report, "tnt_drill-a").get("values_opened").intValue())
                .isZero();
        assertThat(tenant(report, "tnt_drill-a").get("failed").toString()).contains("integrity_failure");
    }

    @Test
    void damagedValue_isNamed() throws IOException {
        Sql superuser = new Sql(database.superuser());
        superuser.update("create table kept as select * from secret_version where tenant_id = 'tnt_drill-b'");
        superuser.update(
                "update secret_version set ciphertext = set_byte(ciphertext, 40, 255 - get_byte(ciphertext, 40)) where tenant_id = 'tnt_drill-b'");
        try {
            JsonNode report = drill(false, both());
            assertThat(tenant(report, "tnt_drill-b").get("failed")).hasSize(20);
            assertThat(tenant(report, "tnt_drill-b").get("failed").toString()).contains("app/s");
            assertThat(tenant(report, "tnt_drill-a").get("failed")).isEmpty();
        } finally {
            superuser.update(
                    "update secret_version v set ciphertext = k.ciphertext from kept k where k.tenant_id = v.tenant_id and k.path = v.path and k.version = v.version");
            superuser.update("drop table kept");
        }
    }

    @Test
    void loginThatSeesOneTenantAtATime_isRefused() {
        Map<String, String> environment = both();
        environment.put("DATABASE_URL", database.app().url());
        assertThatThrownBy(() -> RestoreDrill.run(DrillSettings.read(environment), dump, folder.resolve("r.json")))
                .isInstanceOf(StartupRefusal.class)
                .hasMessageContaining("sees every row");
        assertThat(folder.resolve("r.json")).doesNotExist();
    }

    private JsonNode drill(boolean passes, Map<String, String> environment) throws IOException {
        Path report = folder.resolve("report.json");
        assertThat(RestoreDrill.run(DrillSettings.read(environment), dump, report))
                .isEqualTo(passes);
        return JsonMapper.shared().readTree(Files.readString(report));
    }

    private static JsonNode tenant(JsonNode report, String id) {
        for (JsonNode tenant : report.get("tenants")) {
            if (tenant.get("tenant_id").stringValue().equals(id)) {
                return tenant;
            }
        }
        throw new AssertionError("no " + id + " in " + report);
    }

    private static Map<String, String> with(String key) {
        Map<String, String> environment = new HashMap<>();
        environment.put("DATABASE_URL", database.superuser().url());
        environment.put("DATABASE_WORKER_URL", database.worker().url());
        environment.put("SCAIVAULT_DEV", "true");
        environment.put("KMS_PROVIDER", "local");
        environment.put("KMS_LOCAL_KEY_FILE", keys.resolve(key).toString());
        return environment;
    }

    private static Map<String, String> both() {
        Map<String, String> environment = with("first.key");
        environment.put("KMS_SECONDARY_PROVIDER", "local");
        environment.put(
                "KMS_SECONDARY_LOCAL_KEY_FILE", keys.resolve("second.key").toString());
        return environment;
    }
}
