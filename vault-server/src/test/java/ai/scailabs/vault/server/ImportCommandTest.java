package ai.scailabs.vault.server;

import static org.assertj.core.api.Assertions.assertThat;

import ai.scailabs.vault.testkit.RepositoryFiles;
import ai.scailabs.vault.testkit.TestOpenBao;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

/** {@code bin/import} as its users call it. */
class ImportCommandTest {
    private static final String CANARY = "CANARY-import-5e";

    private static RunningServer server;
    private static ApiClient owner;

    @TempDir
    private Path folder;

    @BeforeAll
    static void prepare() {
        server = RunningServer.shared();
        owner = server.owner("importing", "importing");
    }

    private record Ran(int code, String out, String err) {
        Ran expect(int wanted) {
            assertThat(code).as(out + err).isEqualTo(wanted);
            assertThat(out + err).doesNotContain(CANARY).doesNotContain("Traceback");
            return this;
        }
    }

    private Ran run(Map<String, String> environment, String... arguments) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(
                List.of(RepositoryFiles.root().resolve("bin/import").toString()));
        command.addAll(List.of(arguments));
        Path out = folder.resolve("out");
        Path err = folder.resolve("err");
        ProcessBuilder builder =
                new ProcessBuilder(command).redirectOutput(out.toFile()).redirectError(err.toFile());
        builder.environment().put("SCAIVAULT_ADDR", "http://127.0.0.1:" + server.port());
        builder.environment().put("SCAIVAULT_TOKEN", String.valueOf(owner.token()));
        builder.environment().put("PYTHONDONTWRITEBYTECODE", "1");
        builder.environment().putAll(environment);
        Process process = builder.start();
        assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
        return new Ran(process.exitValue(), Files.readString(out), Files.readString(err));
    }

    private String file(String name, String text) throws IOException {
        return Files.writeString(folder.resolve(name), text, StandardCharsets.UTF_8)
                .toString();
    }

    private static JsonNode data(String path) {
        return owner.get("/v1/secrets/" + path).expect(200).json().get("data");
    }

    @Test
    void envFile_isOneSecret_asProgramsReadIt() throws Exception {
        String file = file(".env", """
                # of the web
                DATABASE_URL=postgres://app:%s@db/app?x=1#part
                export MODE = production   # a remark
                QUOTED="two
                lines \\"quoted\\" # and no remark"
                RAW='a\\n$HOME'
                EMPTY=

                """.formatted(CANARY));
        Ran dry = run(Map.of(), "env", file, "--to", "env/web", "--dry-run").expect(0);
        assertThat(dry.out()).isEqualTo("would be created: env/web\n");
        owner.get("/v1/secrets/env/web").expect(404);

        assertThat(run(Map.of(), "env", file, "--to", "env/web").expect(0).out())
                .isEqualTo("created: env/web\n");
        JsonNode data = data("env/web");
        assertThat(data.propertyNames()).containsExactly("DATABASE_URL", "MODE", "QUOTED", "RAW", "EMPTY");
        assertThat(data.get("DATABASE_URL").stringValue()).isEqualTo("postgres://app:" + CANARY + "@db/app?x=1#part");
        assertThat(data.get("MODE").stringValue()).isEqualTo("production");
        assertThat(data.get("QUOTED").stringValue()).isEqualTo("two\nlines \"quoted\" # and no remark");
        assertThat(data.get("RAW").stringValue()).isEqualTo("a\\n$HOME");
        assertThat(data.get("EMPTY").stringValue()).isEmpty();
    }

    @Test
    void envFile_canBeASecretForEachVariable() throws Exception {
        String file = file(".env", "API_KEY=" + CANARY + "\nMODE=x\n");
        assertThat(run(Map.of(), "env", file, "--to", "each", "--each")
                        .expect(0)
                        .out())
                .isEqualTo("created: each/api_key\ncreated: each/mode\n");
        assertThat(data("each/api_key").get("value").stringValue()).isEqualTo(CANARY);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "A=1\nA=" + CANARY,
                "A=\"" + CANARY,
                "A='x' " + CANARY,
                "just " + CANARY,
                "1A=" + CANARY,
            })
    void envFileThatIsNone_isRefusedByItsLine(String text) throws Exception {
        assertThat(run(Map.of(), "env", file(".env", text), "--to", "wrong")
                        .expect(2)
                        .err())
                .contains("line");
        owner.get("/v1/secrets/wrong").expect(404);
    }

    @Test
    void valueOfAnotherKind_isUpdated() throws Exception {
        run(Map.of(), "json", file("kind.json", "{\"app/flag\": {\"on\": 1}}"), "--to", "kind")
                .expect(0);
        assertThat(run(
                                Map.of(),
                                "json",
                                file("kind.json", "{\"app/flag\": {\"on\": true}}"),
                                "--to",
                                "kind",
                                "--update")
                        .expect(0)
                        .out())
                .isEqualTo("updated: kind/app/flag\n");
        assertThat(data("kind/app/flag").toString()).isEqualTo("{\"on\":true}");
    }

    @Test
    void jsonFile_isBroughtOnce_andOnlyWhatDiffersIsUpdated() throws Exception {
        String file = file(
                "all.json",
                "{\"app/db\": {\"password\": \"" + CANARY
                        + "\", \"port\": 5432, \"weight\": 0.5}, \"app/token\": \"x\"}");
        assertThat(run(Map.of(), "json", file, "--to", "json").expect(0).out())
                .isEqualTo("created: json/app/db\ncreated: json/app/token\n");
        assertThat(data("json/app/db").toString())
                .isEqualTo("{\"password\":\"" + CANARY + "\",\"port\":5432,\"weight\":0.5}");
        assertThat(data("json/app/token").toString()).isEqualTo("{\"value\":\"x\"}");

        assertThat(run(Map.of(), "json", file, "--to", "json").expect(0).out())
                .isEqualTo("exists: json/app/db\nexists: json/app/token\n");
        assertThat(run(Map.of(), "json", file, "--to", "json", "--update")
                        .expect(0)
                        .out())
                .isEqualTo("same: json/app/db\nsame: json/app/token\n");
        String changed = file("all.json", "{\"app/db\": {\"password\": \"other\"}, \"app/token\": \"x\"}");
        assertThat(run(Map.of(), "json", changed, "--to", "json", "--update", "--dry-run")
                        .expect(0)
                        .out())
                .isEqualTo("would be updated: json/app/db\nsame: json/app/token\n");
        run(Map.of(), "json", changed, "--to", "json", "--update").expect(0);
        assertThat(owner.get("/v1/secrets/json/app/db")
                        .expect(200)
                        .json()
                        .get("version")
                        .intValue())
                .isEqualTo(2);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"a\": {\"k\": 1}, \"a\": {\"k\": \"" + CANARY + "\"}}",
                "[\"" + CANARY + "\"]",
                "{\"a\": \"" + CANARY,
                "{\"a\": {\"n\": 0.12345678901234567890123}}",
                "{\"a\": {\"n\": NaN}}",
            })
    void jsonThatIsNone_orWouldBeChanged_isRefused(String text) throws Exception {
        run(Map.of(), "json", file("x.json", text), "--to", "refused").expect(2);
        owner.get("/v1/secrets/refused/a").expect(404);
    }

    @Test
    void namesThatGiveNoPath_orOneTwice_areToldBeforeAnythingIsDone() throws Exception {
        String file = file("x.json", "{\"good\": {\"k\": 1}, \"App/DB\": {\"k\": 1}, \"../up\": {\"k\": 1}}");
        Ran refused = run(Map.of(), "json", file, "--to", "named").expect(2);
        assertThat(refused.err()).contains("App/DB", "../up", "--fold");
        owner.get("/v1/secrets/named/good").expect(404);

        String folded = file("y.json", "{\"App/DB.main\": {\"k\": 1}}");
        assertThat(run(Map.of(), "json", folded, "--to", "named", "--fold")
                        .expect(0)
                        .out())
                .isEqualTo("created: named/app/db-main\n");
        String twice = file("z.json", "{\"A\": {\"k\": 1}, \"a\": {\"k\": 1}}");
        assertThat(run(Map.of(), "json", twice, "--to", "named", "--fold")
                        .expect(2)
                        .err())
                .contains("a second time");
    }

    @Test
    void whatIsRefusedThere_isToldByItsPathAndCode_andTheRestIsBrought() throws Exception {
        ApiClient writer = server.member(owner, "importing", "importing", "importer", "mine/**", "write");
        String file = file("x.json", "{\"mine/a\": {\"k\": \"" + CANARY + "\"}, \"yours/a\": {\"k\": 1}}");
        Ran ran = run(Map.of("SCAIVAULT_TOKEN", String.valueOf(writer.token())), "json", file, "--to", "")
                .expect(1);
        assertThat(ran.out()).isEqualTo("created: mine/a\n");
        assertThat(ran.err()).contains("yours/a is not taken: access_denied");
    }

    @Test
    void tokensGoNowhereElse() throws Exception {
        String file = file("x.json", "{\"a\": {\"k\": 1}}");
        Map<String, String> plain = new HashMap<>();
        plain.put("SCAIVAULT_ADDR", "http://vault.corp.example");
        assertThat(run(plain, "json", file, "--to", "plain").expect(2).err()).contains("https");
        Ran nobody = run(Map.of("SCAIVAULT_TOKEN", ""), "json", file, "--to", "plain")
                .expect(2);
        assertThat(nobody.err()).contains("SCAIVAULT_TOKEN is not set");
        try (FaultyVault elsewhere = new FaultyVault()) {
            elsewhere.serves(FaultyVault.redirecting("http://127.0.0.1:" + server.port() + "/v1/secrets/moved/a"));
            Ran moved = run(Map.of("SCAIVAULT_ADDR", elsewhere.config().get("endpoint")), "json", file, "--to", "moved")
                    .expect(1);
            assertThat(moved.err()).contains("307");
        }
        owner.get("/v1/secrets/moved/a").expect(404);
    }

    @Test
    @Tag("slow")
    void vaultTree_isBroughtWithBothVersionsOfKv() throws Exception {
        try (TestOpenBao bao = TestOpenBao.start()) {
            bao.post("sys/mounts/kv", "{\"type\":\"kv\"}");
            bao.post("kv/web/one", "{\"k\":\"" + CANARY + "\"}");
            bao.post("secret/data/app/db", "{\"data\":{\"password\":\"old\"}}");
            bao.post("secret/data/app/db", "{\"data\":{\"password\":\"" + CANARY + "\"}}");
            bao.post("secret/metadata/app/db", "{\"custom_metadata\":{\"team\":\"data\"}}");
            bao.post("secret/data/app/deep/er", "{\"data\":{\"n\":1}}");
            bao.post("secret/data/app/gone", "{\"data\":{\"n\":1}}");
            bao.delete("secret/data/app/gone");
            String token = TestOpenBao.text(bao.post("auth/token/create", "{\"ttl\":\"10m\"}"), "client_token");
            Map<String, String> there = Map.of("VAULT_ADDR", bao.endpoint().toString(), "VAULT_TOKEN", token);

            assertThat(run(there, "vault", "secret/app", "--to", "bao", "--dry-run")
                            .expect(0)
                            .out())
                    .isEqualTo("would be created: bao/db\nwould be created: bao/deep/er\ndeleted there: bao/gone\n");
            owner.get("/v1/secrets/bao/db").expect(404);
            run(there, "vault", "secret/app", "--to", "bao").expect(0);
            JsonNode db = owner.get("/v1/secrets/bao/db").expect(200).json();
            assertThat(db.at("/data/password").stringValue()).isEqualTo(CANARY);
            assertThat(db.at("/metadata/labels/team").stringValue()).isEqualTo("data");
            assertThat(run(there, "vault", "kv", "--to", "bao/first").expect(0).out())
                    .isEqualTo("created: bao/first/web/one\n");
            run(there, "vault", "transit", "--to", "bao").expect(2);
        }
    }
}
