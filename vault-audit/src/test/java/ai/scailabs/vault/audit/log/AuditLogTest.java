package ai.scailabs.vault.audit.log;

import static ai.scailabs.vault.audit.AuditDatabase.ACME;
import static ai.scailabs.vault.audit.AuditDatabase.GLOBEX;
import static org.assertj.core.api.Assertions.assertThat;

import ai.scailabs.vault.audit.AuditDatabase;
import ai.scailabs.vault.audit.trail.AuditAction;
import ai.scailabs.vault.audit.trail.AuditEntry;
import ai.scailabs.vault.audit.trail.AuditRows;
import ai.scailabs.vault.kernel.error.ErrorCode;
import ai.scailabs.vault.kernel.id.IdentityId;
import ai.scailabs.vault.kernel.id.Ids;
import ai.scailabs.vault.kernel.id.TenantId;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class AuditLogTest {
    /** Ahead of now, as partitions of the past do not exist in a new database. */
    private static final Instant NOON =
            Clock.systemUTC().instant().truncatedTo(ChronoUnit.DAYS).plus(Duration.ofDays(1));

    private static final IdentityId JO = new IdentityId("user:jo@example.test");
    private static final IdentityId MAILER = new IdentityId("sa:mailer");

    private static AuditDatabase database;
    private static AuditLog log;

    @BeforeAll
    static void record() {
        database = AuditDatabase.open();
        log = new AuditLog(database.tenants());
        store(ACME, 0, AuditAction.READ, JO, "app/db", "192.0.2.1", null, "req_zero");
        store(ACME, 1, AuditAction.WRITE, JO, "app/dbx", "192.0.2.2", null, "req_one");
        store(ACME, 2, AuditAction.READ, MAILER, "other/_%", "192.0.2.1", ErrorCode.ACCESS_DENIED, "req_two");
        store(ACME, 3, AuditAction.AUTHENTICATE, null, null, null, ErrorCode.TOKEN_EXPIRED, "req_three");
        store(GLOBEX, 1, AuditAction.READ, JO, "app/db", "192.0.2.1", null, "req_one");
    }

    @AfterAll
    static void close() {
        database.close();
    }

    @Test
    void withoutFilters_everythingOfTheTenantIsThere_newestFirst() {
        assertThat(requests(new Filter())).containsExactly("req_three", "req_two", "req_one", "req_zero");
        assertThat(log.find(GLOBEX, new Filter().query()).entries()).hasSize(1);
        assertThat(log.find(new TenantId("tnt_nobody"), new Filter().query()).entries())
                .isEmpty();
    }

    @Test
    void entry_comesBackAsItWasRecorded() {
        RecordedEntry entry = log.find(ACME, new Filter().request("req_two").query())
                .entries()
                .getFirst();

        assertThat(entry.occurredAt()).isEqualTo(NOON.plusSeconds(2));
        assertThat(entry.action()).isEqualTo("read");
        assertThat(entry.identityType()).isEqualTo("service_account");
        assertThat(entry.identityId()).isEqualTo("sa:mailer");
        assertThat(entry.tenantId()).isEqualTo("tnt_acme");
        assertThat(entry.actingTenantId()).isNull();
        assertThat(entry.path()).isEqualTo("other/_%");
        assertThat(entry.success()).isFalse();
        assertThat(entry.errorCode()).isEqualTo("access_denied");
        assertThat(entry.durationMillis()).isEqualTo(7);
        assertThat(entry.extra()).isEqualTo(Map.of("version", 3));
    }

    /** Also when the clock had been set back, so that ids were ahead of it. */
    @ParameterizedTest
    @ValueSource(longs = {0, 40, 4_000, 10_000})
    void entry_isFoundByItsId_inItsTenantOnly(long millisAhead) {
        TenantId tenant = new TenantId("tnt_by-id-" + millisAhead);
        UUID id = database.ids().nextUuid();
        AuditEntry entry = new AuditEntry(
                tenant,
                Ids.madeAt(id).minusMillis(millisAhead),
                id,
                AuditAction.READ,
                JO,
                null,
                "app/db",
                null,
                null,
                ErrorCode.ACCESS_DENIED,
                7,
                "req_by-id",
                Map.of());
        database.tenants().update(tenant, AuditRows.INSERT, AuditRows.arguments(entry));

        assertThat(log.find(tenant, id))
                .hasValueSatisfying(found -> assertThat(found.id()).isEqualTo(id));
        assertThat(log.find(ACME, id)).isEmpty();
        assertThat(log.find(tenant, database.ids().nextUuid())).isEmpty();
        assertThat(Ids.uuid("dec_", Ids.text("dec_", id))).contains(id);
    }

    @Test
    void times_areFromInclusiveToExclusive() {
        assertThat(requests(new Filter().from(NOON.plusSeconds(1)).to(NOON.plusSeconds(3))))
                .containsExactly("req_two", "req_one");
        assertThat(requests(new Filter().from(NOON.plusSeconds(4)))).isEmpty();
    }

    @Test
    void actions_areAnyOf() {
        assertThat(requests(new Filter().actions(AuditAction.WRITE, AuditAction.AUTHENTICATE)))
                .containsExactly("req_three", "req_one");
    }

    @Test
    void identities_areExact() {
        assertThat(requests(new Filter().identity("user:jo@example.test"))).containsExactly("req_one", "req_zero");
        assertThat(requests(new Filter().identity("user:jo"))).isEmpty();
        assertThat(requests(new Filter().identityType("service_account"))).containsExactly("req_two");
    }

    @Test
    void pathPrefix_isTakenLiterally_andLeavesOutEntriesWithoutAPath() {
        assertThat(requests(new Filter().prefix("app/db"))).containsExactly("req_one", "req_zero");
        assertThat(requests(new Filter().prefix("other/_%"))).containsExactly("req_two");
        assertThat(requests(new Filter().prefix("_%"))).isEmpty();
        assertThat(requests(new Filter().prefix(""))).containsExactly("req_two", "req_one", "req_zero");
    }

    @Test
    void paths_areExact() {
        assertThat(requests(new Filter().path("app/db"))).containsExactly("req_zero");
        assertThat(requests(new Filter().path("app/d"))).isEmpty();
    }

    @Test
    void outcomeAddressAndRequest_areExact() {
        assertThat(requests(new Filter().success(true))).containsExactly("req_one", "req_zero");
        assertThat(requests(new Filter().success(false))).containsExactly("req_three", "req_two");
        assertThat(requests(new Filter().sourceIp("192.0.2.1"))).containsExactly("req_two", "req_zero");
        assertThat(requests(new Filter().request("req_one"))).containsExactly("req_one");
    }

    @Test
    void filters_allApplyAtOnce() {
        assertThat(requests(new Filter()
                        .from(NOON)
                        .to(NOON.plusSeconds(9))
                        .actions(AuditAction.READ)
                        .identity("sa:mailer")
                        .identityType("service_account")
                        .prefix("other/")
                        .success(false)
                        .sourceIp("192.0.2.1")
                        .request("req_two")))
                .containsExactly("req_two");
    }

    @Test
    void pages_visitEveryEntryOnce_alsoWhenManyHaveTheSameTime() {
        TenantId tenant = new TenantId("tnt_paged");
        for (int i = 0; i < 50; i++) {
            store(tenant, i / 10, AuditAction.READ, JO, "app/db", null, null, "req_" + i);
        }
        List<RecordedEntry> whole = log.find(tenant, new Filter().query()).entries();

        List<RecordedEntry> paged = new ArrayList<>();
        AuditPosition after = null;
        do {
            AuditPage page = log.find(tenant, new Filter().page(7, after));
            assertThat(page.entries()).hasSizeLessThanOrEqualTo(7);
            paged.addAll(page.entries());
            after = page.end();
        } while (after != null);

        assertThat(whole).hasSize(50);
        assertThat(paged).isEqualTo(whole);
        assertThat(paged.stream().map(RecordedEntry::id).distinct()).hasSize(50);
    }

    @Test
    void newEntries_doNotMoveTheNextPage() {
        TenantId tenant = new TenantId("tnt_growing");
        for (int i = 0; i < 4; i++) {
            store(tenant, i, AuditAction.READ, JO, "app/db", null, null, "req_" + i);
        }
        AuditPage first = log.find(tenant, new Filter().page(2, null));

        store(tenant, 9, AuditAction.READ, JO, "app/db", null, null, "req_new");

        assertThat(log.find(tenant, new Filter().page(2, first.end())).entries())
                .extracting(RecordedEntry::requestId)
                .containsExactly("req_1", "req_0");
    }

    private static List<String> requests(Filter filter) {
        return log.find(ACME, filter.query()).entries().stream()
                .map(RecordedEntry::requestId)
                .toList();
    }

    private static void store(
            TenantId tenant,
            int second,
            AuditAction action,
            @Nullable IdentityId identity,
            @Nullable String path,
            @Nullable String sourceIp,
            @Nullable ErrorCode error,
            String request) {
        UUID id = database.ids().nextUuid();
        AuditEntry entry = new AuditEntry(
                tenant,
                NOON.plusSeconds(second),
                id,
                action,
                identity,
                null,
                path,
                sourceIp,
                null,
                error,
                7,
                request,
                Map.of("version", 3));
        database.tenants().update(tenant, AuditRows.INSERT, AuditRows.arguments(entry));
    }

    /** A query that lets everything through until told otherwise. */
    private static final class Filter {
        private @Nullable Instant from;
        private @Nullable Instant to;
        private List<AuditAction> actions = List.of();
        private @Nullable String identity;
        private @Nullable String identityType;
        private @Nullable String path;
        private @Nullable String prefix;
        private @Nullable Boolean success;
        private @Nullable String sourceIp;
        private @Nullable String request;

        Filter from(Instant value) {
            from = value;
            return this;
        }

        Filter to(Instant value) {
            to = value;
            return this;
        }

        Filter actions(AuditAction... values) {
            actions = List.of(values);
            return this;
        }

        Filter identity(String value) {
            identity = value;
            return this;
        }

        Filter identityType(String value) {
            identityType = value;
            return this;
        }

        Filter path(String value) {
            path = value;
            return this;
        }

        Filter prefix(String value) {
            prefix = value;
            return this;
        }

        Filter success(boolean value) {
            success = value;
            return this;
        }

        Filter sourceIp(String value) {
            sourceIp = value;
            return this;
        }

        Filter request(String value) {
            request = value;
            return this;
        }

        AuditQuery query() {
            return page(1_000, null);
        }

        AuditQuery page(int limit, @Nullable AuditPosition after) {
            return new AuditQuery(
                    from, to, actions, identity, identityType, path, prefix, success, sourceIp, request, limit, after);
        }
    }
}
