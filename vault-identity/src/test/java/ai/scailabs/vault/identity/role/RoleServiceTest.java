package ai.scailabs.vault.identity.role;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.scailabs.vault.access.identity.Actor;
import ai.scailabs.vault.audit.trail.AuditAction;
import ai.scailabs.vault.identity.IdentityDatabase;
import ai.scailabs.vault.identity.directory.IdentityStatus;
import ai.scailabs.vault.identity.directory.UserId;
import ai.scailabs.vault.identity.mirror.ToldUser;
import ai.scailabs.vault.kernel.error.ErrorCode;
import ai.scailabs.vault.kernel.error.VaultException;
import ai.scailabs.vault.kernel.id.IdentityId;
import ai.scailabs.vault.kernel.id.TenantId;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Advisories CVE-2025-5999, CVE-2024-9180 and their like: nobody gets a role that they could not be given. */
class RoleServiceTest {
    private static final TenantId ACME = IdentityDatabase.ACME;
    private static final String JO = "usr_jo";
    private static final String SUPER = "usr_super";

    private static IdentityDatabase database;
    private static RoleService roles;

    @BeforeAll
    static void open() {
        database = new IdentityDatabase();
        roles = new RoleService(database.transactions, database.revocations, database.clock);
        for (ToldUser user : List.of(
                new ToldUser(new UserId(JO), "jo@example.test", null, null, null, List.of()),
                new ToldUser(new UserId("usr_admin"), "admin@example.test", null, null, null, List.of()),
                new ToldUser(new UserId(SUPER), null, null, null, null, List.of("super_admin")),
                new ToldUser(new UserId("usr_gone"), null, null, IdentityStatus.DELETED, null, null))) {
            database.transactions.inTransaction(
                    ACME, tx -> database.mirror.users(tx, List.of(user), database.clock.instant()));
        }
    }

    @AfterAll
    static void close() {
        database.close();
    }

    @BeforeEach
    void forget() {
        database.execute("delete from identity_role");
        database.revocations.changed(ACME);
    }

    private static Actor actor(String... roleNames) {
        return actorCalled("user:admin@example.test", "usr_admin", roleNames);
    }

    private static Actor actorCalled(String identity, @Nullable String subject, String... roleNames) {
        return new Actor(
                new IdentityId(identity),
                subject == null ? null : new IdentityId("user:" + subject),
                "Somebody",
                ACME,
                IdentityDatabase.PARTNER,
                Set.of("identity:admin", "admin"),
                Set.of(),
                Set.of(roleNames),
                null,
                Instant.MAX,
                null,
                null);
    }

    private static UserRoles replace(Actor by, String user, String... names) {
        return roles.replace(by, user, Arrays.asList(names), database.entry(ACME, AuditAction.ROLES_UPDATE));
    }

    private static void assertRefused(ErrorCode code, Actor by, String user, String... names) {
        assertThatThrownBy(() -> replace(by, user, names))
                .isInstanceOfSatisfying(
                        VaultException.class,
                        refusal -> assertThat(refusal.code()).isEqualTo(code));
        assertThat(database.column("select user_id from identity_role")).isEmpty();
    }

    @Test
    void superAdminThatIsBeingGiven_isNotTakenByWhoeverWaited() {
        // What gives it has the person's row until it is committed.
        var taken = database.transactions.inTransaction(ACME, tx -> {
            tx.queryOne(
                    "select 1 from identity_user where tenant_id = ? and user_id = ? for update",
                    (row, number) -> row.getInt(1),
                    ACME.value(),
                    JO);
            tx.update(
                    "insert into identity_role (tenant_id, user_id, roles, assigned_at, assigned_by) values (?, ?, '{super_admin}', now(), 'user:root@example.test')",
                    ACME.value(),
                    JO);
            return database.meanwhile(() -> replace(actor("partner_admin"), JO));
        });
        assertThatThrownBy(taken::join).hasCauseInstanceOf(VaultException.class).hasMessageContaining("super_admin");
        assertThat(database.column("select roles[1] from identity_role")).containsExactly("super_admin");
    }

    static Stream<String> oddSpellings() {
        return Stream.of("super_admin", "partner_admin", "tenant_admin", "root", "admin")
                .flatMap(role -> Stream.of(
                        " " + role,
                        role + " ",
                        role + "\t",
                        "\u00a0" + role,
                        role + "\u200b",
                        role + "\u0000",
                        role + ".",
                        role.toUpperCase(java.util.Locale.ROOT),
                        Character.toUpperCase(role.charAt(0)) + role.substring(1),
                        role.replace('_', '-'),
                        role.replace("_", ""),
                        role.replace('a', '\uff41'),
                        role.replace('a', '\u0430'),
                        role + "," + role,
                        role + " tenant_admin",
                        "role:" + role))
                .filter(name -> AdminRole.parse(name).isEmpty());
    }

    @ParameterizedTest
    @MethodSource("oddSpellings")
    void anotherSpellingOfARole_isNone(String name) {
        assertRefused(ErrorCode.VALIDATION_ERROR, actor("super_admin"), JO, name);
        assertRefused(ErrorCode.VALIDATION_ERROR, actor("super_admin"), JO, "tenant_admin", name);
    }

    @ParameterizedTest
    @ValueSource(strings = {"root", "admin", "", "*", "group:ops", "owner"})
    void nameThatIsNoRole_isRefused(String name) {
        assertRefused(ErrorCode.VALIDATION_ERROR, actor("super_admin"), JO, name);
    }

    @Test
    void roleTwice_orNothingAtAll_isRefused() {
        assertRefused(ErrorCode.VALIDATION_ERROR, actor("super_admin"), JO, "tenant_admin", "tenant_admin");
        assertRefused(ErrorCode.VALIDATION_ERROR, actor("super_admin"), JO, (String) null);
        assertThatThrownBy(() ->
                        roles.replace(actor("super_admin"), JO, null, database.entry(ACME, AuditAction.ROLES_UPDATE)))
                .isInstanceOf(VaultException.class);
    }

    /** Also those that scopes call administrators, and roles that merely look so. */
    @Test
    void whoIsNoAdministratorOfThePartner_changesNothing() {
        for (Actor by : List.of(
                actor(), actor("tenant_admin"), actor("PARTNER_ADMIN"), actor("partner_admin."), actor("admin"))) {
            assertRefused(ErrorCode.FORBIDDEN, by, JO, "tenant_admin");
            assertRefused(ErrorCode.FORBIDDEN, by, JO);
            // Nor learns who there is.
            assertRefused(ErrorCode.FORBIDDEN, by, "usr_nobody", "tenant_admin");
        }
    }

    @Test
    void superAdmin_isGivenAndTakenBySuperAdminsOnly() {
        assertRefused(ErrorCode.FORBIDDEN, actor("partner_admin"), JO, "super_admin");
        assertRefused(ErrorCode.FORBIDDEN, actor("partner_admin", "tenant_admin"), JO, "tenant_admin", "super_admin");
        // Neither taken away, nor kept under another hand.
        assertRefused(ErrorCode.FORBIDDEN, actor("partner_admin"), SUPER);
        assertRefused(ErrorCode.FORBIDDEN, actor("partner_admin"), SUPER, "super_admin");
        assertThat(replace(actor("super_admin"), JO, "super_admin").roles()).containsExactly("super_admin");
    }

    @Test
    void nobodyGivesThemselvesWhatTheyDoNotHave_underNoName() {
        for (Actor self : List.of(
                actor("partner_admin"),
                actorCalled("user:admin@example.test", null, "partner_admin"),
                actorCalled("user:usr_admin", null, "partner_admin"),
                actorCalled("user:new-address@example.test", "usr_admin", "partner_admin"))) {
            assertRefused(ErrorCode.FORBIDDEN, self, "usr_admin", "partner_admin", "tenant_admin");
            assertRefused(ErrorCode.FORBIDDEN, self, "usr_admin", "tenant_admin");
        }
        assertThat(replace(actor("partner_admin"), "usr_admin", "partner_admin").roles())
                .containsExactly("partner_admin");
        assertThat(replace(actor("partner_admin"), "usr_admin").roles()).isEmpty();
    }

    @Test
    void whoIsNotThere_isNotFound() {
        for (String id : List.of("usr_nobody", "usr_gone", "jo@example.test", "user:jo@example.test", "usr_jo ", "")) {
            assertRefused(ErrorCode.IDENTITY_NOT_FOUND, actor("super_admin"), id, "tenant_admin");
        }
    }

    @Test
    void assigned_countsInThePlaceOfTheToken_atOnce() {
        replace(actor("partner_admin"), JO, "tenant_admin");
        assertThat(assigned("user:jo@example.test", JO)).containsExactly("tenant_admin");
        assertThat(assigned("user:renamed@example.test", JO)).containsExactly("tenant_admin");
        // A token of which only the name is known, and one of somebody else who has that name.
        assertThat(assigned("user:jo@example.test", "7c1b")).containsExactly("tenant_admin");
        assertThat(assigned("user:jo@example.test", "usr_other")).isNull();
        // A name that looks like an id gives nothing.
        assertThat(assigned("user:usr_jo", "7c1b")).isNull();
        assertThat(assigned("sa:usr_jo", null)).isNull();

        replace(actor("partner_admin"), JO);
        assertThat(assigned("user:jo@example.test", JO)).isEmpty();
        assertThat(roles.get(ACME, JO).roles()).isEmpty();
        assertThat(roles.get(ACME, JO).assignedBy()).isEqualTo("user:admin@example.test");
        assertThat(roles.get(ACME, SUPER).assignedAt()).isNull();
    }

    private static @Nullable Set<String> assigned(String identity, @Nullable String subject) {
        return database.list.assignedRoles(database.token(ACME, identity, subject, database.clock.instant()));
    }

    @Test
    void change_isToldWithWhatWasBefore() {
        replace(actor("super_admin"), SUPER, "tenant_admin");
        assertThat(
                        database.column(
                                "select (extra_data->>'roles_before') || ' -> ' || (extra_data->>'roles') from audit_log where action = 'roles_update' order by occurred_at desc, log_id desc limit 1"))
                .containsExactly("super_admin -> tenant_admin");
    }
}
