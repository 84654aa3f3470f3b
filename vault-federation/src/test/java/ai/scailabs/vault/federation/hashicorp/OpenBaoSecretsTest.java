package ai.scailabs.vault.federation.hashicorp;

import static ai.scailabs.vault.federation.hashicorp.StrictVault.fails;
import static ai.scailabs.vault.federation.hashicorp.StrictVault.text;
import static ai.scailabs.vault.federation.hashicorp.StrictVault.value;
import static org.assertj.core.api.Assertions.assertThat;

import ai.scailabs.vault.federation.remote.BackendConfig;
import ai.scailabs.vault.federation.remote.BackendConfig.AuthMethod;
import ai.scailabs.vault.federation.remote.BackendCredentials;
import ai.scailabs.vault.federation.remote.RemoteDescription;
import ai.scailabs.vault.federation.remote.RemoteException;
import ai.scailabs.vault.federation.remote.RemoteFailure;
import ai.scailabs.vault.federation.remote.RemoteSecret;
import ai.scailabs.vault.federation.remote.RemoteVersion;
import ai.scailabs.vault.kernel.sensitive.SensitiveBytes;
import ai.scailabs.vault.outbound.http.AddressRule;
import ai.scailabs.vault.outbound.http.GuardedTransfers;
import ai.scailabs.vault.outbound.http.OutboundTls;
import ai.scailabs.vault.testkit.TestOpenBao;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** What {@link HashiCorpVaultTest} and {@link VaultLoginTest} show on every build, with a real OpenBao. */
@Tag("slow")
class OpenBaoSecretsTest {
    private static final Duration PATIENCE = Duration.ofSeconds(10);

    private static TestOpenBao bao;
    private static GuardedTransfers transfers;

    private final MovingClock clock = new MovingClock(Instant.now());

    @BeforeAll
    static void start() {
        bao = TestOpenBao.start();
        transfers = new GuardedTransfers(new AddressRule(List.of()), OutboundTls.system(), true);
        bao.post("sys/mounts/kv", "{\"type\":\"kv\"}");
        bao.post("sys/mounts/team/kv", "{\"type\":\"kv\",\"options\":{\"version\":\"2\"}}");
        policy("", "reader", "secret/data/app/*", "secret/metadata/*", "kv/*", "team/kv/*");
        bao.post(
                "sys/policies/acl/writer",
                "{\"policy\":\"path \\\"kv/*\\\" { capabilities = [\\\"create\\\", \\\"update\\\", \\\"read\\\"] }"
                        + " path \\\"secret/*\\\" { capabilities = [\\\"create\\\", \\\"update\\\", \\\"read\\\"] }\"}");
    }

    @AfterAll
    static void stop() {
        transfers.close();
        bao.close();
    }

    private static void policy(String namespace, String name, String... paths) {
        StringBuilder rules = new StringBuilder();
        for (String path : paths) {
            rules.append("path \\\"" + path + "\\\" { capabilities = [\\\"read\\\", \\\"list\\\"] } ");
        }
        bao.post(namespace + "sys/policies/acl/" + name, "{\"policy\":\"" + rules + "\"}");
    }

    /** @param terms of its tokens */
    private HashiCorpVault byRole(String namespace, String name, String terms) throws RemoteException {
        bao.post(
                namespace + "auth/approle/role/" + name,
                "{\"token_policies\":\"" + (name.equals("writer") ? "writer" : "reader") + "\"" + terms + "}");
        String roleId = TestOpenBao.text(bao.get(namespace + "auth/approle/role/" + name + "/role-id"), "role_id");
        String secretId =
                TestOpenBao.text(bao.post(namespace + "auth/approle/role/" + name + "/secret-id", "{}"), "secret_id");
        return open(
                AuthMethod.APPROLE,
                namespace.isEmpty() ? null : namespace.substring(0, namespace.length() - 1),
                "{\"role_id\":\"" + roleId + "\",\"secret_id\":\"" + secretId + "\"}");
    }

    private HashiCorpVault reader() throws RemoteException {
        return byRole("", "reader", "");
    }

    private HashiCorpVault writer() throws RemoteException {
        return byRole("", "writer", "");
    }

    private HashiCorpVault open(AuthMethod method, @Nullable String namespace, String credentials)
            throws RemoteException {
        return HashiCorpVault.open(
                new BackendConfig.HashiCorp(
                        bao.endpoint(), method, null, method.wireName(), null, namespace, null, null, null, true, null),
                BackendCredentials.of(credentials.getBytes(StandardCharsets.UTF_8)),
                false,
                transfers,
                PATIENCE,
                clock);
    }

    @Test
    void version1_isRead_andListed() throws Exception {
        bao.post("kv/one/a", "{\"n\":12345678901234567890,\"t\":\"é\",\"deep\":{\"a\":[1,null]}}");
        bao.post("kv/one/b/c", "{\"x\":1}");
        try (HashiCorpVault vault = reader()) {
            vault.probe(List.of("kv/"));
            RemoteSecret a = vault.read("kv/one/a", null);
            assertThat(a.version()).isEqualTo(new RemoteVersion(1, true, Instant.EPOCH, null));
            assertThat(text(a)).contains("\"n\":12345678901234567890", "\"t\":\"é\"", "\"deep\":{\"a\":[1,null]}");
            fails(RemoteFailure.NOT_FOUND, () -> vault.read("kv/one/none", null));
            fails(RemoteFailure.NOT_FOUND, () -> vault.read("kv/one", null));
            assertThat(vault.names("kv/one/", true, 9)).containsExactlyInAnyOrder("kv/one/a", "kv/one/b/c");
            assertThat(vault.names("kv/one/", false, 9)).containsExactlyInAnyOrder("kv/one/a", "kv/one/b/");
            assertThat(vault.names("kv/none/", true, 9)).isEmpty();
        }
    }

    @Test
    void versions_areReadByTheirNumbers_untilTheyAreGone() throws Exception {
        for (int i = 1; i <= 4; i++) {
            bao.post("secret/data/app/versions", "{\"data\":{\"v\":" + i + "}}");
        }
        bao.post("secret/delete/app/versions", "{\"versions\":[2]}");
        bao.post("secret/destroy/app/versions", "{\"versions\":[3]}");
        bao.post("secret/metadata/app/versions", "{\"custom_metadata\":{\"team\":\"mail\"}}");
        try (HashiCorpVault vault = reader()) {
            RemoteSecret current = vault.read("secret/data/app/versions", null);
            assertThat(current.version().number()).isEqualTo(4);
            assertThat(current.version().createdAt())
                    .isBetween(Instant.now().minusSeconds(60), Instant.now().plusSeconds(60));
            assertThat(text(current)).isEqualTo("{\"v\":4}");
            RemoteSecret first = vault.read("secret/data/app/versions", 1);
            assertThat(first.version().current()).isFalse();
            assertThat(text(first)).isEqualTo("{\"v\":1}");
            for (int gone : List.of(2, 3, 5)) {
                fails(RemoteFailure.VERSION_NOT_FOUND, () -> vault.read("secret/data/app/versions", gone));
            }
            clock.later(Duration.ofSeconds(10));
            List<RemoteVersion> all = vault.versions("secret/data/app/versions");
            assertThat(all).extracting(RemoteVersion::number).containsExactly(4, 3, 2, 1);
            assertThat(all).extracting(version -> version.goneAt() != null).containsExactly(false, true, true, false);
            assertThat(all.getFirst()).isEqualTo(current.version());
            RemoteDescription description = vault.describe("secret/data/app/versions");
            assertThat(description.labels()).containsOnly(Map.entry("team", "mail"));
            assertThat(description.versionCount()).isEqualTo(4);
            fails(RemoteFailure.NOT_FOUND, () -> vault.read("secret/data/app/none", null));
            fails(RemoteFailure.NOT_FOUND, () -> vault.read("secret/data/app/none", 1));
            fails(RemoteFailure.NOT_FOUND, () -> vault.describe("secret/data/app/none"));
        }
    }

    @Test
    void secretThatIsDeletedThere_isNotFound() throws Exception {
        for (String name : List.of("deleted", "destroyed", "ending")) {
            bao.post("secret/data/app/" + name, "{\"data\":{\"v\":1}}");
            bao.post("secret/data/app/" + name, "{\"data\":{\"v\":2}}");
        }
        bao.delete("secret/data/app/deleted");
        bao.post("secret/destroy/app/destroyed", "{\"versions\":[2]}");
        bao.post("secret/metadata/app/ending", "{\"delete_version_after\":\"1h\"}");
        bao.post("secret/data/app/ending", "{\"data\":{\"v\":3}}");
        clock.later(Duration.ofSeconds(10));
        try (HashiCorpVault vault = reader()) {
            for (String name : List.of("secret/data/app/deleted", "secret/data/app/destroyed")) {
                fails(RemoteFailure.NOT_FOUND, () -> vault.read(name, null));
                fails(RemoteFailure.NOT_FOUND, () -> vault.read(name, 1));
                fails(RemoteFailure.NOT_FOUND, () -> vault.describe(name));
                fails(RemoteFailure.NOT_FOUND, () -> vault.versions(name));
            }
            assertThat(vault.versions("secret/data/app/ending").getFirst().goneAt())
                    .isNull();
        }
    }

    @Test
    void version1_isWritten_andWrittenAgain() throws Exception {
        String object = "{\"n\":123456789012345678901,\"t\":\"é\"}";
        try (HashiCorpVault vault = writer();
                SensitiveBytes first = value(object);
                SensitiveBytes second = value("{\"ttl\":\"1h\"}");
                SensitiveBytes none = value("{}")) {
            fails(RemoteFailure.NOT_FOUND, () -> vault.read("kv/written/a", null));
            vault.write("kv/written/a", first, null);
            RemoteSecret read = vault.read("kv/written/a", null);
            RemoteVersion seen = read.version();
            assertThat(text(read)).isEqualTo(object);
            vault.write("kv/written/a", second, seen);
            assertThat(text(vault.read("kv/written/a", null))).isEqualTo("{\"ttl\":\"1h\"}");
            fails(RemoteFailure.VALUE_REFUSED, () -> vault.write("kv/written/a", none, seen));
        }
    }

    @Test
    void version2_isWritten_inPlaceOfWhatWasSeen_andOfNothingElse() throws Exception {
        String name = "secret/data/app/written";
        try (HashiCorpVault vault = writer();
                SensitiveBytes first = value("{\"n\":1234567890123456}");
                SensitiveBytes second = value("{}");
                SensitiveBytes large = value("{\"a\":\"" + "x".repeat(32 * 1024 * 1024) + "\"}")) {
            vault.write(name, first, null);
            fails(RemoteFailure.CHANGED, () -> vault.write(name, second, null));
            RemoteSecret read = vault.read(name, null);
            RemoteVersion seen = read.version();
            assertThat(text(read)).isEqualTo("{\"n\":1234567890123456}");
            vault.write(name, second, seen);
            assertThat(text(vault.read(name, null))).isEqualTo("{}");
            fails(RemoteFailure.CHANGED, () -> vault.write(name, first, seen));
            RemoteVersion current = vault.versions(name).getFirst();
            assertThat(current.number()).isEqualTo(2);
            fails(RemoteFailure.VALUE_REFUSED, () -> vault.write(name, large, current));
            // One that is deleted is no new one.
            bao.delete(name);
            fails(RemoteFailure.CHANGED, () -> vault.write(name, first, null));
            fails(RemoteFailure.MISCONFIGURED, () -> vault.write("secret/app/written", first, null));
        }
        try (HashiCorpVault reader = reader();
                SensitiveBytes value = value("{}")) {
            fails(RemoteFailure.FORBIDDEN, () -> reader.write("secret/data/app/theirs", value, null));
        }
    }

    @Test
    void names_ofManyFolders_areFound() throws Exception {
        for (int i = 0; i < 120; i++) {
            bao.post("team/kv/data/many/f" + i % 30 + "/g" + i % 3 + "/n" + i, "{\"data\":{\"v\":1}}");
        }
        bao.post("team/kv/data/many/%C3%A4", "{\"data\":{\"v\":1}}");
        bao.post("team/kv/data/many/a%20b", "{\"data\":{\"v\":1}}");
        try (HashiCorpVault vault = reader()) {
            vault.probe(List.of("team/kv/data/"));
            assertThat(vault.names("team/kv/data/", true, 120))
                    .hasSize(120)
                    .contains("team/kv/data/many/f29/g2/n119")
                    .doesNotHaveDuplicates();
            assertThat(vault.names("team/kv/data/many/f1", true, 120)).hasSize(44);
            assertThat(vault.names("team/kv/data/many/", false, 120))
                    .hasSize(30)
                    .contains("team/kv/data/many/f7/");
            fails(RemoteFailure.TOO_LARGE, () -> vault.names("team/kv/data/", true, 119));
        }
    }

    @Test
    void name_isTakenAsItStands_andNeverLeavesItsMount() throws Exception {
        String odd = "a.b@c+d=e,f:g~h-i_j";
        bao.post("secret/data/app/" + odd, "{\"data\":{\"v\":1}}");
        bao.post("secret/data/app/..x", "{\"data\":{\"v\":2}}");
        String root = "{\"token\":\"" + TestOpenBao.text(bao.post("auth/token/create", "{}"), "client_token") + "\"}";
        try (HashiCorpVault vault = open(AuthMethod.TOKEN, null, root)) {
            assertThat(text(vault.read("secret/data/app/" + odd, null))).isEqualTo("{\"v\":1}");
            assertThat(text(vault.read("secret/data/app/..x", null))).isEqualTo("{\"v\":2}");
            for (String name : List.of(
                    "secret/data/../../sys/mounts",
                    "secret/data/%2e%2e/%2e%2e/sys/mounts",
                    "secret/data/app%2f..x",
                    "secret/data/app/..x?version=1",
                    "secret/data/app/..x#",
                    "secret/data/ä",
                    "secret/data/app/..x/")) {
                fails(RemoteFailure.NOT_FOUND, () -> vault.read(name, null));
            }
            for (String name :
                    List.of("sys/mounts", "auth/token/lookup-self", "cubbyhole/a", "transit/keys", "secret/config")) {
                fails(RemoteFailure.MISCONFIGURED, () -> vault.read(name, null));
            }
            for (String prefix : List.of("sys/", "cubbyhole/", "transit/", "secret/metadata/", "team/")) {
                assertThat(refused(() -> vault.probe(List.of(prefix))))
                        .isIn(RemoteFailure.MISCONFIGURED, RemoteFailure.FORBIDDEN);
            }
        }
    }

    private static RemoteFailure refused(Probe probe) {
        try {
            probe.make();
        } catch (RemoteException refused) {
            return refused.failure();
        }
        throw new AssertionError("was not refused");
    }

    private interface Probe {
        void make() throws RemoteException;
    }

    @Test
    void whatThePolicyDoesNotAllow_isForbidden_andNoReasonForAnotherLogin() throws Exception {
        bao.post("secret/data/other/a", "{\"data\":{\"v\":1}}");
        try (HashiCorpVault vault = reader()) {
            clock.later(Duration.ofSeconds(20));
            fails(RemoteFailure.FORBIDDEN, () -> vault.read("secret/data/other/a", null));
            fails(RemoteFailure.FORBIDDEN, () -> vault.read("transit/keys/a", null));
            fails(RemoteFailure.FORBIDDEN, () -> vault.read("nowhere/a", null));
            fails(RemoteFailure.FORBIDDEN, () -> vault.probe(List.of("nowhere/")));
        }
    }

    @Test
    void wrongSecretId_isRefused() throws Exception {
        try (HashiCorpVault vault = open(AuthMethod.APPROLE, null, "{\"role_id\":\"a\",\"secret_id\":\"b\"}")) {
            fails(RemoteFailure.CREDENTIALS_REFUSED, () -> vault.read("kv/a", null));
        }
        try (HashiCorpVault vault = open(AuthMethod.TOKEN, null, "{\"token\":\"s.none\"}")) {
            fails(RemoteFailure.CREDENTIALS_REFUSED, () -> vault.read("kv/a", null));
            fails(RemoteFailure.CREDENTIALS_REFUSED, () -> vault.probe(List.of("kv/")));
            fails(RemoteFailure.CREDENTIALS_REFUSED, () -> vault.probe(List.of()));
        }
        try (HashiCorpVault vault = open(AuthMethod.APPROLE, "nowhere", "{\"role_id\":\"a\",\"secret_id\":\"b\"}")) {
            fails(RemoteFailure.MISCONFIGURED, () -> vault.read("kv/a", null));
        }
    }

    @Test
    void namespace_isALittleVaultOfItsOwn() throws Exception {
        bao.post("sys/namespaces/acme", "{}");
        bao.post("acme/sys/mounts/kv", "{\"type\":\"kv\",\"options\":{\"version\":\"2\"}}");
        bao.post("acme/sys/auth/approle", "{\"type\":\"approle\"}");
        policy("acme/", "reader", "kv/*");
        bao.post("acme/kv/data/a", "{\"data\":{\"of\":\"acme\"}}");
        bao.post("kv/data/a", "{\"of\":\"root\"}");
        try (HashiCorpVault vault = byRole("acme/", "reader", "");
                HashiCorpVault outside = reader()) {
            vault.probe(List.of("kv/data/"));
            assertThat(text(vault.read("kv/data/a", null))).isEqualTo("{\"of\":\"acme\"}");
            assertThat(vault.names("kv/data/", true, 9)).containsExactly("kv/data/a");
            assertThat(text(outside.read("kv/data/a", null))).isEqualTo("{\"of\":\"root\"}");
            assertThat(refused(() -> outside.probe(List.of("acme/kv/data/"))))
                    .isIn(RemoteFailure.MISCONFIGURED, RemoteFailure.FORBIDDEN);
        }
    }

    @Test
    void tokenThatEnded_isFollowedByAnother() throws Exception {
        bao.post("kv/token", "{\"a\":1}");
        try (HashiCorpVault vault = byRole("", "short", ",\"token_num_uses\":3")) {
            // The first takes two of its uses, as it asks for the mount as well, and the third finds it used up.
            for (int i = 0; i < 5; i++) {
                assertThat(text(vault.read("kv/token", null))).isEqualTo("{\"a\":1}");
                clock.later(Duration.ofSeconds(11));
            }
        }
    }

    @Test
    void token_isRenewedWhileItIsUsed() throws Exception {
        bao.post("kv/renewal", "{\"a\":1}");
        String created = bao.post("auth/token/create", "{\"policies\":[\"reader\"],\"ttl\":\"1h\"}");
        String accessor = "{\"accessor\":\"" + TestOpenBao.text(created, "accessor") + "\"}";
        assertThat(bao.post("auth/token/lookup-accessor", accessor)).doesNotContain("last_renewal_time");
        try (HashiCorpVault vault =
                open(AuthMethod.TOKEN, null, "{\"token\":\"" + TestOpenBao.text(created, "client_token") + "\"}")) {
            assertThat(text(vault.read("kv/renewal", null))).isEqualTo("{\"a\":1}");
            long first = renewal(accessor, 0);
            clock.later(Duration.ofMinutes(31));
            LockSupport.parkUntil((first + 1) * 1000);
            assertThat(text(vault.read("kv/renewal", null))).isEqualTo("{\"a\":1}");
            assertThat(renewal(accessor, first)).isGreaterThan(first);
        }
    }

    /** When the token was renewed, which is after that. */
    private static long renewal(String accessor, long before) {
        long begin = System.nanoTime();
        while (System.nanoTime() - begin < PATIENCE.toNanos()) {
            String found = bao.post("auth/token/lookup-accessor", accessor)
                    .replaceAll("(?s).*\"last_renewal_time\"\\s*:\\s*([0-9]+).*", "$1");
            if (found.matches("[0-9]+") && Long.parseLong(found) > before) {
                return Long.parseLong(found);
            }
            LockSupport.parkNanos(Duration.ofMillis(20).toNanos());
        }
        throw new AssertionError("the token was not renewed");
    }
}
