package ai.scailabs.vault.audit.summary;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.scailabs.vault.audit.AuditDatabase;
import ai.scailabs.vault.audit.RollupTenant;
import ai.scailabs.vault.audit.log.RecordedEntry;
import ai.scailabs.vault.kernel.id.TenantId;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class AuditSummariesTest {
    private static final Instant BEGIN =
            Clock.systemUTC().instant().truncatedTo(ChronoUnit.DAYS).plus(Duration.ofDays(1));
    private static final Duration LENGTH = Duration.ofDays(4);

    private static AuditDatabase database;
    private static AuditSummaries summaries;
    private static RollupTenant tenant;

    /** Four days, of which the last hours are not counted yet. */
    @BeforeAll
    static void fill() throws SQLException {
        database = AuditDatabase.open();
        summaries = new AuditSummaries(database.tenants());
        tenant = new RollupTenant(database, "summed");
        Random random = new Random(11);
        List<String> actions = List.of("read", "read", "read", "list", "write");
        List<String> codes = List.of("access_denied", "rate_limited");
        for (int i = 0; i < 5_000; i++) {
            long micros = (long) (random.nextDouble() * ChronoUnit.MICROS.between(BEGIN, BEGIN.plus(LENGTH)));
            tenant.entry(
                    BEGIN.plus(micros, ChronoUnit.MICROS),
                    actions.get(random.nextInt(actions.size())),
                    random.nextInt(5) == 0 ? "user:jo@example.test" : "sa:mailer",
                    "app/db",
                    "192.0.2.1",
                    random.nextInt(20) == 0 ? codes.get(random.nextInt(2)) : null);
        }
        Instant counted = BEGIN.plus(Duration.ofHours(90)).plusSeconds(31);
        List<RecordedEntry> old = tenant.store().stream()
                .filter(entry -> entry.occurredAt().isBefore(counted))
                .toList();
        for (int i = 0; i < old.size(); i += 999) {
            RollupTenant.rollUp(database.logins(), old.subList(i, Math.min(i + 999, old.size())));
        }
        RollupTenant.caughtUp(database.logins(), counted.plusSeconds(20));
    }

    @AfterAll
    static void close() {
        database.close();
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12})
    void anyPeriod_isSummedUpToTheMicrosecond(long seed) {
        Random random = new Random(seed);
        long length = ChronoUnit.MICROS.between(BEGIN, BEGIN.plus(LENGTH));
        long one = (long) (random.nextDouble() * length);
        long other = seed % 3 == 0 ? one + random.nextInt(90_000_000) : (long) (random.nextDouble() * length);
        assertSummedUp(
                BEGIN.plus(Math.min(one, other), ChronoUnit.MICROS),
                BEGIN.plus(Math.max(one, other), ChronoUnit.MICROS));
    }

    @Test
    void wholeDaysAndMinutes_emptyPeriods_andAllThereIs() {
        assertSummedUp(BEGIN, BEGIN.plus(LENGTH));
        assertSummedUp(Instant.EPOCH, BEGIN.plus(Duration.ofDays(900)));
        assertSummedUp(BEGIN.plus(Duration.ofDays(1)), BEGIN.plus(Duration.ofDays(2)));
        assertSummedUp(BEGIN.plusSeconds(60), BEGIN.plusSeconds(180));
        assertSummedUp(BEGIN, BEGIN);
        RecordedEntry entry = tenant.stored().getFirst();
        assertSummedUp(entry.occurredAt(), entry.occurredAt().plus(1, ChronoUnit.MICROS));
        assertSummedUp(entry.occurredAt(), entry.occurredAt());
    }

    @Test
    void othersTenants_areNotCounted() {
        AuditSummary summary = summaries.of(new TenantId("tnt_stranger"), BEGIN, BEGIN.plus(LENGTH));
        assertThat(summary.events()).isZero();
        assertThat(summary.actions()).isEmpty();
        assertThat(summary.complete()).isTrue();
    }

    @Test
    void entryThatComesLate_isCountedInItsMinute() throws SQLException {
        RollupTenant late = new RollupTenant(database, "late");
        late.entry(BEGIN.plusSeconds(5), "read", "sa:mailer", "app/db", "192.0.2.1", null);
        RollupTenant.rollUp(database.logins(), late.store());
        late.entry(BEGIN.plusSeconds(4), "read", "sa:mailer", "app/db", "192.0.2.1", null);
        RollupTenant.rollUp(database.logins(), late.store());
        assertThat(summaries.of(late.id(), BEGIN, BEGIN.plusSeconds(60)).events())
                .isEqualTo(2);
    }

    @Test
    void whatTheTransactionUndoes_isNotCounted() throws SQLException {
        RollupTenant undone = new RollupTenant(database, "undone");
        RecordedEntry entry = undone.entry(BEGIN.plusSeconds(5), "read", "sa:mailer", "app/db", "192.0.2.1", null);
        try (Connection worker = database.logins().worker().dataSource().getConnection()) {
            worker.setAutoCommit(false);
            AuditRollup.add(worker, List.of(entry));
            worker.rollback();
        }
        assertThat(database.text("select count(*) from audit_minute where tenant_id = 'tnt_undone'"))
                .isEqualTo("0");
        assertThat(database.text("select count(*) from audit_slice where tenant_id = 'tnt_undone'"))
                .isEqualTo("0");
    }

    @Test
    void markOfWhatIsCounted_neverMovesBack() throws SQLException {
        String before = database.text("select counted_before from audit_counted");
        RollupTenant.caughtUp(database.logins(), BEGIN);
        assertThat(database.text("select counted_before from audit_counted")).isEqualTo(before);
    }

    /** The service that answers requests changes none of it, and sees its tenant's alone. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "update audit_minute set entries = 0",
                "delete from audit_day",
                "insert into audit_slice (tenant_id, slice, first_at, last_at, entries, terms) values ('tnt_summed', 1, now(), now(), 1, 0::bit(12288))",
                "update audit_counted set counted_before = now()",
                "truncate audit_slice"
            })
    void app_changesNothing(String sql) throws SQLException {
        try (Connection connection = database.logins().app().dataSource().getConnection();
                Statement statement = connection.createStatement()) {
            statement.execute("select set_config('app.tenant_id', 'tnt_summed', false)");
            assertThatThrownBy(() -> statement.execute(sql)).hasMessageContaining("permission denied");
        }
    }

    private static void assertSummedUp(Instant from, Instant to) {
        List<RecordedEntry> in = tenant.stored().stream()
                .filter(entry ->
                        !entry.occurredAt().isBefore(from) && entry.occurredAt().isBefore(to))
                .toList();
        Map<String, Long> actions = new TreeMap<>();
        Map<String, Long> failures = new TreeMap<>();
        Map<String, Long> types = new TreeMap<>();
        for (RecordedEntry entry : in) {
            actions.merge(entry.action(), 1L, Long::sum);
            types.merge(String.valueOf(entry.identityType()), 1L, Long::sum);
            if (entry.errorCode() != null) {
                failures.merge(entry.errorCode(), 1L, Long::sum);
            }
        }
        long successes = in.stream().filter(RecordedEntry::success).count();
        assertThat(summaries.of(tenant.id(), from, to))
                .isEqualTo(new AuditSummary(from, to, true, in.size(), successes, actions, failures, types));
    }
}
