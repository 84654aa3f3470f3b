package ai.scailabs.vault.secrets.version;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.scailabs.vault.access.identity.Actor;
import ai.scailabs.vault.access.policy.Permission;
import ai.scailabs.vault.audit.trail.AuditAction;
import ai.scailabs.vault.kernel.error.ErrorCode;
import ai.scailabs.vault.kernel.error.VaultException;
import ai.scailabs.vault.kernel.path.SecretPath;
import ai.scailabs.vault.secrets.TestRotation;
import ai.scailabs.vault.secrets.TestVault;
import ai.scailabs.vault.secrets.secret.Precondition;
import ai.scailabs.vault.tenancy.rotation.KeyJob;
import ai.scailabs.vault.tenancy.rotation.KeyJobStatus;
import ai.scailabs.vault.tenancy.rotation.KeyLevel;
import ai.scailabs.vault.tenancy.rotation.KeyRights;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class KeyRotationTest {
    @TempDir
    static Path folder;

    private static TestVault vault;
    private static TestRotation rotation;

    private Actor owner;

    @BeforeAll
    static void open() {
        vault = TestVault.open(folder);
        rotation = new TestRotation(vault);
    }

    @AfterAll
    static void close() {
        rotation.close();
        vault.close();
    }

    @BeforeEach
    void newTenant() {
        owner = vault.owner();
    }

    @AfterEach
    void healRootKey() {
        vault.root.beforeUnwrap(() -> {});
    }

    @Test
    void levelThatTheRightsDoNotInclude_isNotRotated() {
        KeyRights own = new KeyRights(owner.tenant(), owner.partner(), false, false);
        for (KeyLevel level : List.of(KeyLevel.PARTNER, KeyLevel.ROOT)) {
            var entry = vault.entry(own.spaceOf(level), owner, AuditAction.KEY_ROTATE, null);
            assertThatThrownBy(() -> rotation.keys.rotate(own, level, owner.identity(), entry))
                    .isInstanceOf(IllegalArgumentException.class);
        }
    }

    @Test
    void everyLevel_leavesNothingBehind_andNoCiphertextChanged() throws Exception {
        fill(700, 600);
        String before = ciphertexts();
        for (KeyLevel level : KeyLevel.values()) {
            String wraps = wraps();
            KeyJob job = rotation.rotate(owner, level);

            assertThat(job.status()).as(job.toString()).isEqualTo(KeyJobStatus.COMPLETED);
            assertThat(job.failed()).isZero();
            assertThat(job.succeeded()).isPositive();
            assertThat(wraps().equals(wraps)).isEqualTo(level != KeyLevel.TENANT);
        }
        assertThat(ciphertexts()).isEqualTo(before);
        assertThat(leftBehind()).isEqualTo("0");
        assertThat(vault.get(owner, "app/secret-7")).isEqualTo("{\"n\": 607}");
        assertThat(vault.get(owner, "app/secret-7", 1)).isEqualTo("{\"n\": 7}");
        assertThat(vault.text("select count(*) from tenant_key where tenant_id = '" + owner.tenant()
                        + "' and state = 'retired' and emptied_at is not null"))
                .isEqualTo("1");
    }

    @Test
    void deletedSecrets_areWrappedAnewToo_andWhatWasDestroyedIsNot() throws Exception {
        fill(6, 3);
        vault.secrets.softDelete(
                vault.permit(owner, Permission.DELETE, "app/secret-0"),
                TestVault.space(owner),
                new SecretPath("app/secret-0"),
                Precondition.ANY,
                vault.entry(owner, AuditAction.DELETE, "app/secret-0"));
        vault.secrets.destroyVersion(
                vault.permit(owner, Permission.DELETE, "app/secret-1"),
                TestVault.space(owner),
                new SecretPath("app/secret-1"),
                1,
                vault.entry(owner, AuditAction.DELETE, "app/secret-1"));

        KeyJob job = rotation.rotate(owner, KeyLevel.TENANT);

        assertThat(job.total()).isEqualTo(5);
        assertThat(job.succeeded()).isEqualTo(5);
        assertThat(leftBehind()).isEqualTo("0");
        vault.secrets.restore(
                vault.permit(owner, Permission.WRITE, "app/secret-0"),
                TestVault.space(owner),
                new SecretPath("app/secret-0"),
                vault.entry(owner, AuditAction.RESTORE, "app/secret-0"));
        assertThat(vault.get(owner, "app/secret-0", 1)).isEqualTo("{\"n\": 0}");
    }

    @Test
    void whatDoesNotOpen_isCountedAndNamed_staysAsItIs_andHoldsNothingUp() throws Exception {
        fill(10, 10);
        String where = " where tenant_id = '" + owner.tenant() + "' and path = ";
        vault.execute(
                "update secret_version set wrapped_data_key = set_byte(wrapped_data_key, 60, 255 - get_byte(wrapped_data_key, 60))"
                        + where + "'app/secret-3'");
        vault.execute("update secret_version set tenant_key_id = gen_random_uuid()" + where + "'app/secret-5'");
        vault.execute("update secret_version set ciphertext = '\\x00'" + where + "'app/secret-7'");
        String broken =
                vault.text("select string_agg(encode(wrapped_data_key, 'hex'), ' ' order by path) from secret_version"
                        + where + "any('{app/secret-3,app/secret-5,app/secret-7}')");

        KeyJob job = rotation.rotate(owner, KeyLevel.TENANT);

        assertThat(job.status()).isEqualTo(KeyJobStatus.COMPLETED);
        assertThat(job.succeeded()).isEqualTo(7);
        assertThat(job.failed()).isEqualTo(3);
        assertThat(job.processed()).isEqualTo(10);
        assertThat(job.problem()).contains("app/secret-3:1", "app/secret-5:1", "app/secret-7:1");
        assertThat(vault.text(
                        "select string_agg(encode(wrapped_data_key, 'hex'), ' ' order by path) from secret_version"
                                + where + "any('{app/secret-3,app/secret-5,app/secret-7}')"))
                .isEqualTo(broken);
        assertThat(vault.text("select count(*) from tenant_key where tenant_id = '" + owner.tenant()
                        + "' and emptied_at is not null"))
                .isEqualTo("0");
        assertThat(vault.text("select error_code from audit_log where secret_path = '" + job.id()
                        + "' and extra_data ->> 'event' = 'ended'"))
                .isEqualTo("integrity_failure");
    }

    @Test
    void rootKeyThatGoesAwayInTheMiddle_holdsTheJobUp_andEndsNothing() throws Exception {
        fill(1_200, 1_200);
        KeyJob job = rotation.request(owner, KeyLevel.TENANT);
        AtomicInteger calls = new AtomicInteger();
        vault.root.beforeUnwrap(() -> {
            if (calls.incrementAndGet() > 4) {
                throw new VaultException(ErrorCode.KMS_UNAVAILABLE, "The root key does not answer");
            }
        });
        while (calls.get() <= 4) {
            rotation.worker.run();
        }

        KeyJob held = rotation.look(owner, job);
        assertThat(held.status()).isEqualTo(KeyJobStatus.RUNNING);
        assertThat(held.problem()).startsWith("kms_unavailable");
        assertThat(held.retryAt()).isNotNull();
        assertThat(held.failed()).isZero();
        assertThat(held.succeeded()).isPositive().isLessThan(1_200);
        vault.root.beforeUnwrap(() -> {});
        KeyJob ended = rotation.finish(owner, job);
        assertThat(ended.status()).isEqualTo(KeyJobStatus.COMPLETED);
        assertThat(ended.succeeded()).isEqualTo(1_200);
        assertThat(ended.problem()).isNull();
        assertThat(leftBehind()).isEqualTo("0");
    }

    @Test
    void twoInstancesAtOnce_doEverythingOnce() throws Exception {
        fill(1_300, 1_300);
        KeyJob job = rotation.request(owner, KeyLevel.TENANT);
        try (TestRotation other = new TestRotation(vault);
                ExecutorService threads = Executors.newFixedThreadPool(2)) {
            Future<KeyJob> one = threads.submit(() -> rotation.finish(owner, job));
            Future<KeyJob> two = threads.submit(() -> other.finish(owner, job));
            assertThat(one.get()).isEqualTo(two.get());
        }
        KeyJob ended = rotation.look(owner, job);
        assertThat(ended.succeeded()).isEqualTo(1_300);
        assertThat(vault.text("select max(generation) from tenant_key where tenant_id = '" + owner.tenant() + "'"))
                .isEqualTo("2");
        assertThat(vault.text("select count(*) from audit_log where secret_path = '" + job.id()
                        + "' and identity_id = 'system:key-rotation'"))
                .isEqualTo("2");
    }

    @Test
    void readersAndWriters_noticeNothing_andWhatTheyWriteIsUnderTheNewGeneration() throws Exception {
        fill(400, 400);
        AtomicBoolean stop = new AtomicBoolean();
        List<Future<Integer>> load = new ArrayList<>();
        try (ExecutorService threads = Executors.newFixedThreadPool(4)) {
            for (int thread = 0; thread < 4; thread++) {
                int mine = thread;
                load.add(threads.submit(() -> readAndWrite(mine, stop)));
            }
            for (int round = 0; round < 4; round++) {
                for (KeyLevel level : KeyLevel.values()) {
                    KeyJob job = rotation.rotate(owner, level);
                    assertThat(job.failed()).as(job.toString()).isZero();
                }
            }
            stop.set(true);
            for (Future<Integer> each : load) {
                assertThat(each.get()).isPositive();
            }
        }
        assertThat(leftBehind()).isEqualTo("0");
    }

    private int readAndWrite(int thread, AtomicBoolean stop) {
        int version = 0;
        while (!stop.get()) {
            String path = "load/" + thread;
            Precondition asBefore = Precondition.versionIs(version);
            version = vault.put(owner, path, TestVault.draft("{\"n\": " + version + "}"), asBefore)
                    .view()
                    .version();
            assertThat(vault.get(owner, path)).isEqualTo("{\"n\": " + (version - 1) + "}");
            assertThat(vault.get(owner, "app/secret-" + version % 400)).isEqualTo("{\"n\": " + version % 400 + "}");
        }
        return version;
    }

    @Test
    void secretThatSomebodyHolds_isLeftForTheNextPass_andHoldsUpNoOther() throws Exception {
        fill(20, 20);
        KeyJob job = rotation.request(owner, KeyLevel.TENANT);
        try (Connection holder = vault.database.superuser().dataSource().getConnection();
                Statement statement = holder.createStatement()) {
            holder.setAutoCommit(false);
            statement.execute("select from secret where tenant_id = '" + owner.tenant()
                    + "' and path = 'app/secret-4' for update");
            while (rotation.look(owner, job).succeeded() < 19) {
                rotation.worker.run();
            }
            assertThat(rotation.look(owner, job).status()).isEqualTo(KeyJobStatus.RUNNING);
            assertThat(leftBehind()).isEqualTo("1");
        }
        KeyJob ended = rotation.finish(owner, job);
        assertThat(ended.succeeded()).isEqualTo(20);
        assertThat(ended.failed()).isZero();
        assertThat(leftBehind()).isEqualTo("0");
    }

    /** As a writer would that saw the old generation, and whose commit comes late. */
    @Test
    void writerFromBefore_isWaitedFor() throws Exception {
        fill(3, 3);
        try (Connection writer = vault.database.app().dataSource().getConnection();
                Statement statement = writer.createStatement()) {
            writer.setAutoCommit(false);
            statement.execute("select set_config('app.tenant_id', '" + owner.tenant() + "', true)");
            statement.execute("update secret_version set reason = 'late' where path = 'app/secret-0'");
            KeyJob job = rotation.request(owner, KeyLevel.TENANT);
            for (int look = 0; look < 20; look++) {
                rotation.worker.run();
            }
            KeyJob waiting = rotation.look(owner, job);
            assertThat(waiting.keyId()).isNotNull();
            assertThat(waiting.succeeded()).isZero();
            writer.commit();
            assertThat(rotation.finish(owner, job).succeeded()).isEqualTo(3);
        }
        assertThat(leftBehind()).isEqualTo("0");
        assertThat(vault.text("select reason from secret_version where path = 'app/secret-0' and tenant_id = '"
                        + owner.tenant() + "'"))
                .isEqualTo("late");
    }

    @Test
    void revision_isRenewedWhereTheCurrentVersionIsAnother_andNothingElseOfTheSecret() throws Exception {
        fill(2, 1);
        String before = vault.text("select revision from secret where tenant_id = '" + owner.tenant() + "'");
        String rest = vault.text(
                "select (to_jsonb(s) - 'revision')::text from secret s where tenant_id = '" + owner.tenant() + "'");

        rotation.rotate(owner, KeyLevel.TENANT);

        assertThat(vault.text("select revision from secret where tenant_id = '" + owner.tenant() + "'"))
                .isNotEqualTo(before);
        assertThat(vault.text("select (to_jsonb(s) - 'revision')::text from secret s where tenant_id = '"
                        + owner.tenant() + "'"))
                .isEqualTo(rest);
    }

    @Test
    void tenantWithoutAnyKey_getsItsFirstAndTheNext() throws Exception {
        KeyJob job = rotation.rotate(owner, KeyLevel.TENANT);

        assertThat(job.status()).isEqualTo(KeyJobStatus.COMPLETED);
        assertThat(job.processed()).isZero();
        vault.put(owner, "app/db", "{\"n\": 1}");
        assertThat(leftBehind()).isEqualTo("0");
    }

    private void fill(int writes, int secrets) {
        for (int i = 0; i < writes; i++) {
            vault.put(owner, "app/secret-" + i % secrets, "{\"n\": " + i + "}");
        }
    }

    private String ciphertexts() {
        return vault.text(
                "select md5(string_agg(path || version || encode(ciphertext, 'hex'), '|' order by path, version))"
                        + " from secret_version where tenant_id = '" + owner.tenant() + "'");
    }

    private String wraps() {
        return vault.text("select md5(string_agg(encode(wrapped_data_key, 'hex'), '|' order by path, version))"
                + " from secret_version where tenant_id = '" + owner.tenant() + "'");
    }

    /** How many versions with a key are not under the active generation. */
    private String leftBehind() throws SQLException {
        return vault.text("select count(*) from secret_version v where tenant_id = '" + owner.tenant()
                + "' and wrapped_data_key is not null and tenant_key_id <> (select key_id from tenant_key k"
                + " where k.tenant_id = v.tenant_id and k.state = 'active')");
    }
}
