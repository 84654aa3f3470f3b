package ai.scailabs.vault.secrets.secret;

import static ai.scailabs.vault.secrets.Refusals.refused;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.scailabs.vault.access.identity.Actor;
import ai.scailabs.vault.audit.trail.AuditAction;
import ai.scailabs.vault.audit.trail.AuditEntry;
import ai.scailabs.vault.crypto.envelope.SealedValue;
import ai.scailabs.vault.kernel.error.ErrorCode;
import ai.scailabs.vault.kernel.id.TenantId;
import ai.scailabs.vault.kernel.path.SecretPath;
import ai.scailabs.vault.secrets.TestVault;
import ai.scailabs.vault.secrets.secret.SecretChanges.StoredChange;
import ai.scailabs.vault.secrets.secret.VersionCommits.NextVersion;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class VersionCommitsTest {
    @TempDir
    Path folder;

    private TestVault vault;
    private VersionCommits commits;

    @BeforeEach
    void open() {
        vault = TestVault.open(folder);
        commits = new VersionCommits(vault.tenants);
    }

    @AfterEach
    void close() {
        commits.close();
        vault.close();
    }

    @Test
    void writesOfManyTenants_areEachStoredWithTheirEntryInTheirOwnTenant() throws Exception {
        List<NextVersion> wanted = new ArrayList<>();
        for (int i = 0; i < 12; i++) {
            Actor actor = vault.owner();
            vault.put(actor, "app/db", "{}");
            vault.put(actor, "app/mail", "{}");
            wanted.add(next(actor, "app/db"));
            wanted.add(next(actor, "app/mail"));
        }
        Collections.shuffle(wanted);

        List<Optional<StoredChange>> changes = addedAtOnce(wanted);

        assertThat(changes).allMatch(Optional::isPresent);
        assertThat(changes.stream().map(change -> change.orElseThrow().revision()))
                .doesNotHaveDuplicates();
        for (NextVersion each : wanted) {
            assertThat(vault.text("select count(*) from secret s join secret_version v on v.tenant_id = s.tenant_id"
                            + " and v.path = s.path and v.version = s.current_version"
                            + " join audit_log a on a.tenant_id = s.tenant_id and a.secret_path = s.path where s.current_version = 2"
                            + " and a.log_id = '" + each.entry().id() + "' and s.tenant_id = '" + each.owner()
                            + "' and s.path = '" + each.path() + "'"))
                    .isEqualTo("1");
        }
    }

    @Test
    void outdatedWrite_changesNothingAndLeavesNoEntry() throws Exception {
        Actor actor = vault.owner();
        vault.put(actor, "app/db", "{}");
        NextVersion right = next(actor, "app/db");
        NextVersion otherRevision = new NextVersion(
                right.owner(), right.path(), right.seenRevision() + 1, right.seenEpoch(), right.added(), entry(actor));
        NextVersion otherEpoch = new NextVersion(
                right.owner(), right.path(), right.seenRevision(), right.seenEpoch() - 1, right.added(), entry(actor));
        NextVersion elsewhere = new NextVersion(
                vault.owner().tenant(),
                right.path(),
                right.seenRevision(),
                right.seenEpoch(),
                right.added(),
                entry(actor));

        assertThat(addedAtOnce(List.of(otherRevision, otherEpoch, elsewhere))).containsOnly(Optional.empty());
        assertThat(rowsOf(actor, "current_version = 1")).isEqualTo("1");
        for (NextVersion each : List.of(otherRevision, otherEpoch, elsewhere)) {
            assertThat(entriesOf(each)).isEqualTo("0");
        }
        assertThat(commits.add(right)).isPresent();
    }

    @Test
    void suspendedTenant_isNotWrittenTo() {
        Actor actor = vault.owner();
        vault.put(actor, "app/db", "{}");
        NextVersion next = next(actor, "app/db");
        vault.execute("update tenant set status = 'suspended' where tenant_id = '" + actor.tenant() + "'");

        assertThat(commits.add(next)).isEmpty();
    }

    @Test
    void writersOfOneSecret_areAddedOnce() throws Exception {
        Actor actor = vault.owner();
        vault.put(actor, "app/db", "{}");
        NextVersion next = next(actor, "app/db");
        List<NextVersion> many = new ArrayList<>();
        for (int i = 0; i < 40; i++) {
            many.add(new NextVersion(
                    next.owner(), next.path(), next.seenRevision(), next.seenEpoch(), next.added(), entry(actor)));
        }

        assertThat(addedAtOnce(many).stream().filter(Optional::isPresent)).hasSize(1);
        assertThat(rowsOf(actor, "current_version = 2")).isEqualTo("1");
    }

    @Test
    void writeThatTheDatabaseRefuses_failsAlone() throws Exception {
        Actor actor = vault.owner();
        List<NextVersion> good = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            vault.put(actor, "app/s" + i, "{}");
            good.add(next(actor, "app/s" + i));
        }
        vault.put(actor, "app/bad", "{}");
        NextVersion bad = next(actor, "app/bad");
        NextVersion notJson = with(bad, "{", bad.entry());
        NextVersion foreignLog =
                with(bad, null, vault.entry(vault.owner().tenant(), actor, AuditAction.WRITE, "app/bad"));

        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            Future<Optional<StoredChange>> first = threads.submit(() -> commits.add(notJson));
            List<Future<Optional<StoredChange>>> others = new ArrayList<>();
            for (NextVersion each : good) {
                others.add(threads.submit(() -> commits.add(each)));
            }
            Future<Optional<StoredChange>> second = threads.submit(() -> commits.add(foreignLog));
            for (Future<Optional<StoredChange>> each : others) {
                assertThat(each.get()).isPresent();
            }
            assertThatThrownBy(first::get).hasMessageContaining("json");
            assertThatThrownBy(second::get).rootCause().hasMessageContaining("row-level security");
        }
        assertThat(rowsOf(actor, "path = 'app/bad' and current_version = 1")).isEqualTo("1");
        assertThat(entriesOf(foreignLog)).isEqualTo("0");
    }

    @Test
    void secretThatSomebodyHolds_holdsUpItsOwnWriterOnly() throws Exception {
        Actor actor = vault.owner();
        vault.put(actor, "app/held", "{}");
        vault.put(actor, "app/free", "{}");
        NextVersion held = next(actor, "app/held");
        NextVersion free = next(actor, "app/free");
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            Future<Optional<StoredChange>> waits;
            try (Connection holder = vault.database.superuser().dataSource().getConnection();
                    Statement statement = holder.createStatement()) {
                holder.setAutoCommit(false);
                statement.execute("select from secret where path = 'app/held' for update");
                waits = threads.submit(() -> commits.add(held));
                assertThat(threads.submit(() -> commits.add(free)).get()).isPresent();
                assertThat(waits.isDone()).isFalse();
                holder.rollback();
            }
            assertThat(waits.get()).isPresent();
        }
    }

    @Test
    void largeValue_isStoredAsAnyOther() {
        Actor actor = vault.owner();
        vault.put(actor, "app/db", "{}");
        vault.put(actor, "app/db", "{\"k\":\"" + "x".repeat(200_000) + "\"}");

        assertThat(vault.get(actor, "app/db")).hasSize(200_008);
    }

    @Test
    void afterTheEnd_writesAreRefused() {
        Actor actor = vault.owner();
        vault.put(actor, "app/db", "{}");
        commits.close();

        refused(ErrorCode.SERVICE_UNAVAILABLE, () -> commits.add(next(actor, "app/db")));
    }

    @Test
    void group_leavesNoTenantOnItsConnection() throws SQLException {
        Actor actor = vault.owner();
        vault.put(actor, "app/db", "{}");
        assertThat(commits.add(next(actor, "app/db"))).isPresent();

        List<String> seen = vault.tenants.callForMany(
                "select coalesce(current_setting('app.tenant_id', true), '') || (select count(*) from secret)"
                        + " || current_setting('lock_timeout')",
                (row, index) -> row.getString(1));

        assertThat(seen).containsExactly("00");
    }

    private List<Optional<StoredChange>> addedAtOnce(List<NextVersion> wanted) throws Exception {
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<Optional<StoredChange>>> futures = threads.invokeAll(wanted.stream()
                    .map(next -> (Callable<Optional<StoredChange>>) () -> commits.add(next))
                    .toList());
            List<Optional<StoredChange>> changes = new ArrayList<>();
            for (Future<Optional<StoredChange>> each : futures) {
                changes.add(each.get());
            }
            return changes;
        }
    }

    private NextVersion next(Actor actor, String path) {
        String where = " where s.tenant_id = '" + actor.tenant() + "' and s.path = '" + path + "'";
        long revision = Long.parseLong(vault.text("select revision from secret s" + where));
        long epoch =
                Long.parseLong(vault.text("select epoch from tenant s where s.tenant_id = '" + actor.tenant() + "'"));
        byte[] wrapped = bytes("select wrapped_data_key from secret_version s" + where + " and version = 1");
        byte[] ciphertext = bytes("select ciphertext from secret_version s" + where + " and version = 1");
        NewVersion added = new NewVersion(
                new SealedValue(wrapped, ciphertext),
                SecretType.KV,
                null,
                SecretOptions.DEFAULT,
                Instant.now().truncatedTo(ChronoUnit.MICROS),
                actor.identity().value(),
                "test/1",
                null,
                null);
        return new NextVersion(
                actor.tenant(),
                new SecretPath(path),
                revision,
                epoch,
                added,
                vault.entry(actor, AuditAction.WRITE, path));
    }

    private static NextVersion with(NextVersion next, String metadataJson, AuditEntry entry) {
        NewVersion added = next.added();
        return new NextVersion(
                next.owner(),
                next.path(),
                next.seenRevision(),
                next.seenEpoch(),
                new NewVersion(
                        added.sealed(),
                        added.type(),
                        metadataJson,
                        added.options(),
                        added.at(),
                        added.by(),
                        added.client(),
                        added.reason(),
                        added.secretPolicyId()),
                entry);
    }

    private AuditEntry entry(Actor actor) {
        return vault.entry(actor, AuditAction.WRITE, "app/db");
    }

    private byte[] bytes(String sql) {
        return HexFormat.of().parseHex(vault.text(sql).substring(2));
    }

    private String rowsOf(Actor actor, String condition) {
        TenantId tenant = actor.tenant();
        return vault.text("select count(*) from secret where tenant_id = '" + tenant + "' and " + condition);
    }

    private String entriesOf(NextVersion next) {
        return vault.text(
                "select count(*) from audit_log where log_id = '" + next.entry().id() + "'");
    }
}
