package ai.scailabs.vault.secrets.secret;

import static ai.scailabs.vault.secrets.Refusals.refused;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.scailabs.vault.access.decision.Permit;
import ai.scailabs.vault.access.identity.Actor;
import ai.scailabs.vault.access.policy.Permission;
import ai.scailabs.vault.audit.trail.AuditAction;
import ai.scailabs.vault.kernel.error.ErrorCode;
import ai.scailabs.vault.kernel.id.TenantId;
import ai.scailabs.vault.kernel.path.SecretPath;
import ai.scailabs.vault.secrets.TestVault;
import ai.scailabs.vault.testkit.UnfilteredDataSource;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SecretReadTest {
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
    void anotherTenantsPath_isNotFound() {
        Actor one = vault.owner();
        Actor other = vault.owner();
        vault.put(one, "app/db", "{\"k\":\"one\"}");

        refused(ErrorCode.SECRET_NOT_FOUND, () -> vault.get(other, "app/db"));
    }

    @Test
    void samePathInTwoTenants_isTwoSecrets() {
        Actor one = vault.owner();
        Actor other = vault.owner();
        vault.put(one, "app/db", "{\"k\":\"one\"}");
        vault.put(other, "app/db", "{\"k\":\"other\"}");

        assertThat(vault.get(one, "app/db")).isEqualTo("{\"k\":\"one\"}");
        assertThat(vault.get(other, "app/db")).isEqualTo("{\"k\":\"other\"}");
    }

    @Test
    void permitForAnotherPathTenantOrPermission_isRefused() {
        Actor one = vault.owner();
        Actor other = vault.owner();
        vault.put(one, "app/a", "{}");
        vault.put(one, "app/b", "{}");
        Permit permit = vault.permit(one, Permission.READ, "app/a");
        Permit list = vault.permit(one, Permission.LIST, "app/a");

        assertThatThrownBy(() -> vault.secrets.read(permit, TestVault.space(one), new SecretPath("app/b"), null))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> vault.secrets.read(permit, TestVault.space(other), new SecretPath("app/a"), null))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> vault.secrets.read(list, TestVault.space(one), new SecretPath("app/a"), null))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void permitFromBeforeThePolicyWasRemoved_isDenied() {
        Actor actor = vault.stranger();
        String policy = vault.grant(actor, "app/**", "read", "write");
        vault.put(actor, "app/db", "{\"k\":1}");
        Permit read = vault.permit(actor, Permission.READ, "app/db");
        Permit write = vault.permit(actor, Permission.WRITE, "app/db");

        vault.withdraw(actor, policy);

        refused(
                ErrorCode.ACCESS_DENIED,
                () -> vault.secrets.read(read, TestVault.space(actor), new SecretPath("app/db"), null));
        refused(
                ErrorCode.ACCESS_DENIED,
                () -> vault.secrets.write(
                        write,
                        TestVault.space(actor),
                        new SecretPath("app/db"),
                        TestVault.draft("{}"),
                        Precondition.ANY,
                        vault.entry(actor, AuditAction.WRITE, "app/db")));
        assertThat(vault.text("select current_version from secret where tenant_id = '" + actor.tenant() + "'"))
                .isEqualTo("1");
    }

    @Test
    void policyRemovedWhileTheValueIsSealed_writesNothing() {
        Actor actor = vault.stranger();
        String policy = vault.grant(actor, "app/**", "read", "write");
        vault.put(actor, "app/db", "{\"k\":1}");
        Permit write = vault.permit(actor, Permission.WRITE, "app/db");
        boolean[] once = {false};
        vault.root.beforeUnwrap(() -> {
            if (!once[0]) {
                once[0] = true;
                vault.withdraw(actor, policy);
            }
        });
        try {
            refused(
                    ErrorCode.ACCESS_DENIED,
                    () -> vault.secrets.write(
                            write,
                            TestVault.space(actor),
                            new SecretPath("app/db"),
                            TestVault.draft("{}"),
                            Precondition.ANY,
                            vault.entry(actor, AuditAction.WRITE, "app/db")));
        } finally {
            vault.root.beforeUnwrap(() -> {});
        }
        assertThat(vault.text("select max(version) from secret_version where tenant_id = '" + actor.tenant() + "'"))
                .isEqualTo("1");
    }

    @Test
    void suspendedTenant_isDenied() {
        Actor actor = vault.owner();
        vault.put(actor, "a", "{}");
        Permit permit = vault.permit(actor, Permission.READ, "a");
        vault.execute("update tenant set status = 'suspended' where tenant_id = '" + actor.tenant() + "'");

        refused(
                ErrorCode.TENANT_ACCESS_DENIED,
                () -> vault.secrets.read(permit, TestVault.space(actor), new SecretPath("a"), null));
        refused(ErrorCode.TENANT_ACCESS_DENIED, () -> vault.put(actor, "a", "{}"));
    }

    @Test
    void everyEncryptedColumnSwapped_failsToOpen() {
        Actor one = vault.owner();
        Actor sibling = vault.actor(new TenantId(one.tenant() + "s"), one.partner(), "user:sibling", Set.of());
        vault.grant(sibling, "**", "admin");
        Actor other = vault.owner();
        vault.put(one, "app/a", "{\"k\":\"a1\"}");
        vault.put(one, "app/a", "{\"k\":\"a2\"}");
        vault.put(one, "app/b", "{\"k\":\"b1\"}");
        vault.put(sibling, "app/a", "{\"k\":\"sibling\"}");
        vault.put(other, "app/a", "{\"k\":\"other\"}");
        String target = row(one, "app/a", 2);

        for (String source :
                List.of(row(one, "app/a", 1), row(one, "app/b", 1), row(sibling, "app/a", 1), row(other, "app/a", 1))) {
            for (String columns : List.of(
                    "ciphertext",
                    "wrapped_data_key",
                    "tenant_key_id",
                    "wrapped_data_key,ciphertext",
                    "wrapped_data_key,ciphertext,tenant_key_id")) {
                boolean sameKey = columns.equals("tenant_key_id") && source.contains("'" + one.tenant() + "'");
                if (sameKey) {
                    continue;
                }
                vault.execute("create table saved as select * from secret_version where " + target);
                vault.execute("update secret_version set (" + columns + ") = row(" + from(columns)
                        + ") from secret_version o where " + qualified(target, "secret_version") + " and "
                        + qualified(source, "o"));
                refused(ErrorCode.INTEGRITY_FAILURE, () -> vault.get(one, "app/a"));
                vault.execute("update secret_version set (ciphertext, wrapped_data_key, tenant_key_id) ="
                        + " row(saved.ciphertext, saved.wrapped_data_key, saved.tenant_key_id) from saved where "
                        + qualified(target, "secret_version"));
                vault.execute("drop table saved");
                assertThat(vault.get(one, "app/a")).isEqualTo("{\"k\":\"a2\"}");
            }
        }
    }

    @Test
    void tenantKeySwappedWithASiblings_failsToOpen() {
        Actor one = vault.owner();
        Actor sibling = vault.actor(new TenantId(one.tenant() + "s"), one.partner(), "user:sibling", Set.of());
        vault.grant(sibling, "**", "admin");
        vault.put(one, "a", "{\"k\":\"one\"}");
        vault.put(sibling, "a", "{\"k\":\"sibling\"}");

        vault.execute(
                "update tenant_key set wrapped_key = o.wrapped_key from tenant_key o where tenant_key.tenant_id = '"
                        + one.tenant() + "' and o.tenant_id = '" + sibling.tenant() + "'");

        refused(ErrorCode.INTEGRITY_FAILURE, () -> vault.get(one, "a"));
        assertThat(vault.get(sibling, "a")).isEqualTo("{\"k\":\"sibling\"}");
    }

    private static String row(Actor actor, String path, int version) {
        return "tenant_id = '" + actor.tenant() + "' and path = '" + path + "' and version = " + version;
    }

    private static String qualified(String condition, String table) {
        return table + "." + condition.replace(" and ", " and " + table + ".");
    }

    private static String from(String columns) {
        return "o." + columns.replace(",", ", o.");
    }

    @Test
    void missingVersion_isVersionNotFound() {
        Actor actor = vault.owner();
        vault.put(actor, "a", "{}");

        assertThat(refused(ErrorCode.VERSION_NOT_FOUND, () -> vault.get(actor, "a", 2))
                        .details())
                .doesNotContainKey("destroyed");
        assertThat(refused(ErrorCode.SECRET_NOT_FOUND, () -> vault.get(actor, "b"))
                        .details())
                .containsEntry("path", "b")
                .doesNotContainKey("deleted");
    }

    @Test
    void oldVersion_isReadWithItsOwnTypeAndTime() {
        Actor actor = vault.owner();
        vault.put(actor, "a", "{\"k\":1}");
        vault.put(
                actor,
                "a",
                new SecretDraft(
                        TestVault.draft("{\"k\":2}").data(),
                        SecretType.API_KEY,
                        true,
                        null,
                        OptionsPatch.NONE,
                        null,
                        null),
                Precondition.ANY);

        assertThat(vault.get(actor, "a", 1)).isEqualTo("{\"k\":1}");
        try (RevealedSecret old = vault.secrets.read(
                        vault.permit(actor, Permission.READ, "a"), TestVault.space(actor), new SecretPath("a"), 1);
                RevealedSecret current = vault.secrets.read(
                        vault.permit(actor, Permission.READ, "a"), TestVault.space(actor), new SecretPath("a"), null)) {
            assertThat(old.view().type()).isEqualTo(SecretType.KV);
            assertThat(old.view().version()).isEqualTo(1);
            assertThat(current.view().type()).isEqualTo(SecretType.API_KEY);
            assertThat(current.view().version()).isEqualTo(2);
            assertThat(old.versionCreatedAt()).isBefore(current.versionCreatedAt());
        }
    }

    @Test
    void expiredSecret_isKeptOrDenied() {
        Actor actor = vault.owner();
        OptionsPatch soon =
                new OptionsPatch(Change.keep(), Change.setTo(Duration.ofMinutes(1)), Change.keep(), Change.keep());
        OptionsPatch denied =
                new OptionsPatch(Change.keep(), Change.keep(), Change.setTo(ExpireAction.DENY), Change.keep());
        vault.put(actor, "kept", TestVault.draft("{\"k\":1}", null, soon), Precondition.ANY);
        vault.put(actor, "denied", TestVault.draft("{}", null, soon), Precondition.ANY);
        vault.put(actor, "denied", TestVault.draft("{\"k\":1}", null, denied), Precondition.ANY);
        assertThat(vault.get(actor, "denied")).isEqualTo("{\"k\":1}");

        vault.clock.advance(Duration.ofMinutes(2));

        refused(ErrorCode.SECRET_EXPIRED, () -> vault.get(actor, "denied"));
        try (RevealedSecret kept = vault.secrets.read(
                vault.permit(actor, Permission.READ, "kept"), TestVault.space(actor), new SecretPath("kept"), null)) {
            assertThat(kept.expired()).isTrue();
        }
        vault.put(actor, "denied", "{\"k\":2}");
        assertThat(vault.get(actor, "denied"))
                .as("expires_in sticks and counts anew")
                .isEqualTo("{\"k\":2}");
    }

    @Test
    void sharedSecret_isReadBySiblingsWithARule_andWrittenByPartnerAdminsOnly() {
        Actor admin = vault.actor(
                new TenantId("tnt_admin"), vault.stranger().partner(), "user:admin", Set.of(Actor.PARTNER_ADMIN));
        Actor tenant = vault.actor(new TenantId("tnt_reader"), admin.partner(), "user:reader", Set.of());
        Actor foreign = vault.owner();
        String rule = vault.grant(admin, "partner/**", "admin");
        vault.grant(foreign, "partner/**", "admin");
        SecretPath path = new SecretPath("tls/ca");
        SecretSpace space = SecretSpace.sharedBy(admin.partner());
        vault.secrets.write(
                vault.access.requireShared(admin, Permission.WRITE, path),
                space,
                path,
                TestVault.draft("{\"k\":\"shared\"}"),
                Precondition.ANY,
                vault.entry(space.owner(), admin, AuditAction.WRITE, "tls/ca"));

        refused(ErrorCode.ACCESS_DENIED, () -> vault.access.requireShared(tenant, Permission.READ, path));
        vault.grant(tenant, "partner/tls/*", "read", "write");
        refused(ErrorCode.ACCESS_DENIED, () -> vault.access.requireShared(tenant, Permission.WRITE, path));
        Permit permit = vault.access.requireShared(tenant, Permission.READ, path);
        try (RevealedSecret read = vault.secrets.read(permit, space, path, null)) {
            assertThat(TestVault.text(read)).isEqualTo("{\"k\":\"shared\"}");
        }
        Permit theirs = vault.access.requireShared(foreign, Permission.READ, path);
        assertThatThrownBy(() -> vault.secrets.read(theirs, space, path, null))
                .isInstanceOf(IllegalArgumentException.class);
        refused(
                ErrorCode.SECRET_NOT_FOUND,
                () -> vault.secrets.read(theirs, SecretSpace.sharedBy(foreign.partner()), path, null));

        Permit allowed = vault.access.requireShared(admin, Permission.WRITE, path);
        vault.withdraw(admin, rule);
        refused(
                ErrorCode.ACCESS_DENIED,
                () -> vault.secrets.write(
                        allowed,
                        space,
                        path,
                        TestVault.draft("{\"k\":\"late\"}"),
                        Precondition.ANY,
                        vault.entry(space.owner(), admin, AuditAction.WRITE, "tls/ca")));
    }

    @Test
    void withoutTheApplicationsTenantFilters_rowLevelSecurityHolds() throws Exception {
        UnfilteredDataSource[] source = new UnfilteredDataSource[1];
        try (TestVault open = TestVault.open(folder, dataSource -> {
            source[0] = new UnfilteredDataSource(dataSource);
            return source[0];
        })) {
            source[0].unfilterFunctions(open.database.owner().dataSource());
            Actor one = open.owner();
            Actor other = open.owner();
            open.put(one, "app/db", "{\"k\":\"one\"}");
            open.put(one, "app/db", "{\"k\":\"one2\"}");
            open.put(other, "app/x", "{\"k\":\"other\"}");

            refused(ErrorCode.SECRET_NOT_FOUND, () -> open.get(other, "app/db"));
            refused(
                    ErrorCode.SECRET_NOT_FOUND,
                    () -> open.secrets.destroy(
                            open.permit(other, Permission.DELETE, "app/db"),
                            TestVault.space(other),
                            new SecretPath("app/db"),
                            Precondition.ANY,
                            open.entry(other, AuditAction.DELETE, "app/db")));
            open.put(other, "app/db", "{\"k\":\"mine\"}");
            assertThat(open.get(one, "app/db")).isEqualTo("{\"k\":\"one2\"}");
            assertThat(open.get(other, "app/db")).isEqualTo("{\"k\":\"mine\"}");
            assertThat(source[0].removedFilters()).isPositive();
        }
    }

    @Test
    void reads_areNotedAtMostOncePerMinute() {
        Actor actor = vault.owner();
        vault.put(actor, "a", "{}");
        vault.accessTimes.flush();
        vault.get(actor, "a");
        vault.get(actor, "a");

        assertThat(vault.accessTimes.flush()).isEqualTo(1);
        vault.get(actor, "a");
        assertThat(vault.accessTimes.flush()).isZero();
        MetadataView seen = vault.secrets.metadata(
                vault.permit(actor, Permission.LIST, "a"), TestVault.space(actor), new SecretPath("a"));
        assertThat(seen.secret().lastAccessedAt()).isNotNull();

        vault.clock.advance(Duration.ofSeconds(70));
        vault.accessTimes.flush();
        vault.get(actor, "a");
        assertThat(vault.accessTimes.flush()).isEqualTo(1);
        MetadataView later = vault.secrets.metadata(
                vault.permit(actor, Permission.LIST, "a"), TestVault.space(actor), new SecretPath("a"));
        assertThat(later.secret().lastAccessedAt()).isAfter(seen.secret().lastAccessedAt());
    }
}
