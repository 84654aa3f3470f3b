package ai.scailabs.vault.server;

import static org.assertj.core.api.Assertions.assertThat;

import ai.scailabs.vault.persistence.jdbc.Schema;
import ai.scailabs.vault.testkit.RepositoryFiles;
import ai.scailabs.vault.testkit.TestDirectory;
import ai.scailabs.vault.testkit.TestOpenBao;
import ai.scailabs.vault.testkit.TestPostgres;
import ai.scailabs.vault.testkit.TokenBuilder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.json.JsonMapper;

/** Every command of every guide runs as it is written, with identities and policies like those of {@code bin/run}. */
class GuidesTest {
    private static final String SECRETS = "secrets:read secrets:write secrets:delete secrets:list secrets:rotate";
    private static final String[] WRITE = {"read", "write", "list", "delete", "rotate"};

    /** With the limits that {@code bin/run} has: the guides keep to them, and show what happens when one does not. */
    private static RunningServer server;

    @BeforeAll
    static void start() {
        server = RunningServer.start(
                TestPostgres.migratedDatabase(Schema::migrate), RunningServer.documentedRateLimits());
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    @Test
    void guides_runAsWritten(@TempDir Path folder) throws Exception {
        for (int i = 0; i < 8; i++) {
            PreparedVaults.put("prod/team/s" + i, "value of " + i);
        }
        assertThat(run(folder, PreparedVaults.environment()))
                .contains("migrate-from-aws.md: 7 blocks", "migrate-from-vault.md: left out");
    }

    @Test
    @Tag("slow")
    void guideOfAnotherVault_runsAsWritten(@TempDir Path folder) throws Exception {
        try (TestOpenBao bao = TestOpenBao.start()) {
            for (int i = 0; i < 8; i++) {
                bao.post("secret/data/team/s" + i, "{\"data\":{\"password\":\"value of " + i + "\"}}");
            }
            Map<String, String> environment =
                    Map.of("VAULT_ADDR", bao.endpoint().toString(), "VAULT_TOKEN", bao.rootToken());
            assertThat(run(folder, environment, "migrate-from-vault.md")).contains("migrate-from-vault.md: 8 blocks");
        }
    }

    private String run(Path folder, Map<String, String> environment, String... names) throws Exception {
        bind("guides-web", "guides", "sa:writer", WRITE);
        bind("guides-web", "guides", "sa:reader", "read", "list");
        bind("guides-shop", "guides", "sa:sibling_tenant", WRITE);
        bind("guides-core", "guides-other", "sa:other_tenant", WRITE);
        administrator("guides-web", "guides").allow("user:partner_admin@guides.example", "partner/**", WRITE);
        knowPeople();
        Path dev = folder.resolve("dev.json");
        JsonMapper.shared()
                .writeValue(dev, Map.of("base_url", "http://127.0.0.1:" + server.port(), "tokens", tokens()));

        Path output = folder.resolve("output");
        List<String> command = new ArrayList<>(
                List.of(RepositoryFiles.root().resolve("docs/guides/run").toString(), "--data", folder.toString()));
        command.addAll(List.of(names));
        ProcessBuilder guides =
                new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(output.toFile());
        guides.environment().putAll(environment);
        Process running = guides.start();
        boolean ended = running.waitFor(4, TimeUnit.MINUTES);
        if (!ended) {
            running.destroyForcibly();
        }

        String said = Files.readString(output, StandardCharsets.UTF_8);
        assertThat(ended).as(said).isTrue();
        assertThat(running.exitValue()).as(said).isZero();
        return said;
    }

    /** What the issuer of {@code bin/run} lists, too. */
    private void knowPeople() {
        TestDirectory scaiKey = server.issuer()
                .directory()
                .partner("ptn_guides", "status", "ACTIVE")
                .tenant("ptn_guides", "tnt_guides-web", "status", "ACTIVE")
                .tenant("ptn_guides", "tnt_guides-shop", "status", "ACTIVE")
                .group("tnt_guides-web", "grp_administrators", "name", "administrators");
        for (String name : List.of("admin", "auditor", "partner_admin")) {
            scaiKey.user("tnt_guides-web", "usr_" + name, "email", name + "@guides.example", "status", "ACTIVE");
        }
        scaiKey.member("tnt_guides-web", "grp_administrators", "usr_admin");
    }

    private Map<String, String> tokens() {
        Map<String, String> tokens = new TreeMap<>();
        tokens.put(
                "admin",
                person("admin", RunningServer.ALL_SCOPES).role("tenant_admin").sign());
        tokens.put("writer", service("guides-web", "guides", "writer", SECRETS));
        tokens.put(
                "reader",
                service(
                        "guides-web",
                        "guides",
                        "reader",
                        "secrets:read secrets:list subscriptions:read subscriptions:write"));
        tokens.put("auditor", person("auditor", "audit:read audit:export").sign());
        tokens.put("no_policy", service("guides-web", "guides", "no_policy", SECRETS));
        tokens.put("other_tenant", service("guides-core", "guides-other", "other_tenant", SECRETS));
        tokens.put("sibling_tenant", service("guides-shop", "guides", "sibling_tenant", SECRETS));
        tokens.put("leaver", service("guides-web", "guides", "leaver", SECRETS));
        tokens.put(
                "workload",
                server.issuer()
                        .token()
                        .subject("system:serviceaccount:prod:shop")
                        .claim("kubernetes.io", Map.of("namespace", "prod"))
                        .sign());
        tokens.put(
                "pki_admin",
                person("pki_admin", RunningServer.ALL_SCOPES)
                        .role("tenant_admin")
                        .sign());
        tokens.put(
                "partner_admin",
                person("partner_admin", RunningServer.ALL_SCOPES)
                        .role("partner_admin")
                        .sign());
        return tokens;
    }

    private void bind(String tenant, String partner, String identity, String... permissions) {
        ApiClient administrator = administrator(tenant, partner);
        for (Map.Entry<String, List<String>> rule : Map.of(
                        "app/**", List.of(permissions), "partner/**", List.of("read", "list"))
                .entrySet()) {
            administrator.allow(identity, rule.getKey(), rule.getValue().toArray(String[]::new));
        }
    }

    private ApiClient administrator(String tenant, String partner) {
        return server.client(
                server.token(tenant, partner).user("admin@guides.example").sign());
    }

    private TokenBuilder person(String name, String scopes) {
        return server.token("guides-web", "guides")
                .user(name + "@guides.example")
                .scope(scopes);
    }

    private String service(String tenant, String partner, String name, String scopes) {
        return server.token(tenant, partner).serviceAccount(name).scope(scopes).sign();
    }
}
