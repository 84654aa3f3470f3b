package ai.scailabs.vault.audit.export;

import static org.assertj.core.api.Assertions.assertThat;

import ai.scailabs.vault.audit.store.ObjectStore;
import ai.scailabs.vault.audit.store.StoreSetup;
import ai.scailabs.vault.audit.verify.VerifyCommand;
import ai.scailabs.vault.testkit.TestMoto;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The offline verifier on what an export has written. */
class VerifiedExportTest {
    private static TestMoto moto;

    private ExportSetup setup;
    private int exitCode;

    @BeforeAll
    static void start() throws Exception {
        moto = TestMoto.start();
        MotoBuckets.create(moto, "acme-audit");
    }

    @AfterAll
    static void stop() {
        moto.close();
    }

    @BeforeEach
    void open() throws Exception {
        setup = new ExportSetup();
    }

    @AfterEach
    void close() {
        setup.close();
    }

    @Test
    void wholeLog_isVerified(@TempDir Path folder) throws Exception {
        setup.append(2_500);
        assertThat(verified(ExportFilters.NONE, folder)).contains("\"result\":\"verified\"");
    }

    /** Of these alone the verifier knows what they have to hold. */
    @Test
    void partsOfAContinuousExport_areVerified(@TempDir Path folder) throws Exception {
        var destination = StoreSetup.destination("s3", "acme-audit", "", moto.endpoint());
        setup.append(600);
        setup.terms = new ExportTerms(1_000, Duration.ZERO, Duration.ZERO, Duration.ofHours(1));
        Export export = setup.run(
                setup.create(ExportSetup.order(destination, ExportFormat.JSONL, true, null, null, ExportFilters.NONE)));
        setup.append(70);
        export = setup.run(export);
        assertThat(export.state().totals().parts()).isEqualTo(2);
        try (ObjectStore bucket = StoreSetup.open(destination, MotoBuckets.CREDENTIALS, StoreSetup.QUICK)) {
            for (int part = 1; part <= 2; part++) {
                Path of = Files.createDirectory(folder.resolve("part-" + part));
                for (String name : List.of("entries-000001.jsonl.gz", "proof.jsonl.gz", "manifest.json")) {
                    Files.write(of.resolve(name), ReadExport.bytes(bucket, export.folder(part), name));
                }
                assertThat(verified(of)).contains("\"result\":\"verified\"", "\"filters\":{}");
            }
        }
    }

    @Test
    void filteredExport_isVerified(@TempDir Path folder) throws Exception {
        setup.append(2_500);
        assertThat(verified(new ExportFilters(List.of("read"), null, null, "tenth/", null, null, null), folder))
                .contains("\"result\":\"verified\"");
    }

    @Test
    void entryThatWasChangedInTheDatabase_isNamed(@TempDir Path folder) throws Exception {
        setup.append(300);
        setup.tamper("update audit_log set secret_path = 'app/forged' where secret_path = 'app/18'");
        assertThat(verified(ExportFilters.NONE, folder))
                .contains("\"result\":\"failed\"", "\"index\":17,", "entries-000001.jsonl.gz");
    }

    @Test
    void entriesThatWereRemovedFromTheDatabase_areNamed(@TempDir Path folder) throws Exception {
        setup.append(300);
        setup.tamper("delete from audit_log where secret_path between 'app/101' and 'app/109'");
        assertThat(verified(ExportFilters.NONE, folder))
                .contains("\"finding\":\"entry_removed\"", "\"index\":100,", "\"end_index\":109");
        assertThat(exitCode).isEqualTo(11);
    }

    @Test
    void entriesOfAWholeFileRemovedFromTheDatabase_areNamed(@TempDir Path folder) throws Exception {
        setup.append(2_500);
        setup.tamper("delete from audit_log where secret_path like 'tenth/%'");
        assertThat(verified(new ExportFilters(List.of("read"), null, null, "tenth/", null, null, null), folder))
                .contains("\"finding\":\"entry_removed\"", "\"index\":9,");
        assertThat(exitCode).isEqualTo(11);
    }

    @Test
    void everyEntryRemovedFromTheDatabase_isTold(@TempDir Path folder) throws Exception {
        setup.append(300);
        setup.tamper("delete from audit_log");
        assertThat(verified(ExportFilters.NONE, folder))
                .contains("\"finding\":\"entry_removed\"", "\"index\":0,", "\"end_index\":300");
        assertThat(exitCode).isEqualTo(11);
    }

    private String verified(ExportFilters filters, Path folder) throws Exception {
        var destination = StoreSetup.destination("s3", "acme-audit", "", moto.endpoint());
        Export export = setup.run(setup.create(
                ExportSetup.order(destination, ExportFormat.JSONL, false, Instant.EPOCH, Instant.now(), filters)));
        assertThat(export.state().status()).isEqualTo(ExportStatus.COMPLETED);
        try (ObjectStore bucket = StoreSetup.open(destination, MotoBuckets.CREDENTIALS, StoreSetup.QUICK)) {
            for (ExportedFile file : setup.service().files(export, 100)) {
                Files.write(folder.resolve(file.name()), ReadExport.bytes(bucket, export.id(), file.name()));
            }
        }
        return verified(folder);
    }

    private String verified(Path folder) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        exitCode = VerifyCommand.run(
                List.of("--key", setup.key.key().line(), "--export", folder.toString()),
                new PrintStream(out, true, StandardCharsets.UTF_8),
                System.err);
        return out.toString(StandardCharsets.UTF_8);
    }
}
