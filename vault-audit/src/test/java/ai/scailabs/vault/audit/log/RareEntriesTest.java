package ai.scailabs.vault.audit.log;

import static org.assertj.core.api.Assertions.assertThat;

import ai.scailabs.vault.audit.AuditDatabase;
import ai.scailabs.vault.audit.RollupTenant;
import ai.scailabs.vault.audit.trail.AuditAction;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import java.util.UUID;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** A log that is longer than a walk, with things in it that are too rare to be met by one. */
class RareEntriesTest {
    /** Ahead of now, as partitions of the past do not exist in a new database. */
    private static final Instant BEGIN =
            Clock.systemUTC().instant().truncatedTo(ChronoUnit.DAYS).plus(Duration.ofDays(1));

    private static final int ENTRIES = 30_000;
    /** However slow the database is. */
    private static final int LEAST_LOOKED_AT = 4_000;

    private static final String RARE_PATH = "app/rare/one";
    private static final String RARE_SOURCE = "198.51.100.9";
    private static final String RARE_IDENTITY = "user:rare@example.test";

    private static AuditDatabase database;
    private static AuditLog log;
    private static RollupTenant sliced;

    @BeforeAll
    static void fill() throws SQLException {
        database = AuditDatabase.open();
        log = new AuditLog(database.tenants());
        sliced = new RollupTenant(database, "sliced");
        Random random = new Random(7);
        for (int i = 0; i < ENTRIES; i++) {
            boolean rare = i % 3_001 == 17;
            Instant at = BEGIN.plus(i * 100L, ChronoUnit.MILLIS);
            String action = i % 2_503 == 5 ? "purge" : "read";
            String identity = rare ? RARE_IDENTITY : "sa:often-" + random.nextInt(40);
            String path = rare ? RARE_PATH : "app/often-" + random.nextInt(300) + "/" + random.nextInt(9);
            sliced.entry(
                    at, action, identity, path, rare ? RARE_SOURCE : "192.0.2.1", i % 97 == 3 ? "access_denied" : null);
        }
        List<RecordedEntry> shuffled = new ArrayList<>(sliced.store());
        // Commits come a little out of order, and one entry much too late.
        RecordedEntry late = shuffled.remove(100);
        for (int i = 0; i < shuffled.size(); i += 700) {
            List<RecordedEntry> step = new ArrayList<>(shuffled.subList(i, Math.min(i + 700, shuffled.size())));
            Collections.shuffle(step, random);
            RollupTenant.rollUp(database.logins(), step);
        }
        RollupTenant.rollUp(database.logins(), List.of(late));
        RollupTenant.caughtUp(database.logins(), BEGIN.plus(Duration.ofDays(2)));
        // What is not sliced yet, as it came just now.
        for (int i = 0; i < 3_000; i++) {
            sliced.entry(BEGIN.plus(Duration.ofDays(2)).plusMillis(i), "read", "sa:new", "app/new", "192.0.2.1", null);
        }
        sliced.store();
    }

    @AfterAll
    static void close() {
        database.close();
    }

    @TestFactory
    Stream<DynamicTest> everyFilter_showsEachEntryOnce_newestFirst_inFewPages() {
        return Stream.of(
                        new Filter("path").path(RARE_PATH, entry -> RARE_PATH.equals(entry.path())),
                        new Filter("folder").prefix("app/rare/", entry -> RARE_PATH.equals(entry.path())),
                        new Filter("middle of a segment").prefix("app/rar", entry -> RARE_PATH.equals(entry.path())),
                        new Filter("identity")
                                .identity(RARE_IDENTITY, entry -> RARE_IDENTITY.equals(entry.identityId())),
                        new Filter("type").type("user", entry -> "user".equals(entry.identityType())),
                        new Filter("source").source(RARE_SOURCE, entry -> RARE_SOURCE.equals(entry.sourceIp())),
                        new Filter("action")
                                .action(
                                        AuditAction.PURGE,
                                        entry -> entry.action().equals("purge")),
                        new Filter("outcome").success(false, entry -> !entry.success()),
                        new Filter("all at once")
                                .action(
                                        AuditAction.READ,
                                        entry -> entry.action().equals("read"))
                                .success(false, entry -> !entry.success())
                                .identity("sa:often-3", entry -> "sa:often-3".equals(entry.identityId()))
                                .prefix(
                                        "app/often-1",
                                        entry -> entry.path() != null
                                                && entry.path().startsWith("app/often-1")),
                        new Filter("nothing").path("app/never/seen", entry -> false))
                .map(filter -> DynamicTest.dynamicTest(filter.name, () -> {
                    List<RecordedEntry> expected = new ArrayList<>(
                            sliced.stored().stream().filter(filter.wanted).toList());
                    Collections.reverse(expected);
                    Pages pages = pages(sliced, filter, 50);
                    assertThat(pages.entries()).extracting(RecordedEntry::id).isEqualTo(ids(expected));
                    assertThat(pages.count())
                            .as("pages")
                            .isLessThanOrEqualTo(expected.size() / 50 + 2 + ENTRIES / LEAST_LOOKED_AT);
                }));
    }

    @Test
    void timesApply_whereSlicesReachBeyondThem() {
        Instant from = BEGIN.plusSeconds(500);
        Instant to = BEGIN.plusSeconds(2_000);
        Filter filter = new Filter("times")
                .path(
                        RARE_PATH,
                        entry -> RARE_PATH.equals(entry.path())
                                && !entry.occurredAt().isBefore(from)
                                && entry.occurredAt().isBefore(to));
        filter.from = from;
        filter.to = to;
        List<RecordedEntry> expected =
                new ArrayList<>(sliced.stored().stream().filter(filter.wanted).toList());
        Collections.reverse(expected);
        assertThat(expected).hasSizeBetween(3, 8);
        assertThat(pages(sliced, filter, 2).entries())
                .extracting(RecordedEntry::id)
                .isEqualTo(ids(expected));
    }

    /** What came late lies in a slice that reaches from where a page begins to where only its last step comes. */
    @Test
    void sliceThatReachesOverManyOthers_isLookedAtToItsEnd() throws SQLException {
        RollupTenant late = new RollupTenant(database, "late");
        Instant begin = BEGIN.plus(Duration.ofHours(12));
        for (int i = 0; i < 16_000; i++) {
            String identity = i > 3_000 && i % 100 == 0 ? "sa:one" : "sa:other";
            late.entry(begin.plusMillis(i), "read", identity, "app/one", "192.0.2.1", null);
        }
        RollupTenant.rollUp(database.logins(), late.store());
        for (int i = 0; i < 200; i++) {
            Instant at = begin.plusMillis(500 + i * 75L).plusNanos(500_000);
            late.entry(at, "read", i == 0 ? "sa:one" : "sa:other", "app/one", "192.0.2.1", null);
        }
        RollupTenant.rollUp(database.logins(), late.store());
        RollupTenant.caughtUp(database.logins(), BEGIN.plus(Duration.ofDays(2)));
        Filter one = new Filter("one").identity("sa:one", entry -> "sa:one".equals(entry.identityId()));
        List<UUID> expected = late.stored().stream()
                .filter(one.wanted)
                .sorted(Comparator.comparing(RecordedEntry::occurredAt).reversed())
                .map(RecordedEntry::id)
                .toList();
        assertThat(expected).hasSize(130);
        assertThat(pages(late, one, 1_000).entries())
                .extracting(RecordedEntry::id)
                .isEqualTo(expected);
    }

    @Test
    void slicesOfOthers_tellNothing() {
        AuditPage page = log.find(
                new RollupTenant(database, "stranger").id(),
                new Filter("path").path(RARE_PATH, entry -> true).query(10, null));
        assertThat(page.entries()).isEmpty();
        assertThat(page.end()).isNull();
    }

    /** Nothing of it is sliced: the page is empty, says that more is left, and its end leads on to what is wanted. */
    @Test
    void whereNothingIsSliced_pagesAreShort_andLeadToTheEntry() throws SQLException {
        Filter filter = new Filter("path").path(RARE_PATH, entry -> true);
        RollupTenant other = new RollupTenant(database, "behind");
        other.entry(BEGIN.plus(Duration.ofDays(3)), "read", RARE_IDENTITY, RARE_PATH, RARE_SOURCE, null);
        for (int i = 1; i < ENTRIES; i++) {
            other.entry(
                    BEGIN.plus(Duration.ofDays(3)).plusMillis(i), "read", "sa:often", "app/often", "192.0.2.1", null);
        }
        other.store();
        AuditPage first = log.find(other.id(), filter.query(10, null));
        assertThat(first.entries()).isEmpty();
        assertThat(first.end()).isNotNull();
        Pages pages = pages(other, filter, 10);
        assertThat(pages.entries()).extracting(RecordedEntry::path).containsExactly(RARE_PATH);
        assertThat(pages.count()).isBetween(2, 5);
    }

    private static List<UUID> ids(List<RecordedEntry> entries) {
        return entries.stream().map(RecordedEntry::id).toList();
    }

    private static Pages pages(RollupTenant tenant, Filter filter, int limit) {
        List<RecordedEntry> all = new ArrayList<>();
        int count = 0;
        AuditPosition after = null;
        do {
            AuditPage page = log.find(tenant.id(), filter.query(limit, after));
            assertThat(page.entries()).hasSizeLessThanOrEqualTo(limit);
            all.addAll(page.entries());
            after = page.end();
            count++;
        } while (after != null && count < 1_000);
        return new Pages(all, count);
    }

    private record Pages(List<RecordedEntry> entries, int count) {}

    /** A query, and which entries it means. */
    private static final class Filter {
        private final String name;
        private Predicate<RecordedEntry> wanted = entry -> true;
        private @Nullable Instant from;
        private @Nullable Instant to;
        private List<AuditAction> actions = List.of();
        private @Nullable String identity;
        private @Nullable String type;
        private @Nullable String path;
        private @Nullable String prefix;
        private @Nullable Boolean success;
        private @Nullable String source;

        Filter(String name) {
            this.name = name;
        }

        Filter path(String value, Predicate<RecordedEntry> means) {
            path = value;
            return meaning(means);
        }

        Filter prefix(String value, Predicate<RecordedEntry> means) {
            prefix = value;
            return meaning(means);
        }

        Filter identity(String value, Predicate<RecordedEntry> means) {
            identity = value;
            return meaning(means);
        }

        Filter type(String value, Predicate<RecordedEntry> means) {
            type = value;
            return meaning(means);
        }

        Filter source(String value, Predicate<RecordedEntry> means) {
            source = value;
            return meaning(means);
        }

        Filter action(AuditAction value, Predicate<RecordedEntry> means) {
            actions = List.of(value);
            return meaning(means);
        }

        Filter success(boolean value, Predicate<RecordedEntry> means) {
            success = value;
            return meaning(means);
        }

        private Filter meaning(Predicate<RecordedEntry> means) {
            wanted = wanted.and(means);
            return this;
        }

        AuditQuery query(int limit, @Nullable AuditPosition after) {
            return new AuditQuery(from, to, actions, identity, type, path, prefix, success, source, null, limit, after);
        }
    }
}
