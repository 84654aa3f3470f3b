package ai.scailabs.vault.secrets.secret;

import static ai.scailabs.vault.secrets.Refusals.refused;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.scailabs.vault.access.identity.Actor;
import ai.scailabs.vault.access.policy.Permission;
import ai.scailabs.vault.audit.trail.AuditAction;
import ai.scailabs.vault.kernel.error.ErrorCode;
import ai.scailabs.vault.kernel.error.VaultException;
import ai.scailabs.vault.kernel.path.SecretPath;
import ai.scailabs.vault.kernel.sensitive.SensitiveBytes;
import ai.scailabs.vault.secrets.TestVault;
import ai.scailabs.vault.secrets.version.VersionPage;
import ai.scailabs.vault.secrets.version.VersionView;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SecretWriteTest {
    @TempDir
    static Path folder;

    private static TestVault vault;

    @BeforeAll
    static void open() {
        vault = TestVault.open(folder);
    }

    @AfterAll
    static void close() {
        vault.close();
    }

    @Test
    void preconditions_holdOrConflict() {
        Actor actor = vault.owner();
        SecretDraft draft = TestVault.draft("{}");

        conflict(0, () -> vault.put(actor, "a", draft, new Precondition.VersionIs(1)));
        assertThat(vault.put(actor, "a", draft, Precondition.MUST_NOT_EXIST).created())
                .isTrue();
        conflict(1, () -> vault.put(actor, "a", draft, Precondition.MUST_NOT_EXIST));
        conflict(1, () -> vault.put(actor, "a", draft, Precondition.versionIs(0)));
        conflict(1, () -> vault.put(actor, "a", draft, new Precondition.VersionIs(2)));
        assertThat(vault.put(actor, "a", draft, new Precondition.VersionIs(1))
                        .view()
                        .version())
                .isEqualTo(2);
        conflict(2, () -> vault.put(actor, "a", draft, new Precondition.VersionIs(1)));
        assertThat(vault.put(actor, "a", draft, Precondition.ANY).created()).isFalse();
    }

    private static void conflict(int currentVersion, Runnable write) {
        assertThat(refused(ErrorCode.VERSION_CONFLICT, write::run).details())
                .containsEntry("current_version", currentVersion);
    }

    @Test
    void writersAtOnce_eachAcknowledgedVersionExistsOnceAndNoneIsMissing() throws Exception {
        Actor actor = vault.owner();
        List<Callable<Integer>> writers = IntStream.range(0, 32)
                .<Callable<Integer>>mapToObj(i -> () -> {
                    try {
                        OptionsPatch keepAll =
                                new OptionsPatch(Change.setTo(1_000), Change.keep(), Change.keep(), Change.keep());
                        SecretDraft draft = TestVault.draft("{\"writer\":" + i + "}", null, keepAll);
                        return vault.put(actor, "busy", draft, Precondition.ANY)
                                                .view()
                                                .version()
                                        * 100
                                + i;
                    } catch (VaultException refused) {
                        assertThat(refused.code()).isEqualTo(ErrorCode.VERSION_CONFLICT);
                        return 0;
                    }
                })
                .toList();

        List<Integer> acknowledged =
                all(writers).stream().filter(n -> n > 0).sorted().toList();

        List<Integer> versions = acknowledged.stream().map(n -> n / 100).toList();
        assertThat(versions)
                .hasSizeGreaterThan(16)
                .isEqualTo(IntStream.rangeClosed(1, acknowledged.size()).boxed().toList());
        for (int n : acknowledged) {
            assertThat(vault.get(actor, "busy", n / 100)).isEqualTo("{\"writer\":" + n % 100 + "}");
        }
        assertThat(vault.text("select count(*) from secret_version where tenant_id = '" + actor.tenant() + "'"))
                .isEqualTo(String.valueOf(acknowledged.size()));
        assertThat(auditRows(actor, "write")).isEqualTo(String.valueOf(acknowledged.size()));
    }

    @Test
    void creatorsAtOnce_oneWins() throws Exception {
        Actor actor = vault.owner();
        List<Callable<Integer>> creators = IntStream.range(0, 16)
                .<Callable<Integer>>mapToObj(i -> () -> {
                    try {
                        vault.put(actor, "new", TestVault.draft("{\"n\":" + i + "}"), Precondition.MUST_NOT_EXIST);
                        return i;
                    } catch (VaultException refused) {
                        assertThat(refused.code()).isEqualTo(ErrorCode.VERSION_CONFLICT);
                        assertThat(refused.details()).containsEntry("current_version", 1);
                        return -1;
                    }
                })
                .toList();

        List<Integer> winners = all(creators).stream().filter(i -> i >= 0).toList();

        assertThat(winners).hasSize(1);
        assertThat(vault.get(actor, "new")).isEqualTo("{\"n\":" + winners.getFirst() + "}");
    }

    private static List<Integer> all(List<Callable<Integer>> calls) throws Exception {
        List<Integer> outcomes = new ArrayList<>();
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            for (Future<Integer> outcome : threads.invokeAll(calls)) {
                outcomes.add(outcome.get());
            }
        }
        return outcomes;
    }

    @Test
    void auditRowThatCannotBeWritten_leavesEverythingAsItWas() {
        Actor actor = vault.owner();
        vault.put(actor, "a", "{\"k\":1}");
        vault.put(actor, "b", "{\"k\":1}");
        vault.secrets.softDelete(
                vault.permit(actor, Permission.DELETE, "b"),
                TestVault.space(actor),
                new SecretPath("b"),
                Precondition.ANY,
                vault.entry(actor, AuditAction.DELETE, "b"));
        String before = state(actor);
        vault.execute("revoke insert on audit_log from scaivault_app");
        try {
            assertFails(() -> vault.put(actor, "a", "{\"k\":2}"));
            assertFails(() -> vault.put(actor, "new", "{\"k\":2}"));
            assertFails(() -> vault.secrets.patchMetadata(
                    vault.permit(actor, Permission.WRITE, "a"),
                    TestVault.space(actor),
                    new SecretPath("a"),
                    "{\"owner\":\"me\"}",
                    Precondition.ANY,
                    vault.entry(actor, AuditAction.METADATA_UPDATE, "a")));
            assertFails(() -> vault.secrets.softDelete(
                    vault.permit(actor, Permission.DELETE, "a"),
                    TestVault.space(actor),
                    new SecretPath("a"),
                    Precondition.ANY,
                    vault.entry(actor, AuditAction.DELETE, "a")));
            assertFails(() -> vault.secrets.destroy(
                    vault.permit(actor, Permission.DELETE, "a"),
                    TestVault.space(actor),
                    new SecretPath("a"),
                    Precondition.ANY,
                    vault.entry(actor, AuditAction.DELETE, "a")));
            assertFails(() -> vault.secrets.destroyVersion(
                    vault.permit(actor, Permission.DELETE, "a"),
                    TestVault.space(actor),
                    new SecretPath("a"),
                    1,
                    vault.entry(actor, AuditAction.DELETE, "a")));
            assertFails(() -> vault.secrets.restore(
                    vault.permit(actor, Permission.WRITE, "b"),
                    TestVault.space(actor),
                    new SecretPath("b"),
                    vault.entry(actor, AuditAction.RESTORE, "b")));
        } finally {
            vault.execute("grant insert on audit_log to scaivault_app");
        }
        assertThat(state(actor)).isEqualTo(before);
        assertThat(vault.put(actor, "a", "{\"k\":2}").view().version()).isEqualTo(2);
    }

    private static void assertFails(Runnable change) {
        assertThatThrownBy(change::run).isInstanceOf(RuntimeException.class);
    }

    private static String state(Actor actor) {
        return vault.text("select (select jsonb_agg(s order by path) from secret s where tenant_id = '" + actor.tenant()
                + "')::text || (select jsonb_agg(v order by path, version) from secret_version v where tenant_id = '"
                + actor.tenant() + "')::text || (select count(*) from secret_tombstone where tenant_id = '"
                + actor.tenant() + "')");
    }

    private static String auditRows(Actor actor, String action) {
        return vault.text("select count(*) from audit_log where tenant_id = '" + actor.tenant() + "' and action = '"
                + action + "'");
    }

    @Test
    void write_isAuditedWithWhatItMade() {
        Actor actor = vault.owner();
        vault.put(actor, "a", "{}");
        vault.put(actor, "a", "{}");

        assertThat(vault.text(
                        "select string_agg((extra_data ->> 'version') || (extra_data ->> 'created'), ' ' order by log_id)"
                                + " from audit_log where action = 'write' and tenant_id = '" + actor.tenant() + "'"))
                .isEqualTo("1true 2false");
    }

    @Test
    void tooMuchData_isRefused() {
        Actor actor = vault.owner();
        byte[] most = new byte[SecretService.MAX_DATA_BYTES];
        byte[] more = new byte[SecretService.MAX_DATA_BYTES + 1];

        refused(ErrorCode.PAYLOAD_TOO_LARGE, () -> vault.put(actor, "a", bytes(more), Precondition.ANY));
        assertThat(vault.put(actor, "a", bytes(most), Precondition.ANY).created())
                .isTrue();
        assertThat(vault.get(actor, "a")).hasSize(most.length);
    }

    private static SecretDraft bytes(byte[] data) {
        return new SecretDraft(SensitiveBytes.owning(data), null, true, null, OptionsPatch.NONE, null, null);
    }

    @Test
    void versionsBeyondTheMost_arePruned() {
        Actor actor = vault.owner();
        OptionsPatch two = new OptionsPatch(Change.setTo(2), Change.keep(), Change.keep(), Change.keep());
        vault.put(actor, "a", TestVault.draft("{\"v\":1}", null, two), Precondition.ANY);
        for (int i = 2; i <= 5; i++) {
            vault.put(actor, "a", "{\"v\":" + i + "}");
        }

        refused(ErrorCode.VERSION_NOT_FOUND, () -> vault.get(actor, "a", 3));
        assertThat(vault.get(actor, "a", 4)).isEqualTo("{\"v\":4}");
        MetadataView metadata = vault.secrets.metadata(
                vault.permit(actor, Permission.LIST, "a"), TestVault.space(actor), new SecretPath("a"));
        assertThat(metadata.versionCount()).isEqualTo(2);
        assertThat(metadata.oldestVersion()).isEqualTo(4);
        assertThat(metadata.secret().options().maxVersions()).isEqualTo(2);
    }

    @Test
    void options_stickUntilChangedAndAreClearedByNull() {
        Actor actor = vault.owner();
        OptionsPatch all = new OptionsPatch(
                Change.setTo(3),
                Change.setTo(Duration.ofHours(1)),
                Change.setTo(ExpireAction.DENY),
                Change.setTo(List.of(Duration.ofHours(2), Duration.ofMinutes(90))));
        OptionsPatch none = new OptionsPatch(Change.clear(), Change.clear(), Change.clear(), Change.clear());
        OptionsPatch silent = new OptionsPatch(Change.keep(), Change.keep(), Change.keep(), Change.setTo(List.of()));

        vault.put(actor, "a", TestVault.draft("{}", "{\"owner\":\"team:x\"}", all), Precondition.ANY);
        SecretView kept = vault.put(actor, "a", "{}").view();
        assertThat(kept.options())
                .isEqualTo(new SecretOptions(
                        3,
                        Duration.ofHours(1),
                        ExpireAction.DENY,
                        List.of(Duration.ofHours(2), Duration.ofMinutes(90))));
        assertThat(kept.expiresAt()).isEqualTo(kept.updatedAt().plus(Duration.ofHours(1)));
        assertThat(kept.metadataJson()).contains("team:x");
        assertThat(stored(actor, "a")).isEqualTo(kept);

        SecretView cleared = vault.put(actor, "a", TestVault.draft("{}", null, none), Precondition.ANY)
                .view();
        assertThat(cleared.options()).isEqualTo(SecretOptions.DEFAULT);
        assertThat(cleared.expiresAt()).isNull();
        assertThat(stored(actor, "a")).isEqualTo(cleared);

        vault.put(actor, "a", TestVault.draft("{}", null, silent), Precondition.ANY);
        assertThat(stored(actor, "a").options().notifyBefore()).isEmpty();
    }

    private static SecretView stored(Actor actor, String path) {
        return vault.secrets
                .metadata(vault.permit(actor, Permission.LIST, path), TestVault.space(actor), new SecretPath(path))
                .secret();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "[]",
                "{\"tags\":\"one\"}",
                "{\"tags\":[1]}",
                "{\"description\":3}",
                "{\"owner\":{}}",
                "{\"a\":\"\\u0000\"}",
                "{\"a\":\"\\ud800\"}",
                "{\"a\":1e999999}",
                "{\"\":1}"
            })
    void metadataThatBreakTheRules_areRefused(String json) {
        Actor actor = vault.owner();

        refused(
                ErrorCode.VALIDATION_ERROR,
                () -> vault.put(actor, "a", TestVault.draft("{}", json, OptionsPatch.NONE), Precondition.ANY));
        vault.put(actor, "a", "{}");
        refused(ErrorCode.VALIDATION_ERROR, () -> patch(actor, json, Precondition.ANY));
    }

    @Test
    void metadataTooLargeOrTooMany_areRefused() {
        Actor actor = vault.owner();
        String manyMembers = "{"
                + String.join(
                        ",",
                        IntStream.range(0, 65).mapToObj(i -> "\"k" + i + "\":1").toList()) + "}";
        String large = "{\"k\":\"" + "x".repeat(64 * 1024) + "\"}";
        String longTag = "{\"tags\":[\"" + "x".repeat(129) + "\"]}";

        for (String json : List.of(manyMembers, large, longTag)) {
            refused(
                    ErrorCode.VALIDATION_ERROR,
                    () -> vault.put(actor, "a", TestVault.draft("{}", json, OptionsPatch.NONE), Precondition.ANY));
        }
    }

    @Test
    void mergePatch_changesNamedMembersAndMakesNoVersion() {
        Actor actor = vault.owner();
        vault.put(
                actor,
                "a",
                TestVault.draft("{}", "{\"owner\":\"x\",\"n\":{\"a\":1,\"b\":2},\"tags\":[\"t\"]}", OptionsPatch.NONE),
                Precondition.ANY);

        SecretView patched = patch(
                actor,
                "{\"owner\":null,\"n\":{\"a\":null,\"c\":{\"d\":null}},\"tags\":[\"u\"]}",
                new Precondition.VersionIs(1));

        assertThat(patched.metadataJson().replace(" ", "")).isEqualTo("{\"n\":{\"b\":2,\"c\":{}},\"tags\":[\"u\"]}");
        assertThat(patched.version()).isEqualTo(1);
        assertThat(stored(actor, "a")).isEqualTo(patched);
        conflict(1, () -> patch(actor, "{}", new Precondition.VersionIs(2)));
        refused(ErrorCode.INVALID_REQUEST, () -> patch(actor, "{", Precondition.ANY));
    }

    private static SecretView patch(Actor actor, String json, Precondition precondition) {
        return vault.secrets.patchMetadata(
                vault.permit(actor, Permission.WRITE, "a"),
                TestVault.space(actor),
                new SecretPath("a"),
                json,
                precondition,
                vault.entry(actor, AuditAction.METADATA_UPDATE, "a"));
    }

    @Test
    void versions_areListedNewestFirstInPages() {
        Actor actor = vault.owner();
        for (int i = 0; i < 5; i++) {
            vault.put(actor, "a", "{}");
        }

        VersionPage first = versions(actor, 2, null);
        VersionPage second = versions(actor, 2, first.nextAfter());
        VersionPage third = versions(actor, 2, second.nextAfter());

        assertThat(first.versions()).extracting(VersionView::version).containsExactly(5, 4);
        assertThat(second.versions()).extracting(VersionView::version).containsExactly(3, 2);
        assertThat(third.versions()).extracting(VersionView::version).containsExactly(1);
        assertThat(third.nextAfter()).isNull();
        assertThat(first.versions().getFirst().current()).isTrue();
        assertThat(first.versions().getFirst().reason()).isEqualTo("because");
        assertThat(first.versions().getFirst().client()).isEqualTo("test/1");
        assertThat(first.versions().getFirst().createdBy()).isEqualTo("user:someone");
        refused(
                ErrorCode.SECRET_NOT_FOUND,
                () -> vault.secrets.versions(
                        vault.permit(actor, Permission.LIST, "b"),
                        TestVault.space(actor),
                        new SecretPath("b"),
                        2,
                        null));
    }

    private static VersionPage versions(Actor actor, int limit, Integer after) {
        return vault.secrets.versions(
                vault.permit(actor, Permission.LIST, "a"), TestVault.space(actor), new SecretPath("a"), limit, after);
    }
}
