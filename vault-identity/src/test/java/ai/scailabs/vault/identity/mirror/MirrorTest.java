package ai.scailabs.vault.identity.mirror;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.scailabs.vault.access.revocation.RevocableToken;
import ai.scailabs.vault.identity.IdentityDatabase;
import ai.scailabs.vault.identity.directory.GroupId;
import ai.scailabs.vault.identity.directory.IdentityStatus;
import ai.scailabs.vault.identity.directory.PageRequest;
import ai.scailabs.vault.identity.directory.UserEntry;
import ai.scailabs.vault.identity.directory.UserId;
import ai.scailabs.vault.kernel.error.ErrorCode;
import ai.scailabs.vault.kernel.error.VaultException;
import ai.scailabs.vault.kernel.id.PartnerId;
import ai.scailabs.vault.kernel.id.TenantId;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class MirrorTest {
    private static final TenantId ACME = IdentityDatabase.ACME;
    private static final UserId JO = new UserId("usr_jo");
    private static final String EMAIL = "jo@example.test";

    private final IdentityDatabase database = new IdentityDatabase();
    private final Instant now = database.clock.instant();

    @AfterEach
    void close() {
        database.close();
    }

    private MirrorChanges told(ToldUser user, Instant at) {
        MirrorChanges changes =
                database.transactions.inTransaction(ACME, tx -> database.mirror.users(tx, List.of(user), at));
        database.revocations.changed(ACME);
        return changes;
    }

    private static ToldUser user(String email, @Nullable IdentityStatus status) {
        return new ToldUser(JO, email, "Jo", status, null, null);
    }

    private RevocableToken token(String identity, @Nullable String subject, Instant issuedAt) {
        return database.token(ACME, identity, subject, issuedAt);
    }

    private void assertRefused(RevocableToken token) {
        assertThatThrownBy(() -> database.list.require(token))
                .isInstanceOfSatisfying(
                        VaultException.class,
                        refusal -> assertThat(refusal.code()).isEqualTo(ErrorCode.TOKEN_REVOKED));
    }

    private void assertGood(RevocableToken token) {
        assertThatCode(() -> database.list.require(token)).doesNotThrowAnyException();
    }

    @Test
    void suspended_isRefusedUnderEveryName_alsoWithLaterTokens_untilActivated() {
        told(user(EMAIL, IdentityStatus.ACTIVE), now.minusSeconds(60));
        assertGood(token("user:" + EMAIL, "usr_jo", now));
        MirrorChanges changes = told(ToldUser.of(JO, IdentityStatus.SUSPENDED), now);
        assertThat(changes.standings()).containsExactly(new StandingChange("usr_jo", IdentityStatus.SUSPENDED));

        Instant later = now.plusSeconds(3_600);
        assertRefused(token("user:" + EMAIL, "usr_jo", later));
        assertRefused(token("user:usr_jo", null, later));
        assertRefused(token("user:" + EMAIL, null, later));
        // Another spelling of the address, as long as the token tells whose it is.
        assertRefused(token("user:JO@example.test", "usr_jo", later));
        assertGood(token("user:another@example.test", "usr_another", later));
        assertGood(token("sa:usr_jo", null, later));

        told(ToldUser.of(JO, IdentityStatus.ACTIVE), now.plusSeconds(10));
        assertGood(token("user:" + EMAIL, "usr_jo", later));
        // What was issued before stays ended.
        assertRefused(token("user:" + EMAIL, "usr_jo", now));
    }

    /** A tenant whose list takes too long to read would be served no more. */
    @Test
    void thousandsOfSuspended_doNotKeepTheListFromBeingRead() {
        database.execute(
                "insert into identity_user (tenant_id, user_id, email, identity_id, status, roles, known_at, status_at, last_synced_at)"
                        + " select 'tnt_acme', 'usr_' || n, n || '@acme.test', 'user:' || n || '@acme.test', case n % 2 when 0 then 'SUSPENDED' else 'ACTIVE' end,"
                        + " '{}', now(), now(), now() from generate_series(1, 20000) n");
        database.execute(
                "insert into identity_role (tenant_id, user_id, roles, assigned_at, assigned_by)"
                        + " select 'tnt_acme', 'usr_' || n, '{tenant_admin}', now(), 'user:a@b.test' from generate_series(1, 2000) n");
        database.revocations.changed(ACME);
        assertGood(token("user:1@acme.test", "usr_1", now));
        assertRefused(token("user:2@acme.test", "usr_2", now.plusSeconds(60)));
        assertThat(database.list.assignedRoles(token("user:1@acme.test", "usr_1", now)))
                .containsExactly("tenant_admin");
    }

    @Test
    void statusThatNobodyKnows_isRefused() {
        told(user(EMAIL, new IdentityStatus("PENDING_REVIEW")), now);
        assertRefused(token("user:" + EMAIL, "usr_jo", now.plusSeconds(60)));
    }

    /** Whatever the order in which they come, the newest word on the status is the one that counts. */
    @Test
    void anyOrderOfEvents_endsInTheSameState() {
        List<Told> events = List.of(
                new Told(user(EMAIL, null), now.minusSeconds(50)),
                new Told(ToldUser.of(JO, IdentityStatus.SUSPENDED), now.minusSeconds(40)),
                new Told(user("jo2@example.test", null), now.minusSeconds(30)),
                new Told(ToldUser.of(JO, IdentityStatus.ACTIVE), now.minusSeconds(20)),
                new Told(new ToldUser(JO, null, null, null, true, null), now.minusSeconds(15)),
                new Told(ToldUser.of(JO, IdentityStatus.SUSPENDED), now.minusSeconds(10)),
                new Told(user("jo3@example.test", null), now.minusSeconds(5)));
        for (int seed = 0; seed < 40; seed++) {
            database.execute("delete from identity_user");
            List<Told> shuffled = new ArrayList<>(events);
            Collections.shuffle(shuffled, new Random(seed));
            shuffled.forEach(event -> told(event.user(), event.at()));
            assertThat(database.column("select status || ' ' || email from identity_user"))
                    .as("seed %d", seed)
                    .containsExactly("SUSPENDED jo3@example.test");
        }
    }

    /** A word on something else must not hide an older one that suspends. */
    @Test
    void suspensionThatComesLate_behindANewerWordOnSomethingElse_counts() {
        told(user(EMAIL, IdentityStatus.ACTIVE), now.minusSeconds(60));
        told(new ToldUser(JO, null, null, null, true, null), now);
        told(ToldUser.of(JO, IdentityStatus.SUSPENDED), now.minusSeconds(30));
        assertRefused(token("user:" + EMAIL, "usr_jo", now.plusSeconds(60)));
    }

    @Test
    void deleted_staysDeleted_whateverOlderComes_andLosesNameAndRoles() {
        told(user(EMAIL, IdentityStatus.ACTIVE), now.minusSeconds(60));
        database.execute("insert into identity_role (tenant_id, user_id, roles, assigned_at, assigned_by)"
                + " values ('tnt_acme', 'usr_jo', '{partner_admin}', now(), 'user:a@b.test')");
        told(ToldUser.of(JO, IdentityStatus.DELETED), now);
        told(user(EMAIL, IdentityStatus.ACTIVE), now.minusSeconds(30));
        assertThat(database.column("select status || ' ' || coalesce(display_name, 'nobody') from identity_user"))
                .containsExactly("DELETED nobody");
        assertThat(database.column("select user_id from identity_role")).isEmpty();
        assertThat(database.directory.user(ACME, "usr_jo")).isEmpty();
    }

    @Test
    void addressThatIsSomebodyElsesNow_letsTheNewOneIn_andNotTheOldOne() {
        told(user(EMAIL, IdentityStatus.ACTIVE), now.minusSeconds(600));
        told(ToldUser.of(JO, IdentityStatus.DELETED), now.minusSeconds(300));
        told(
                new ToldUser(new UserId("usr_new"), EMAIL, null, IdentityStatus.ACTIVE, null, null),
                now.minusSeconds(100));
        assertGood(token("user:" + EMAIL, "usr_new", now));
        assertRefused(token("user:" + EMAIL, "usr_jo", now));
        assertThat(database.directory.user(ACME, "user:" + EMAIL).map(UserEntry::id))
                .contains("usr_new");
    }

    @Test
    void password_endsWhatWasIssuedByThen_underEveryName() {
        told(user(EMAIL, IdentityStatus.ACTIVE), now.minusSeconds(60));
        database.transactions.inTransaction(
                ACME, tx -> database.mirror.passwordChanged(tx, ToldUser.of(JO, IdentityStatus.ACTIVE), now));
        database.revocations.changed(ACME);
        assertRefused(token("user:" + EMAIL, null, now));
        assertRefused(token("user:anything@example.test", "usr_jo", now));
        assertGood(token("user:" + EMAIL, "usr_jo", now.plusSeconds(1)));
    }

    @Test
    void suspendedTenant_isRefused_andSoIsOneThatAppearsLater_untilItIsActive() {
        PartnerId partner = IdentityDatabase.PARTNER;
        TenantId unseen = new TenantId("tnt_unseen");
        tenants(
                now,
                new ToldTenant(ACME, "Acme", null, IdentityStatus.SUSPENDED),
                new ToldTenant(unseen, "Unseen", null, IdentityStatus.SUSPENDED));
        assertTenantDenied(ACME);
        database.tenants.know(unseen, partner);
        assertTenantDenied(unseen);
        tenants(now.plusSeconds(1), new ToldTenant(ACME, null, null, IdentityStatus.ACTIVE));
        assertGood(token("sa:mailer", null, now));
        assertTenantDenied(unseen);
    }

    @Test
    void suspendedPartner_suspendsAllItsTenants_andNoOthers() {
        TenantId other = new TenantId("tnt_other");
        database.tenants.know(other, new PartnerId("ptn_b"));
        TenantId suspendedByItself = new TenantId("tnt_alone");
        database.tenants.know(suspendedByItself, IdentityDatabase.PARTNER);
        tenants(now, new ToldTenant(suspendedByItself, null, null, IdentityStatus.SUSPENDED));
        partner(IdentityStatus.SUSPENDED, now);
        assertTenantDenied(ACME);
        database.tenants.know(new TenantId("tnt_later"), IdentityDatabase.PARTNER);
        assertTenantDenied(new TenantId("tnt_later"));
        database.list.require(database.token(other, "sa:mailer", null, now));

        partner(IdentityStatus.ACTIVE, now.plusSeconds(1));
        assertGood(token("sa:mailer", null, now));
        database.list.require(database.token(new TenantId("tnt_later"), "sa:mailer", null, now));
        assertTenantDenied(suspendedByItself);
    }

    @Test
    void tenantThatBecomesKnown_whileItsPartnerIsBeingSuspended_isNotServed() {
        TenantId between = new TenantId("tnt_between");
        database.tenants.know(IdentityDatabase.SPACE, IdentityDatabase.PARTNER);
        var known = database.transactions.inTransaction(IdentityDatabase.SPACE, tx -> {
            database.mirror.partner(
                    tx, new ToldPartner(IdentityDatabase.PARTNER, "A", null, null, IdentityStatus.SUSPENDED), now);
            return database.meanwhile(() -> database.tenants.know(between, IdentityDatabase.PARTNER));
        });
        assertThat(known.join()).isEqualTo(IdentityDatabase.PARTNER);
        assertTenantDenied(between);
    }

    @Test
    void tenantThatAnOperatorSuspended_isNotLetInByScaiKey() {
        database.execute("update tenant set status = 'suspended' where tenant_id = 'tnt_acme'");
        tenants(now, new ToldTenant(ACME, null, null, IdentityStatus.SUSPENDED));
        tenants(now.plusSeconds(1), new ToldTenant(ACME, null, null, IdentityStatus.ACTIVE));
        assertTenantDenied(ACME);
    }

    @Test
    void members_comeAndGo_inAnyOrder() {
        GroupId ops = new GroupId("grp_ops");
        database.transactions.inTransaction(
                ACME, tx -> database.mirror.groups(tx, List.of(new ToldGroup(ops, "ops", null, null)), now));
        told(user(EMAIL, IdentityStatus.ACTIVE), now);
        member(ops, false, now.plusSeconds(5));
        member(ops, true, now);
        assertThat(database.directory
                        .members(ACME, "grp_ops", new PageRequest(1, 10))
                        .items())
                .isEmpty();
        member(ops, true, now.plusSeconds(9));
        assertThat(database.directory.user(ACME, "usr_jo").orElseThrow().groups())
                .containsExactly("grp_ops");
        assertThat(database.directory.group(ACME, "group:ops").orElseThrow().memberCount())
                .isEqualTo(1);
    }

    /** Row-level security, without any filter of the service. */
    @Test
    void withoutTenant_thereAreNoRows_andTheAppRemovesNone() throws SQLException {
        told(user(EMAIL, IdentityStatus.ACTIVE), now);
        partner(IdentityStatus.ACTIVE, now);
        tenants(now, new ToldTenant(ACME, "Acme", null, null));
        List<String> tables = List.of(
                "identity_partner",
                "identity_tenant",
                "identity_user",
                "identity_group",
                "identity_membership",
                "identity_role",
                "identity_event",
                "identity_sync");
        try (Connection connection = database.appLogin().getConnection();
                Statement statement = connection.createStatement()) {
            for (String table : tables) {
                try (var rows = statement.executeQuery("select count(*) from " + table)) {
                    rows.next();
                    assertThat(rows.getLong(1)).as(table).isZero();
                }
            }
            for (String forbidden : List.of(
                    "delete from identity_user",
                    "delete from identity_event",
                    "delete from identity_sync",
                    "update tenant set status = 'active'",
                    "update tenant set suspended_by_scaikey = false",
                    "truncate identity_user")) {
                assertThatThrownBy(() -> statement.execute(forbidden))
                        .as(forbidden)
                        .hasMessageContaining("permission denied");
            }
            statement.execute("select set_config('app.tenant_id', 'tnt_other', false)");
            try (var rows = statement.executeQuery("select count(*) from identity_standings('tnt_acme')")) {
                rows.next();
                assertThat(rows.getLong(1)).isZero();
            }
        }
        try (Connection connection = database.worker().getConnection();
                Statement statement = connection.createStatement()) {
            for (String forbidden : List.of(
                    "select email from identity_user",
                    "select problem from identity_sync",
                    "select name from identity_tenant")) {
                assertThatThrownBy(() -> statement.execute(forbidden))
                        .as(forbidden)
                        .hasMessageContaining("permission denied");
            }
        }
    }

    private void member(GroupId group, boolean present, Instant at) {
        database.transactions.inTransaction(
                ACME,
                tx -> database.mirror.members(tx, group, List.of(new ToldMember(JO, "DIRECT", null, present)), at));
    }

    private void tenants(Instant at, ToldTenant... told) {
        inSpace(tx -> database.mirror.tenants(tx, List.of(told), at));
    }

    private void partner(IdentityStatus status, Instant at) {
        inSpace(tx ->
                database.mirror.partner(tx, new ToldPartner(IdentityDatabase.PARTNER, "A", null, null, status), at));
    }

    private void inSpace(Function<ai.scailabs.vault.persistence.tenant.TenantTransaction, MirrorChanges> work) {
        database.tenants.know(IdentityDatabase.SPACE, IdentityDatabase.PARTNER);
        database.transactions.inTransaction(IdentityDatabase.SPACE, work);
        database.revocations.changedEverywhere();
    }

    private void assertTenantDenied(TenantId tenant) {
        assertThatThrownBy(() -> database.list.require(database.token(tenant, "sa:mailer", null, now)))
                .isInstanceOfSatisfying(
                        VaultException.class,
                        refusal -> assertThat(refusal.code()).isEqualTo(ErrorCode.TENANT_ACCESS_DENIED));
        assertThatThrownBy(() -> database.list.requireActive(tenant)).isInstanceOf(VaultException.class);
    }

    private record Told(ToldUser user, Instant at) {}
}
