package ai.scailabs.vault.audit.export;

import ai.scailabs.vault.audit.note.Checkpoint;
import ai.scailabs.vault.audit.note.LogKey;
import ai.scailabs.vault.audit.note.NoteSigner;
import ai.scailabs.vault.audit.proof.LogTree;
import ai.scailabs.vault.audit.proof.TreeHead;
import ai.scailabs.vault.audit.store.StoreCredentials;
import ai.scailabs.vault.audit.store.StoreSetup;
import ai.scailabs.vault.audit.store.StoreTimes;
import ai.scailabs.vault.audit.store.vendor.VendorStores;
import ai.scailabs.vault.audit.trail.AuditEntries;
import ai.scailabs.vault.kernel.id.Ids;
import ai.scailabs.vault.kernel.sensitive.SensitiveBytes;
import ai.scailabs.vault.persistence.jdbc.ConnectionPools;
import ai.scailabs.vault.persistence.jdbc.DatabaseLogin;
import ai.scailabs.vault.persistence.tenant.TenantTransactions;
import com.zaxxer.hikari.HikariDataSource;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Set;
import java.util.concurrent.locks.LockSupport;

/** What carries out exports, in a JVM of its own with a bounded heap, which may be killed. */
final class ExportProcess implements AutoCloseable {
    static final int HEAP_MEBIBYTES = 256;

    private final Process process;

    private ExportProcess(Process process) {
        this.process = process;
    }

    static ExportProcess start(ExportSetup setup, String credentials) throws IOException {
        Process process = new ProcessBuilder(List.of(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Xmx" + HEAP_MEBIBYTES + "m",
                        "-XX:+UseSerialGC",
                        "-XX:+ExitOnOutOfMemoryError",
                        "-cp",
                        System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")),
                        ExportProcess.class.getName(),
                        setup.database.logins().app().url(),
                        setup.database.logins().worker().url(),
                        setup.key.key().line(),
                        Integer.toString(setup.terms.fileEntries())))
                .redirectOutput(ProcessBuilder.Redirect.INHERIT)
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        String key = Base64.getEncoder().encodeToString(setup.key.privateKey().expose());
        process.getOutputStream().write((key + "\n" + credentials + "\n").getBytes(StandardCharsets.UTF_8));
        process.getOutputStream().flush();
        return new ExportProcess(process);
    }

    boolean isAlive() {
        return process.isAlive();
    }

    /** SIGKILL; returns when it is gone. */
    @Override
    public void close() {
        process.destroyForcibly().onExit().join();
    }

    /** Works until it is killed. */
    public static void main(String[] arguments) throws Exception {
        BufferedReader in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        SensitiveBytes key = SensitiveBytes.owning(Base64.getDecoder().decode(in.readLine()));
        byte[] credentials = in.readLine().getBytes(StandardCharsets.UTF_8);
        LogKey name = LogKey.parse(arguments[2]);
        HikariDataSource app =
                ConnectionPools.open(DatabaseLogin.parse(arguments[0]).orElseThrow(), "export-process-app", 2);
        HikariDataSource worker =
                ConnectionPools.open(DatabaseLogin.parse(arguments[1]).orElseThrow(), "export-process-worker", 1);
        TenantTransactions transactions = new TenantTransactions(app);
        Ids ids = new Ids(Clock.systemUTC(), new SecureRandom());
        ExportWorker exports = new ExportWorker(
                worker,
                transactions,
                new VendorStores(StoreSetup.here(), StoreTimes.USUAL, Set.of(), new SecureRandom()),
                export -> StoreCredentials.of(export.order().destination().type(), credentials),
                (tenant, partner) -> {
                    TreeHead head = new LogTree(transactions).head(tenant);
                    String note = new Checkpoint(name.name(), head.size(), head.root())
                            .sign(new NoteSigner(name, key))
                            .render();
                    return new HeadSigner.Signed(head.size(), note, name.line());
                },
                tenant -> Duration.ofDays(2),
                new ExportTerms(
                        Integer.parseInt(arguments[3]), Duration.ofMinutes(5), Duration.ZERO, Duration.ofHours(1)),
                new AuditEntries(Clock.systemUTC(), ids),
                ids,
                Clock.systemUTC());
        while (true) {
            exports.run();
            LockSupport.parkNanos(Duration.ofMillis(100).toNanos());
        }
    }
}
