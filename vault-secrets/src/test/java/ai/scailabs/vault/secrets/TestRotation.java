package ai.scailabs.vault.secrets;

import ai.scailabs.vault.access.identity.Actor;
import ai.scailabs.vault.audit.trail.AuditAction;
import ai.scailabs.vault.crypto.envelope.EnvelopeCipher;
import ai.scailabs.vault.crypto.envelope.KeyRotation;
import ai.scailabs.vault.crypto.root.RootKey;
import ai.scailabs.vault.kernel.id.TenantId;
import ai.scailabs.vault.persistence.jdbc.ConnectionPools;
import ai.scailabs.vault.persistence.jdbc.DatabaseLogin;
import ai.scailabs.vault.persistence.tenant.TenantTransactions;
import ai.scailabs.vault.secrets.version.VersionKeys;
import ai.scailabs.vault.tenancy.keyring.StoredKeyrings;
import ai.scailabs.vault.tenancy.rotation.KeyJob;
import ai.scailabs.vault.tenancy.rotation.KeyJobStatus;
import ai.scailabs.vault.tenancy.rotation.KeyJobWorker;
import ai.scailabs.vault.tenancy.rotation.KeyLevel;
import ai.scailabs.vault.tenancy.rotation.KeyRights;
import ai.scailabs.vault.tenancy.rotation.KeySchedule;
import ai.scailabs.vault.tenancy.rotation.KeyService;
import ai.scailabs.vault.tenancy.rotation.SealedRows;
import com.zaxxer.hikari.HikariDataSource;
import java.security.SecureRandom;
import java.time.Clock;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/** One instance that rotates keys, on the database of a {@link TestVault}. */
public final class TestRotation implements AutoCloseable {
    private static final SecureRandom RANDOM = new SecureRandom();

    public final KeyService keys;
    public final KeyJobWorker worker;
    private final TestVault vault;
    private final HikariDataSource workerLogin;
    private final HikariDataSource app;

    public TestRotation(TestVault vault) {
        this(vault, vault.root, KeySchedule.OFF, Clock.systemUTC());
    }

    public TestRotation(TestVault vault, RootKey root, KeySchedule schedule, Clock clock) {
        this.vault = vault;
        this.workerLogin = ConnectionPools.open(
                DatabaseLogin.parse(vault.database.worker().url()).orElseThrow(), "rotation-worker", 2);
        this.app = ConnectionPools.open(
                DatabaseLogin.parse(vault.database.app().url()).orElseThrow(), "rotation-app", 3);
        TenantTransactions transactions = new TenantTransactions(app);
        EnvelopeCipher cipher = new EnvelopeCipher(root, vault.ids, RANDOM);
        List<SealedRows> rows = List.of(new VersionKeys(transactions));
        this.keys = new KeyService(transactions, workerLogin, rows, root::id, vault.ids, clock);
        this.worker = new KeyJobWorker(
                workerLogin,
                transactions,
                new StoredKeyrings(transactions, cipher, clock),
                cipher,
                new KeyRotation(root, RANDOM),
                rows,
                root::id,
                schedule,
                vault.entries,
                vault.ids,
                clock);
    }

    public static KeyRights rights(Actor actor) {
        return new KeyRights(actor.tenant(), actor.partner(), true, true);
    }

    public KeyJob request(Actor actor, KeyLevel level) {
        TenantId log = rights(actor).spaceOf(level);
        return keys.rotate(
                rights(actor), level, actor.identity(), vault.entry(log, actor, AuditAction.KEY_ROTATE, null));
    }

    /** Of the root, by all but this root key. */
    public KeyJob requestForgetting(Actor actor, String rootKeyId) {
        TenantId log = rights(actor).spaceOf(KeyLevel.ROOT);
        return keys.rotate(
                rights(actor),
                KeyLevel.ROOT,
                rootKeyId,
                actor.identity(),
                vault.entry(log, actor, AuditAction.KEY_ROTATE, null));
    }

    public KeyJob look(Actor actor, KeyJob job) {
        return keys.find(rights(actor), job.id());
    }

    /** Asks for it and carries it out. */
    public KeyJob rotate(Actor actor, KeyLevel level) throws InterruptedException {
        return finish(actor, request(actor, level));
    }

    /** Works until the job is over. */
    public KeyJob finish(Actor actor, KeyJob job) throws InterruptedException {
        long patience = System.nanoTime() + TimeUnit.MINUTES.toNanos(1);
        KeyJob seen = look(actor, job);
        while (seen.status() == KeyJobStatus.PENDING || seen.status() == KeyJobStatus.RUNNING) {
            if (System.nanoTime() > patience) {
                throw new AssertionError("the job does not end: " + seen);
            }
            worker.run();
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(5));
            seen = look(actor, job);
        }
        return seen;
    }

    @Override
    public void close() {
        workerLogin.close();
        app.close();
    }
}
