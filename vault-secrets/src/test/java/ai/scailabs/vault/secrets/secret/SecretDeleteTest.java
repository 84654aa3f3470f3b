package ai.scailabs.vault.secrets.secret;

import static ai.scailabs.vault.secrets.Refusals.refused;
import static org.assertj.core.api.Assertions.assertThat;

import ai.scailabs.vault.access.identity.Actor;
import ai.scailabs.vault.access.policy.Permission;
import ai.scailabs.vault.audit.trail.AuditAction;
import ai.scailabs.vault.kernel.error.ErrorCode;
import ai.scailabs.vault.kernel.path.SecretPath;
import ai.scailabs.vault.secrets.TestVault;
import ai.scailabs.vault.secrets.lifecycle.PurgeCounts;
import ai.scailabs.vault.secrets.lifecycle.PurgeJob;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.Statement;
import java.time.Duration;
import java.util.UUID;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SecretDeleteTest {
    private static final SecretPath PATH = new SecretPath("app/db");

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
    void softDeletedSecret_isHiddenAndItsPathIsTaken() {
        Actor actor = vault.owner();
        Actor reader = vault.actor(actor.tenant(), actor.partner(), "user:reader", java.util.Set.of());
        vault.grant(reader, "app/**", "read");
        vault.put(actor, "app/db", "{}");

        DeleteResult deleted = softDelete(actor, Precondition.ANY);

        assertThat(deleted.permanent()).isFalse();
        assertThat(deleted.versionCount()).isEqualTo(1);
        assertThat(Duration.between(vault.clock.instant(), deleted.recoverableUntil()))
                .isBetween(Duration.ofDays(29), Duration.ofDays(30));
        assertThat(refused(ErrorCode.SECRET_NOT_FOUND, () -> vault.get(actor, "app/db"))
                        .details())
                .containsEntry("deleted", true);
        assertThat(refused(ErrorCode.SECRET_NOT_FOUND, () -> vault.get(reader, "app/db"))
                        .details())
                .doesNotContainKey("deleted");
        refused(ErrorCode.SECRET_EXISTS, () -> vault.put(actor, "app/db", "{}"));
        refused(
                ErrorCode.SECRET_EXISTS,
                () -> vault.put(actor, "app/db", TestVault.draft("{}"), Precondition.MUST_NOT_EXIST));
        refused(ErrorCode.SECRET_NOT_FOUND, () -> softDelete(actor, Precondition.ANY));
        refused(ErrorCode.SECRET_NOT_FOUND, () -> destroyVersion(actor, 1));
    }

    @Test
    void preconditionOfDelete_holdsOrConflicts() {
        Actor actor = vault.owner();
        vault.put(actor, "app/db", "{}");

        refused(ErrorCode.VERSION_CONFLICT, () -> softDelete(actor, new Precondition.VersionIs(2)));
        refused(ErrorCode.VERSION_CONFLICT, () -> destroy(actor, new Precondition.VersionIs(2)));
        softDelete(actor, new Precondition.VersionIs(1));
        assertThat(destroy(actor, new Precondition.VersionIs(1)).permanent()).isTrue();
    }

    @Test
    void restore_bringsAllVersionsBack() {
        Actor actor = vault.owner();
        vault.put(actor, "app/db", "{\"v\":1}");
        vault.put(actor, "app/db", "{\"v\":2}");
        assertThat(refused(ErrorCode.CONFLICT, () -> restore(actor)).details()).containsEntry("state", "active");
        softDelete(actor, Precondition.ANY);

        SecretView restored = restore(actor);

        assertThat(restored.version()).isEqualTo(2);
        assertThat(restored.deletedAt()).isNull();
        assertThat(vault.get(actor, "app/db", 1)).isEqualTo("{\"v\":1}");
        assertThat(vault.get(actor, "app/db")).isEqualTo("{\"v\":2}");
        assertThat(vault.put(actor, "app/db", "{}").view().version()).isEqualTo(3);
    }

    @Test
    void restoreOfNothing_isNotFound() {
        Actor actor = vault.owner();
        refused(ErrorCode.SECRET_NOT_FOUND, () -> restore(actor));
    }

    @Test
    void destroyedSecret_leavesATombstoneAndNothingElse() {
        Actor actor = vault.owner();
        vault.put(actor, "app/db", "{\"v\":1}");
        vault.put(actor, "app/db", "{\"v\":2}");
        vault.get(actor, "app/db");
        vault.accessTimes.flush();

        DeleteResult destroyed = destroy(actor, Precondition.ANY);

        assertThat(destroyed.versionCount()).isEqualTo(2);
        assertThat(destroyed.recoverableUntil()).isNull();
        for (String table : new String[] {"secret", "secret_version", "secret_access"}) {
            assertThat(vault.text("select count(*) from " + table + " where tenant_id = '" + actor.tenant() + "'"))
                    .as(table)
                    .isEqualTo("0");
        }
        assertThat(vault.text("select path || ' ' || destroyed_by || ' ' || last_version from secret_tombstone"
                        + " where tenant_id = '" + actor.tenant() + "'"))
                .isEqualTo("app/db user:someone 2");
        refused(ErrorCode.SECRET_NOT_FOUND, () -> vault.get(actor, "app/db"));
        refused(ErrorCode.SECRET_NOT_FOUND, () -> restore(actor));
        assertThat(vault.put(actor, "app/db", "{\"v\":3}").view().version()).isEqualTo(1);
        assertThat(vault.get(actor, "app/db")).isEqualTo("{\"v\":3}");
    }

    @Test
    void destroyedVersion_isGoneAndTheOthersStay() {
        Actor actor = vault.owner();
        vault.put(actor, "app/db", "{\"v\":1}");
        vault.put(actor, "app/db", "{\"v\":2}");
        refused(ErrorCode.VERSION_NOT_FOUND, () -> destroyVersion(actor, 3));

        destroyVersion(actor, 1);

        assertThat(refused(ErrorCode.VERSION_NOT_FOUND, () -> vault.get(actor, "app/db", 1))
                        .details())
                .containsEntry("destroyed", true);
        assertThat(vault.get(actor, "app/db")).isEqualTo("{\"v\":2}");
        assertThat(vault.text(
                        "select count(*) from secret_version where wrapped_data_key is null and ciphertext is null"
                                + " and tenant_id = '" + actor.tenant() + "'"))
                .isEqualTo("1");
        assertThat(refused(ErrorCode.VERSION_NOT_FOUND, () -> destroyVersion(actor, 1))
                        .details())
                .containsEntry("destroyed", true);
        destroyVersion(actor, 2);
        refused(ErrorCode.VERSION_NOT_FOUND, () -> vault.get(actor, "app/db"));
        assertThat(vault.put(actor, "app/db", "{}").view().version()).isEqualTo(3);
    }

    @Test
    void purge_destroysWhatIsDueAsItsTenantAndNothingElse() throws Exception {
        Actor due = vault.owner();
        Actor later = vault.owner();
        Actor suspended = vault.owner();
        for (Actor actor : new Actor[] {due, later, suspended}) {
            vault.put(actor, "app/db", "{}");
            vault.put(actor, "app/db", "{}");
            vault.put(actor, "app/live", "{}");
        }
        softDelete(due, Precondition.ANY);
        softDelete(suspended, Precondition.ANY);
        vault.clock.advance(Duration.ofDays(20));
        softDelete(later, Precondition.ANY);
        PurgeJob job = new PurgeJob(
                vault.database.worker().dataSource(), vault.secrets, vault.entries, vault.ids, vault.clock);
        job.run();
        assertThat(count(due)).isEqualTo("2");
        vault.clock.advance(Duration.ofDays(11));
        vault.execute("update tenant set status = 'suspended' where tenant_id = '" + suspended.tenant() + "'");

        try (Connection held = vault.database.worker().dataSource().getConnection();
                Statement lock = held.createStatement()) {
            lock.execute("select pg_advisory_lock(" + 0x5CA1_0000_0000_0001L + ")");
            assertThat(job.run()).as("another instance is at it").isEqualTo(new PurgeCounts(0, 0, 0));
        }
        PurgeCounts counts = job.run();

        assertThat(counts.secrets()).isPositive();
        assertThat(counts.skipped()).isZero();
        assertThat(count(due)).isEqualTo("1");
        assertThat(count(later)).isEqualTo("2");
        assertThat(count(suspended)).isEqualTo("2");
        assertThat(vault.get(due, "app/live")).isEqualTo("{}");
        assertThat(vault.text(
                        "select identity_id || ' ' || secret_path from audit_log where action = 'purge' and tenant_id = '"
                                + due.tenant() + "'"))
                .isEqualTo("system:purge app/db");
        assertThat(vault.text("select destroyed_by from secret_tombstone where tenant_id = '" + due.tenant() + "'"))
                .isEqualTo("system:purge");
        assertThat(job.run()).isEqualTo(new PurgeCounts(0, 0, 0));
    }

    @Test
    void versionADayPastItsGrace_isDestroyed_whenNoPolicyWouldDoSo() {
        Actor left = vault.owner();
        Actor within = vault.owner();
        Actor governed = vault.owner();
        for (Actor actor : new Actor[] {left, within, governed}) {
            vault.put(actor, "app/db", "{\"v\":1}");
            vault.put(actor, "app/db", "{\"v\":2}");
            vault.execute("update secret_version set readable_until = '"
                    + vault.clock.instant().plus(Duration.ofHours(actor == within ? 48 : 1))
                    + "' where version = 1 and tenant_id = '" + actor.tenant() + "'");
        }
        underPolicy(governed);
        PurgeJob job = new PurgeJob(
                vault.database.worker().dataSource(), vault.secrets, vault.entries, vault.ids, vault.clock);
        vault.clock.advance(Duration.ofHours(24));
        assertThat(job.run()).isEqualTo(new PurgeCounts(0, 0, 0));
        vault.clock.advance(Duration.ofHours(2));

        assertThat(job.run()).isEqualTo(new PurgeCounts(0, 1, 0));

        assertThat(destroyed(left)).isEqualTo("1");
        assertThat(destroyed(within)).isEqualTo("0");
        assertThat(destroyed(governed)).isEqualTo("0");
        assertThat(vault.get(left, "app/db")).isEqualTo("{\"v\":2}");
        assertThat(vault.text(
                        "select identity_id || ' ' || secret_path || ' ' || (extra_data ->> 'version') from audit_log where action = 'purge' and tenant_id = '"
                                + left.tenant() + "'"))
                .isEqualTo("system:purge app/db 1");
        assertThat(job.run()).isEqualTo(new PurgeCounts(0, 0, 0));
    }

    /** Whoever takes it over puts it under a policy again. */
    @Test
    void versionPastItsGrace_staysADayAfterItsSecretHasLeftItsPolicy() {
        Actor leaving = vault.owner();
        String versions = " where version = 1 and tenant_id = '" + leaving.tenant() + "'";
        vault.put(leaving, "app/db", "{\"v\":1}");
        vault.put(leaving, "app/db", "{\"v\":2}");
        vault.execute("update secret_version set readable_until = '"
                + vault.clock.instant().minus(Duration.ofDays(3)) + "'" + versions);
        underPolicy(leaving);
        vault.execute("delete from rotation_assignment where tenant_id = '" + leaving.tenant() + "'");
        assertThat(vault.text("select left_policy_at between now() - interval '1 minute' and now() from secret_version"
                        + versions))
                .isEqualTo("t");
        vault.execute("update secret_version set left_policy_at = '" + vault.clock.instant() + "'" + versions);
        PurgeJob job = new PurgeJob(
                vault.database.worker().dataSource(), vault.secrets, vault.entries, vault.ids, vault.clock);

        assertThat(job.run()).isEqualTo(new PurgeCounts(0, 0, 0));
        vault.clock.advance(Duration.ofHours(25));
        assertThat(job.run()).isEqualTo(new PurgeCounts(0, 1, 0));
        assertThat(destroyed(leaving)).isEqualTo("1");
    }

    private static void underPolicy(Actor actor) {
        String tenant = "'" + actor.tenant() + "'";
        String policy = "'" + UUID.randomUUID() + "'";
        vault.execute(
                "insert into rotation_policy (tenant_id, policy_id, name, interval_text, interval_seconds, grace_text, grace_seconds, auto_generate, webhook_ids, is_active, revision, created_at, created_by, updated_at)"
                        + " values (" + tenant + ", " + policy
                        + ", 'monthly', '30d', 2592000, '1h', 3600, false, '{}', true, 1, now(), 'user:someone', now())");
        vault.execute(
                "insert into rotation_assignment (tenant_id, path, assignment_id, policy_id, standing_right, attached_at, attached_by, rotated_at, due_at, version, told_version)"
                        + " values (" + tenant + ", 'app/db', gen_random_uuid(), " + policy
                        + ", 'none', now(), 'user:someone', now(), now(), 2, 2)");
    }

    private static String destroyed(Actor actor) {
        return vault.text(
                "select count(*) from secret_version where destroyed_at is not null and wrapped_data_key is null"
                        + " and tenant_id = '" + actor.tenant() + "'");
    }

    private static String count(Actor actor) {
        return vault.text("select count(*) from secret where tenant_id = '" + actor.tenant() + "'");
    }

    private static DeleteResult softDelete(Actor actor, Precondition precondition) {
        return vault.secrets.softDelete(
                vault.permit(actor, Permission.DELETE, "app/db"),
                TestVault.space(actor),
                PATH,
                precondition,
                vault.entry(actor, AuditAction.DELETE, "app/db"));
    }

    private static DeleteResult destroy(Actor actor, Precondition precondition) {
        return vault.secrets.destroy(
                vault.permit(actor, Permission.DELETE, "app/db"),
                TestVault.space(actor),
                PATH,
                precondition,
                vault.entry(actor, AuditAction.DELETE, "app/db"));
    }

    private static void destroyVersion(Actor actor, int version) {
        vault.secrets.destroyVersion(
                vault.permit(actor, Permission.DELETE, "app/db"),
                TestVault.space(actor),
                PATH,
                version,
                vault.entry(actor, AuditAction.DELETE, "app/db"));
    }

    private static SecretView restore(Actor actor) {
        return vault.secrets.restore(
                vault.permit(actor, Permission.WRITE, "app/db"),
                TestVault.space(actor),
                PATH,
                vault.entry(actor, AuditAction.RESTORE, "app/db"));
    }
}
