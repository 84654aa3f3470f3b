package ai.scailabs.vault.audit.log;

import static ai.scailabs.vault.audit.AuditDatabase.ACME;
import static ai.scailabs.vault.audit.AuditDatabase.GLOBEX;
import static org.assertj.core.api.Assertions.assertThat;

import ai.scailabs.vault.audit.AuditDatabase;
import ai.scailabs.vault.audit.trail.AuditAction;
import ai.scailabs.vault.audit.trail.AuditEntry;
import ai.scailabs.vault.audit.trail.AuditRows;
import ai.scailabs.vault.audit.trail.AuditTrail;
import ai.scailabs.vault.kernel.id.IdentityId;
import ai.scailabs.vault.kernel.id.Ids;
import ai.scailabs.vault.kernel.id.TenantId;
import java.security.SecureRandom;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Entries are found by the id of their request, whoever chose it, however long after it they were made, and by whatever way they were written. */
class RequestsApartTest {
    private static final Instant MADE =
            Clock.systemUTC().instant().truncatedTo(ChronoUnit.DAYS).plus(Duration.ofHours(25));

    private final String own = new Ids(Clock.fixed(MADE, ZoneOffset.UTC), new SecureRandom()).next("req_");
    private AuditDatabase database;
    private AuditTrail trail;

    @BeforeEach
    void open() {
        database = AuditDatabase.open();
        trail = new AuditTrail(database.committer());
    }

    @AfterEach
    void close() {
        trail.close();
        database.close();
    }

    @Test
    void entriesOfAnId_areAllFound_andOnce_howeverFarApart() throws SQLException {
        List<Duration> behind = List.of(
                Duration.ofDays(40),
                Duration.ofMinutes(10),
                Duration.ofSeconds(2),
                Duration.ofSeconds(2).minusNanos(1_000),
                Duration.ofMillis(1),
                Duration.ZERO,
                Duration.ofMillis(-50),
                Duration.ofMillis(-51),
                Duration.ofHours(-1));
        behind.forEach(each -> append(ACME, MADE.plus(each), own));
        append(GLOBEX, MADE, own);
        append(ACME, MADE, "req_another-one");

        assertThat(apart()).isEqualTo("6 of 11");
        assertThat(times(own, null, null, 100))
                .containsExactlyElementsOf(behind.stream().map(MADE::plus).toList());
        assertThat(times(own, MADE, MADE.plusSeconds(2), 100))
                .containsExactly(MADE.plusSeconds(2).minusNanos(1_000), MADE.plusMillis(1), MADE);
        assertThat(pages(own, 2))
                .containsExactlyElementsOf(behind.stream().map(MADE::plus).toList());
    }

    @Test
    void idThatACallerChose_isFound() {
        append(ACME, MADE, "req_chosen-by_caller");
        append(ACME, MADE.plusSeconds(9), "req_chosen-by_caller");

        assertThat(times("req_chosen-by_caller", null, null, 100)).containsExactly(MADE.plusSeconds(9), MADE);
        assertThat(times("req_chosen-by_nobody", null, null, 100)).isEmpty();
    }

    /** Changes write their entries in their own transactions, and say nothing of it. */
    @Test
    void entryThatWasWrittenWithAChange_isFoundBesideThoseOfTheTrail_once() {
        AuditEntry changed = entry(ACME, MADE.plusMillis(3), own);
        database.tenants().update(ACME, AuditRows.INSERT, AuditRows.arguments(changed));
        append(ACME, MADE.plusMillis(4), own);

        assertThat(times(own, null, null, 100)).containsExactly(MADE.plusMillis(4), MADE.plusMillis(3));
    }

    private String apart() throws SQLException {
        return database.text(
                "select count(*) filter (where request_apart is distinct from false) || ' of ' || count(*) from audit_log");
    }

    private List<Instant> pages(String request, int limit) {
        List<Instant> all = new ArrayList<>();
        AuditPosition after = null;
        do {
            AuditPage page = new AuditLog(database.tenants()).find(ACME, query(request, null, null, limit, after));
            page.entries().forEach(entry -> all.add(entry.occurredAt()));
            after = page.end();
        } while (after != null);
        return all;
    }

    private List<Instant> times(String request, @Nullable Instant from, @Nullable Instant to, int limit) {
        AuditPage page = new AuditLog(database.tenants()).find(ACME, query(request, from, to, limit, null));
        assertThat(page.end()).isNull();
        return page.entries().stream().map(RecordedEntry::occurredAt).toList();
    }

    private static AuditQuery query(
            String request, @Nullable Instant from, @Nullable Instant to, int limit, @Nullable AuditPosition after) {
        return new AuditQuery(from, to, List.of(), null, null, null, null, null, null, request, limit, after);
    }

    private void append(TenantId tenant, Instant at, String request) {
        trail.append(entry(tenant, at, request)).await();
    }

    private AuditEntry entry(TenantId tenant, Instant at, String request) {
        UUID id = database.ids().nextUuid();
        return new AuditEntry(
                tenant,
                at,
                id,
                AuditAction.READ,
                new IdentityId("user:jo@example.test"),
                null,
                "app/db",
                "192.0.2.7",
                null,
                null,
                7,
                request,
                Map.of());
    }
}
