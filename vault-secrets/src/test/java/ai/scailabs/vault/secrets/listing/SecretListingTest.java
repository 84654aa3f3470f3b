package ai.scailabs.vault.secrets.listing;

import static ai.scailabs.vault.secrets.Refusals.refused;
import static org.assertj.core.api.Assertions.assertThat;

import ai.scailabs.vault.access.identity.Actor;
import ai.scailabs.vault.access.identity.Caller;
import ai.scailabs.vault.access.policy.Permission;
import ai.scailabs.vault.audit.trail.AuditAction;
import ai.scailabs.vault.kernel.error.ErrorCode;
import ai.scailabs.vault.kernel.path.SecretPath;
import ai.scailabs.vault.secrets.TestVault;
import ai.scailabs.vault.secrets.secret.BatchResult;
import ai.scailabs.vault.secrets.secret.Change;
import ai.scailabs.vault.secrets.secret.OptionsPatch;
import ai.scailabs.vault.secrets.secret.Precondition;
import ai.scailabs.vault.secrets.secret.SecretType;
import ai.scailabs.vault.testkit.UnfilteredDataSource;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SecretListingTest {
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
    void withoutAnyRule_nothingIsListed() {
        Actor owner = vault.owner();
        Actor nobody = vault.actor(owner.tenant(), owner.partner(), "user:nobody", java.util.Set.of());
        vault.put(owner, "app/db", "{}");

        ListPage page =
                vault.listing.list(Caller.fromSomewhere(nobody), TestVault.space(nobody), ListQuery.below("", 10));

        assertThat(page).isEqualTo(new ListPage(List.of(), List.of(), null));
    }

    @Test
    void whatMayNotBeListed_isLeftOutAndPagesStayFull() {
        Actor owner = vault.owner();
        Actor actor = vault.actor(owner.tenant(), owner.partner(), "user:lister", java.util.Set.of());
        for (int i = 0; i < 30; i++) {
            vault.put(owner, "a/n" + i + "/ssl/cert", "{}");
            vault.put(owner, "a/n" + i + "/ssl/hidden/cert", "{}");
            vault.put(owner, "a/n" + i + "/other", "{}");
        }
        vault.put(owner, "exact", "{}");
        vault.put(owner, "exact/below", "{}");
        vault.grant(actor, "**/ssl/*", "list");
        vault.grant(actor, "exact", "list");
        vault.grant(actor, "a/n1/**", "read");

        List<String> all = allPages(actor, "", 7);

        assertThat(all).hasSize(31).isSorted().doesNotHaveDuplicates();
        assertThat(all).contains("exact").allMatch(path -> path.equals("exact") || path.endsWith("/ssl/cert"));
        ListPage level = vault.listing.list(Caller.fromSomewhere(actor), TestVault.space(actor), level("", 10));
        assertThat(level.folders()).containsExactly("a/");
        assertThat(paths(level)).containsExactly("exact");
    }

    @Test
    void policyChangedWhileTheFilterWasHeld_isSeen() {
        Actor actor = vault.stranger();
        String policy = vault.grant(actor, "app/**", "list", "write");
        vault.put(actor, "app/db", "{}");
        assertThat(allPages(actor, "", 10)).containsExactly("app/db");

        vault.withdraw(actor, policy);

        assertThat(allPages(actor, "", 10)).isEmpty();
    }

    @Test
    void prefix_isMeantBySegments() {
        Actor actor = vault.owner();
        for (String path :
                List.of("app", "app-x", "app/db", "app/db-x", "app/db/a", "app/db/b/c", "app/dbx", "apple")) {
            vault.put(actor, path, "{}");
        }

        assertThat(allPages(actor, "app/db", 2)).containsExactly("app/db", "app/db/a", "app/db/b/c");
        assertThat(allPages(actor, "app/db/", 2)).containsExactly("app/db/a", "app/db/b/c");
        assertThat(allPages(actor, "app", 3))
                .containsExactly("app", "app/db", "app/db-x", "app/db/a", "app/db/b/c", "app/dbx");
        assertThat(allPages(actor, "app/d", 3)).isEmpty();
        refused(ErrorCode.INVALID_PATH, () -> ListQuery.below("/app", 3));
        refused(ErrorCode.VALIDATION_ERROR, () -> ListQuery.below("", 1_001));
    }

    @Test
    void oneLevel_showsSecretsAndFoldersInOrder() {
        Actor actor = vault.owner();
        for (String path : List.of("app", "app-x", "app/a", "app/b/1", "app/b/2", "app/c/1/2", "z")) {
            vault.put(actor, path, "{}");
        }

        ListPage top = vault.listing.list(Caller.fromSomewhere(actor), TestVault.space(actor), level("", 10));
        assertThat(paths(top)).containsExactly("app", "app-x", "z");
        assertThat(top.folders()).containsExactly("app/");
        assertThat(top.nextAfter()).isNull();
        ListPage below = vault.listing.list(Caller.fromSomewhere(actor), TestVault.space(actor), level("app/", 10));
        assertThat(paths(below)).containsExactly("app/a");
        assertThat(below.folders()).containsExactly("app/b/", "app/c/");
        ListPage both = vault.listing.list(Caller.fromSomewhere(actor), TestVault.space(actor), level("app", 10));
        assertThat(paths(both)).containsExactly("app", "app/a");

        List<String> seen = new ArrayList<>();
        String after = null;
        do {
            ListPage page = vault.listing.list(
                    Caller.fromSomewhere(actor),
                    TestVault.space(actor),
                    new ListQuery("", false, null, null, null, null, false, null, 1, after));
            seen.addAll(paths(page));
            seen.addAll(page.folders());
            after = page.nextAfter();
        } while (after != null);
        assertThat(seen).containsExactly("app", "app-x", "app/", "z");
    }

    @Test
    void conditions_holdTogether() {
        Actor actor = vault.owner();
        OptionsPatch soon =
                new OptionsPatch(Change.keep(), Change.setTo(Duration.ofDays(5)), Change.keep(), Change.keep());
        vault.put(
                actor,
                "a",
                TestVault.draft(
                        "{}", "{\"tags\":[\"x\",\"y\"],\"owner\":\"team:1\",\"description\":\"Mail RELAY\"}", soon),
                Precondition.ANY);
        vault.put(
                actor,
                "b",
                TestVault.draft("{}", "{\"tags\":[\"x\"],\"owner\":\"team:2\"}", OptionsPatch.NONE),
                Precondition.ANY);
        vault.put(actor, "relay/c", "{}");
        vault.put(actor, "gone", "{}");
        vault.secrets.softDelete(
                vault.permit(actor, Permission.DELETE, "gone"),
                TestVault.space(actor),
                new SecretPath("gone"),
                Precondition.ANY,
                vault.entry(actor, AuditAction.DELETE, "gone"));

        assertThat(found(actor, "x", null, null, null, false, null)).containsExactly("a", "b");
        assertThat(found(actor, "y", null, null, null, false, null)).containsExactly("a");
        assertThat(found(actor, null, null, "team:2", null, false, null)).containsExactly("b");
        assertThat(found(actor, "x", null, "team:2", null, false, null)).containsExactly("b");
        assertThat(found(actor, null, null, null, Duration.ofDays(6), false, null))
                .containsExactly("a");
        assertThat(found(actor, null, null, null, Duration.ofDays(4), false, null))
                .isEmpty();
        assertThat(found(actor, null, null, null, null, true, null)).containsExactly("a", "b", "gone", "relay/c");
        assertThat(found(actor, null, null, null, null, false, "reLay")).containsExactly("a", "relay/c");
        assertThat(found(actor, null, null, null, null, false, "%")).isEmpty();
        assertThat(found(actor, null, SecretType.CERTIFICATE, null, null, false, null))
                .isEmpty();
        assertThat(found(actor, null, SecretType.KV, null, null, false, null)).hasSize(3);
    }

    @Test
    void pagesWhileOthersWrite_repeatAndLoseNothing() {
        Actor actor = vault.owner();
        for (int i = 0; i < 20; i++) {
            vault.put(actor, "s/" + (100 + 2 * i), "{}");
        }
        List<String> seen = new ArrayList<>();
        String after = null;
        int written = 0;
        do {
            ListPage page = vault.listing.list(
                    Caller.fromSomewhere(actor),
                    TestVault.space(actor),
                    new ListQuery("s", true, null, null, null, null, false, null, 3, after));
            seen.addAll(paths(page));
            after = page.nextAfter();
            vault.put(actor, "s/" + (101 + 4 * written++), "{}");
            vault.put(actor, "s/000" + written, "{}");
        } while (after != null);

        assertThat(seen).doesNotHaveDuplicates().isSorted();
        assertThat(seen)
                .containsAll(IntStream.range(0, 20)
                        .mapToObj(i -> "s/" + (100 + 2 * i))
                        .toList());
    }

    @Test
    void tenThousandSecrets_areListedInMillisecondsPerPage() {
        Actor actor = vault.owner();
        vault.put(actor, "big/seed", TestVault.draft("{}", "{\"tags\":[\"t\"]}", OptionsPatch.NONE), Precondition.ANY);
        vault.execute(
                "insert into secret (tenant_id, path, secret_type, current_version, revision, metadata, max_versions, expire_action,"
                        + " notify_before, created_at, created_by, updated_at) select tenant_id, 'big/' || (i / 100) || '/' || i, secret_type, 1, 1,"
                        + " '{}', 10, 'keep', notify_before, created_at, created_by, updated_at from secret, generate_series(1, 9999) i"
                        + " where tenant_id = '" + actor.tenant() + "'");
        vault.execute("analyze secret");
        allPages(actor, "big", 1_000);

        long start = System.nanoTime();
        List<String> all = allPages(actor, "big", 100);
        Duration perPage = Duration.ofNanos((System.nanoTime() - start) / 100);
        long levelStart = System.nanoTime();
        ListPage level = vault.listing.list(Caller.fromSomewhere(actor), TestVault.space(actor), level("big/", 1_000));
        Duration forLevel = Duration.ofNanos(System.nanoTime() - levelStart);
        ListPage rare = vault.listing.list(
                Caller.fromSomewhere(actor),
                TestVault.space(actor),
                new ListQuery("", true, "t", null, null, null, false, null, 10, null));

        assertThat(all).hasSize(10_000);
        assertThat(level.folders()).hasSize(100);
        assertThat(paths(rare)).containsExactly("big/seed");
        assertThat(perPage).isLessThan(Duration.ofMillis(60));
        assertThat(forLevel).isLessThan(Duration.ofMillis(250));
    }

    /** The statistics are of a database of small tenants, as those that the planner has when one of them becomes large. */
    @Test
    void tenantThatIsAThousandTimesLargerThanOthers_isListedByWhatIsAskedFor() {
        Actor actor = vault.owner();
        vault.put(actor, "large/seed", TestVault.draft("{}", "{}", OptionsPatch.NONE), Precondition.ANY);
        vault.execute("analyze secret");
        vault.execute("analyze secret_access");
        vault.execute(
                "insert into secret (tenant_id, path, secret_type, current_version, revision, metadata, max_versions, expire_action,"
                        + " notify_before, created_at, created_by, updated_at) select tenant_id, 'large/' || i, secret_type, 1, 1,"
                        + " '{}', 10, 'keep', notify_before, created_at, created_by, updated_at from secret, generate_series(100000, 160000) i"
                        + " where tenant_id = '" + actor.tenant() + "'");
        vault.execute(
                "insert into secret_access (tenant_id, path, last_accessed_at) select tenant_id, path, now() from secret"
                        + " where tenant_id = '" + actor.tenant() + "'");
        vault.execute(
                "update secret set deleted_at = now(), recoverable_until = now() where path = 'large/159995' and tenant_id = '"
                        + actor.tenant() + "'");

        for (boolean recursive : new boolean[] {false, true}) {
            ListQuery last = new ListQuery("large/", recursive, null, null, null, null, false, null, 5, "large/159990");
            assertThat(medianTime(() -> {
                        ListPage page = vault.listing.list(Caller.fromSomewhere(actor), TestVault.space(actor), last);
                        assertThat(paths(page))
                                .containsExactly(
                                        "large/159991", "large/159992", "large/159993", "large/159994", "large/159996");
                        assertThat(page.secrets())
                                .allSatisfy(secret ->
                                        assertThat(secret.lastAccessedAt()).isNotNull());
                    }))
                    .isLessThan(Duration.ofMillis(12));
        }
        List<SecretPath> some = List.of(new SecretPath("large/seed"), new SecretPath("large/none"));
        assertThat(medianTime(() -> {
                    try (BatchResult result =
                            vault.batch.read(Caller.fromSomewhere(actor), TestVault.space(actor), some, null, false)) {
                        assertThat(result.secrets()).hasSize(1);
                    }
                }))
                .isLessThan(Duration.ofMillis(12));
    }

    private static Duration medianTime(Runnable action) {
        long[] nanos = IntStream.range(0, 21)
                .mapToLong(i -> {
                    long start = System.nanoTime();
                    action.run();
                    return System.nanoTime() - start;
                })
                .sorted()
                .toArray();
        return Duration.ofNanos(nanos[10]);
    }

    @Test
    void batch_decidesEachPathOnItsOwn() {
        Actor owner = vault.owner();
        Actor actor = vault.actor(owner.tenant(), owner.partner(), "user:batch", java.util.Set.of());
        vault.grant(actor, "open/**", "read", "list");
        for (int i = 0; i < 40; i++) {
            vault.put(owner, "open/" + i, "{\"n\":" + i + "}");
        }
        vault.put(owner, "closed/1", "{}");
        List<SecretPath> paths = new ArrayList<>();
        IntStream.range(0, 40).forEach(i -> paths.add(new SecretPath("open/" + i)));
        paths.add(new SecretPath("open/0"));
        paths.add(new SecretPath("closed/1"));
        paths.add(new SecretPath("closed/none"));
        paths.add(new SecretPath("open/none"));
        vault.root.delayBy(Duration.ofMillis(20).toNanos());
        int before = vault.root.unwraps();

        try (BatchResult result =
                vault.batch.read(Caller.fromSomewhere(actor), TestVault.space(actor), paths, null, false)) {
            assertThat(vault.root.unwraps() - before)
                    .as("calls of the root key")
                    .isLessThanOrEqualTo(4);
            assertThat(result.secrets()).hasSize(40);
            assertThat(TestVault.text(result.secrets().get(new SecretPath("open/7"))))
                    .isEqualTo("{\"n\":7}");
            assertThat(result.errors().get(new SecretPath("closed/1")).code()).isEqualTo(ErrorCode.ACCESS_DENIED);
            assertThat(result.errors().get(new SecretPath("closed/none")).code())
                    .isEqualTo(ErrorCode.ACCESS_DENIED);
            assertThat(result.errors().get(new SecretPath("open/none")).code()).isEqualTo(ErrorCode.SECRET_NOT_FOUND);
            assertThat(result.errors()).hasSize(3);
        } finally {
            vault.root.delayBy(0);
        }
        try (BatchResult fast = vault.batch.read(
                Caller.fromSomewhere(actor),
                TestVault.space(actor),
                List.of(new SecretPath("open/1"), new SecretPath("closed/1"), new SecretPath("open/none")),
                null,
                true)) {
            assertThat(fast.aborted()).isTrue();
            assertThat(fast.secrets()).isEmpty();
            assertThat(fast.errors()).containsOnlyKeys(new SecretPath("closed/1"));
        }
        refused(
                ErrorCode.VALIDATION_ERROR,
                () -> vault.batch.read(
                        Caller.fromSomewhere(actor),
                        TestVault.space(actor),
                        IntStream.range(0, 101)
                                .mapToObj(i -> new SecretPath("open/" + i))
                                .toList(),
                        null,
                        false));
    }

    @Test
    void policyRemovedBeforeTheBatch_deniesEveryPath() {
        Actor actor = vault.stranger();
        String policy = vault.grant(actor, "**", "admin");
        vault.put(actor, "a", "{}");
        vault.batch
                .read(Caller.fromSomewhere(actor), TestVault.space(actor), List.of(new SecretPath("a")), null, false)
                .close();
        vault.withdraw(actor, policy);

        try (BatchResult result = vault.batch.read(
                Caller.fromSomewhere(actor), TestVault.space(actor), List.of(new SecretPath("a")), null, false)) {
            assertThat(result.secrets()).isEmpty();
            assertThat(result.errors().get(new SecretPath("a")).code()).isEqualTo(ErrorCode.ACCESS_DENIED);
        }
    }

    @Test
    void metadataBatch_expandsPatternsWithinWhatMayBeListed() {
        Actor owner = vault.owner();
        Actor actor = vault.actor(owner.tenant(), owner.partner(), "user:meta", java.util.Set.of());
        vault.grant(actor, "open/**", "list");
        for (String path : List.of("open/a", "open/b", "open/c/d", "closed/a")) {
            vault.put(owner, path, "{}");
        }

        MetadataBatch batch = vault.listing.metadataBatch(
                Caller.fromSomewhere(actor),
                TestVault.space(actor),
                List.of("open/*", "closed/*", "open/c/d", "open/none", "closed/a"),
                true);

        assertThat(batch.secrets().keySet())
                .extracting(SecretPath::value)
                .containsExactly("open/a", "open/b", "open/c/d");
        assertThat(batch.errors().get(new SecretPath("open/none")).code()).isEqualTo(ErrorCode.SECRET_NOT_FOUND);
        assertThat(batch.errors().get(new SecretPath("closed/a")).code()).isEqualTo(ErrorCode.ACCESS_DENIED);
        assertThat(batch.errors()).hasSize(2);
        assertThat(batch.truncated()).isFalse();
        refused(
                ErrorCode.INVALID_PATH,
                () -> vault.listing.metadataBatch(
                        Caller.fromSomewhere(actor), TestVault.space(actor), List.of("open/*"), false));
    }

    @Test
    void withoutTheApplicationsTenantFilters_listsShowTheirTenantOnly() {
        UnfilteredDataSource[] source = new UnfilteredDataSource[1];
        try (TestVault open = TestVault.open(folder, dataSource -> {
            source[0] = new UnfilteredDataSource(dataSource);
            return source[0];
        })) {
            Actor one = open.owner();
            Actor other = open.owner();
            open.put(one, "app/one", "{}");
            open.put(other, "app/other", "{}");

            assertThat(paths(open.listing.list(
                            Caller.fromSomewhere(one), TestVault.space(one), ListQuery.below("", 10))))
                    .containsExactly("app/one");
            assertThat(open.listing
                            .list(Caller.fromSomewhere(other), TestVault.space(other), level("", 10))
                            .folders())
                    .containsExactly("app/");
            try (BatchResult batch = open.batch.read(
                    Caller.fromSomewhere(other),
                    TestVault.space(other),
                    List.of(new SecretPath("app/one")),
                    null,
                    false)) {
                assertThat(batch.secrets()).isEmpty();
            }
            assertThat(source[0].removedFilters()).isPositive();
        }
    }

    private static List<String> found(
            Actor actor,
            String tag,
            SecretType type,
            String owner,
            Duration expiringWithin,
            boolean includeDeleted,
            String q) {
        return paths(vault.listing.list(
                Caller.fromSomewhere(actor),
                TestVault.space(actor),
                new ListQuery("", true, tag, type, owner, expiringWithin, includeDeleted, q, 100, null)));
    }

    private static ListQuery level(String prefix, int limit) {
        return new ListQuery(prefix, false, null, null, null, null, false, null, limit, null);
    }

    private static List<String> allPages(Actor actor, String prefix, int limit) {
        List<String> all = new ArrayList<>();
        String after = null;
        do {
            ListPage page = vault.listing.list(
                    Caller.fromSomewhere(actor),
                    TestVault.space(actor),
                    new ListQuery(prefix, true, null, null, null, null, false, null, limit, after));
            after = page.nextAfter();
            assertThat(page.secrets().size())
                    .isEqualTo(after == null ? page.secrets().size() : limit);
            all.addAll(paths(page));
        } while (after != null);
        return all;
    }

    private static List<String> paths(ListPage page) {
        return page.secrets().stream().map(secret -> secret.path().value()).toList();
    }
}
