package ai.scailabs.vault.audit.export;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.scailabs.vault.audit.store.Destination;
import ai.scailabs.vault.audit.store.ObjectName;
import ai.scailabs.vault.audit.store.ObjectStore;
import ai.scailabs.vault.audit.store.ObjectStores;
import ai.scailabs.vault.audit.store.StoreCredentials;
import ai.scailabs.vault.audit.store.StoreSetup;
import ai.scailabs.vault.kernel.error.ErrorCode;
import ai.scailabs.vault.kernel.error.VaultException;
import ai.scailabs.vault.testkit.TestMoto;
import java.io.ByteArrayInputStream;
import java.lang.reflect.Proxy;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Exports to S3 as moto plays it. */
class ExportTest {
    private static TestMoto moto;

    private ExportSetup setup;
    private ObjectStore bucket;

    @BeforeAll
    static void start() throws Exception {
        moto = TestMoto.start();
        MotoBuckets.create(moto, "acme-audit");
        MotoBuckets.create(moto, "acme-held", "x-amz-bucket-object-lock-enabled", "true");
    }

    @AfterAll
    static void stop() {
        moto.close();
    }

    @BeforeEach
    void open() throws Exception {
        setup = new ExportSetup();
        bucket = StoreSetup.open(destination("acme-audit"), MotoBuckets.CREDENTIALS, StoreSetup.QUICK);
    }

    @AfterEach
    void close() {
        bucket.close();
        setup.close();
    }

    private static Destination destination(String name) {
        return StoreSetup.destination("s3", name, "logs", moto.endpoint());
    }

    private static ExportOrder whole() {
        return ExportSetup.whole(destination("acme-audit"));
    }

    @Test
    void wholeLog_isExportedInFiles_andProvesItself() throws Exception {
        setup.append(2_500);
        Export export = setup.run(setup.create(whole()));

        assertThat(export.state().status()).isEqualTo(ExportStatus.COMPLETED);
        ReadExport read = ReadExport.of(bucket, export.id()).requireProven();
        assertThat(read.lines()).hasSize(2_500);
        assertThat(read.manifest().get("files")).hasSize(3);
        assertThat(read.manifest().get("missing").asInt()).isZero();
        assertThat(read.manifest().get("first_index").asInt()).isZero();
        assertThat(read.manifest().get("end_index").asInt()).isEqualTo(2_500);
        assertThat(export.state().totals().entries()).isEqualTo(2_500);
        assertThat(export.state().totals().files()).isEqualTo(5);
        assertThat(setup.service().files(export, 100))
                .extracting(ExportedFile::name)
                .containsExactly(
                        "entries-000001.jsonl.gz",
                        "entries-000002.jsonl.gz",
                        "entries-000003.jsonl.gz",
                        "proof.jsonl.gz",
                        "manifest.json");
        assertThat(entryOf(export)).isEqualTo("export_complete true null");
    }

    @Test
    void whatIsLeftOut_isInTheProofAsSubtrees_andTheRestIsProvenAllTheSame() throws Exception {
        setup.append(3_000);
        ExportFilters filters = new ExportFilters(List.of("read"), null, null, "tenth/", null, null, null);
        Instant now = Instant.now();
        Instant from = now.minusSeconds(2_000);
        Instant to = now.minusSeconds(500);
        Export export = setup.run(setup.create(
                ExportSetup.order(destination("acme-audit"), ExportFormat.JSONL, false, from, to, filters)));

        ReadExport read = ReadExport.of(bucket, export.id()).requireProven();
        // Every tenth of 1,500, but not those that wrote.
        assertThat(read.lines()).hasSize(100).allMatch(line -> line.contains("\"secret_path\":\"tenth/"));
        assertThat(read.manifest().get("filters").get("path_prefix").asString()).isEqualTo("tenth/");
        assertThat(read.exported()).hasSize(100);
    }

    private void needsArchive() throws Exception {
        setup.superuser(
                "insert into audit_retention (tenant_id, retention_days, legal_hold, needs_archive, updated_at, updated_by)"
                        + " values ('tnt_acme', 2557, false, true, now(), 'user:jo@example.test')");
    }

    private String archived() throws Exception {
        return setup.database.text(
                "select coalesce(string_agg(first_index || '-' || end_index, ' ' order by first_index), 'nothing') from audit_archive");
    }

    @Test
    void exportOfEverything_isAnArchive_whereOneIsNeeded() throws Exception {
        setup.append(1_200);
        setup.run(setup.create(whole()));
        assertThat(archived()).as("nobody waits for it").isEqualTo("nothing");

        needsArchive();
        Instant now = Instant.now();
        setup.run(setup.create(ExportSetup.order(
                destination("acme-audit"),
                ExportFormat.JSONL,
                false,
                now.minusSeconds(900),
                now.minusSeconds(300),
                new ExportFilters(List.of("read"), null, null, "tenth/", null, null, null))));
        assertThat(archived()).as("it leaves something out").isEqualTo("nothing");

        Export export = setup.run(setup.create(whole()));
        assertThat(export.state().status()).isEqualTo(ExportStatus.COMPLETED);
        assertThat(archived()).isEqualTo("0-1000 1000-1204");
    }

    @Test
    void objectThatIsNotWhatWasWritten_isNoArchive() throws Exception {
        setup.append(1_200);
        needsArchive();
        ObjectStores real = setup.stores;
        setup.stores = (destination, credentials, tenant) ->
                misread(real.open(destination, credentials, tenant), "entries-000002.jsonl.gz");
        Export export = setup.run(setup.create(whole()));

        assertThat(export.state().status()).isEqualTo(ExportStatus.COMPLETED);
        assertThat(archived()).isEqualTo("nothing");
    }

    /** The store, but for one object, of which it gives back something else. */
    private static ObjectStore misread(ObjectStore store, String file) {
        return (ObjectStore) Proxy.newProxyInstance(
                ExportTest.class.getClassLoader(), new Class<?>[] {ObjectStore.class}, (proxy, method, arguments) -> {
                    Object given = method.invoke(store, arguments);
                    boolean other = method.getName().equals("read")
                            && arguments[0].toString().contains(file);
                    return other ? new ByteArrayInputStream(new byte[] {1, 2, 3}) : given;
                });
    }

    @Test
    void timeWithoutEntries_isAnExportWithoutFiles() throws Exception {
        setup.append(300);
        Export export = setup.run(setup.create(ExportSetup.order(
                destination("acme-audit"),
                ExportFormat.JSONL,
                false,
                Instant.parse("2020-01-01T00:00:00Z"),
                Instant.parse("2021-01-01T00:00:00Z"),
                ExportFilters.NONE)));

        ReadExport read = ReadExport.of(bucket, export.id()).requireProven();
        assertThat(read.lines()).isEmpty();
        assertThat(read.manifest().get("files")).isEmpty();
        assertThat(read.manifest().get("first_index").isNull()).isTrue();
    }

    @Test
    void objectThatWasWrittenBeforeItsRow_isWrittenAgainTheSame() throws Exception {
        setup.append(2_500);
        var open = setup.stores;
        int[] objects = {0};
        setup.stores = (destination, credentials, tenant) ->
                new FailingStore(open.open(destination, credentials, tenant), () -> ++objects[0] > 3);
        Export export = setup.run(setup.create(whole()));
        assertThat(export.state().part().phase()).isEqualTo(Export.Phase.PROOF);

        // As after a kill behind the first row: the second and third object are there.
        setup.superuser("delete from audit_export_file where name <> 'entries-000001.jsonl.gz'");
        setup.superuser(
                "update audit_export set phase = 'ENTRIES', next_index = 1000, next_file = 2, part_entries = 1000, entries = 1000");
        setup.stores = open;
        assertThat(setup.run(export).state().status()).isEqualTo(ExportStatus.COMPLETED);
        ReadExport.of(bucket, export.id()).requireProven();

        // As after a kill behind the manifest.
        byte[] before = ReadExport.bytes(bucket, export.id(), "manifest.json");
        setup.superuser("delete from audit_export_file where name = 'manifest.json'");
        setup.superuser("update audit_export set status = 'RUNNING'");
        assertThat(setup.run(export).state().status()).isEqualTo(ExportStatus.COMPLETED);
        assertThat(ReadExport.bytes(bucket, export.id(), "manifest.json")).isEqualTo(before);
    }

    @Test
    void anotherObjectOfTheName_isNotOverwritten() throws Exception {
        setup.append(10);
        Export export = setup.create(whole());
        bucket.put(new ObjectName(export.id() + "/entries-000001.jsonl.gz"), "text/plain", new byte[] {1}, null);
        assertThat(setup.run(export).state().failure()).isEqualTo(ExportFailure.CONFLICT);
        assertThat(ReadExport.bytes(bucket, export.id(), "entries-000001.jsonl.gz"))
                .containsExactly(1);
    }

    @Test
    void storeThatGoesAway_holdsTheExportUp_andItGoesOnAtItsFile() throws Exception {
        setup.append(2_500);
        var open = setup.stores;
        int[] files = {0};
        setup.stores = (destination, credentials, tenant) ->
                new FailingStore(open.open(destination, credentials, tenant), () -> ++files[0] > 2);
        Export export = setup.run(setup.create(whole()));
        assertThat(export.state().status()).isEqualTo(ExportStatus.RUNNING);
        assertThat(export.state().heldUp()).isEqualTo(ExportFailure.UNAVAILABLE);
        assertThat(export.state().part().next()).isEqualTo(2_000);
        assertThat(export.state().retryAt()).isAfter(Instant.now());

        setup.stores = open;
        setup.superuser("update audit_export set retry_at = null");
        assertThat(setup.run(export).state().status()).isEqualTo(ExportStatus.COMPLETED);
        assertThat(ReadExport.of(bucket, export.id()).requireProven().lines()).hasSize(2_500);
    }

    @Test
    void storeThatStaysAway_failsTheExport_andTheLogTells() throws Exception {
        setup.append(10);
        var open = setup.stores;
        setup.terms = new ExportTerms(1_000, Duration.ofMinutes(5), Duration.ZERO, Duration.ZERO);
        setup.stores = (destination, credentials, tenant) ->
                new FailingStore(open.open(destination, credentials, tenant), () -> true);
        Export export = setup.run(setup.create(whole()));
        setup.superuser("update audit_export set retry_at = null");
        export = setup.run(export);

        assertThat(export.state().status()).isEqualTo(ExportStatus.FAILED);
        assertThat(export.state().failure()).isEqualTo(ExportFailure.UNAVAILABLE);
        assertThat(entryOf(export)).isEqualTo("export_complete false service_unavailable");
    }

    @Test
    void bucketThatIsNotThere_failsAtOnce() throws Exception {
        setup.append(10);
        Export export = setup.run(setup.create(ExportSetup.whole(destination("no-such-bucket"))));
        assertThat(export.state().failure()).isEqualTo(ExportFailure.BUCKET_MISSING);
    }

    @Test
    void rightThatWasWithdrawn_failsAtOnce_andNothingIsWritten() throws Exception {
        setup.append(10);
        setup.credentials = export -> {
            throw new VaultException(ErrorCode.ACCESS_DENIED, "No policy allows this");
        };
        Export export = setup.run(setup.create(whole()));
        assertThat(export.state().failure()).isEqualTo(ExportFailure.CREDENTIALS_DENIED);
        assertThat(entryOf(export)).isEqualTo("export_complete false access_denied");
        assertThat(setup.service().files(export, 10)).isEmpty();
    }

    @Test
    void secretThatHoldsNoCredentials_failsAtOnce() throws Exception {
        setup.append(10);
        setup.credentials = export -> StoreCredentials.of("s3", "{\"user\":\"me\"}".getBytes(StandardCharsets.UTF_8));
        Export export = setup.run(setup.create(whole()));
        assertThat(export.state().failure()).isEqualTo(ExportFailure.CREDENTIALS_MALFORMED);
    }

    @Test
    void entryThatWasRemoved_isAskedForByTheProof_alsoAtTheEnd() throws Exception {
        setup.append(300);
        setup.tamper("delete from audit_log where secret_path in ('app/17', 'app/299')");
        Export export = setup.run(setup.create(whole()));

        ReadExport read = ReadExport.of(bucket, export.id());
        assertThat(read.manifest().get("missing").asInt()).isEqualTo(2);
        assertThat(read.lines()).hasSize(298);
        assertThat(read.folded().root().base64())
                .isEqualTo(read.manifest().get("checkpoint").asString().split("\n")[2]);
        assertThatThrownBy(read::requireProven).isInstanceOf(AssertionError.class);
    }

    @Test
    void entryWhoseTimeMayBeOver_isToldAndLeftOut() throws Exception {
        setup.append(300);
        setup.superuser("""
                alter table only audit_leaves disable trigger append_only;
                update audit_leaves l
                set occurred_at[array_position(l.log_ids, a.log_id)] = a.occurred_at - interval '800 days'
                from audit_log a where a.secret_path = 'app/17' and a.log_id = any (l.log_ids);
                alter table only audit_leaves enable always trigger append_only
                """);
        setup.tamper("delete from audit_log where secret_path = 'app/17'");
        Export export = setup.run(setup.create(whole()));

        ReadExport read = ReadExport.of(bucket, export.id()).requireProven();
        assertThat(read.manifest().get("missing").asInt()).isEqualTo(1);
        assertThat(read.lines()).hasSize(299);
    }

    @Test
    void entryThatWasChanged_shows() throws Exception {
        setup.append(300);
        setup.tamper("update audit_log set secret_path = 'app/forged' where secret_path = 'app/18'");
        Export export = setup.run(setup.create(whole()));

        ReadExport read = ReadExport.of(bucket, export.id());
        assertThat(read.lines()).hasSize(300);
        assertThatThrownBy(read::requireProven).isInstanceOf(AssertionError.class);
    }

    @Test
    void bucketThatCanHold_holdsEveryObject() throws Exception {
        setup.append(100);
        Export export = setup.run(setup.create(ExportSetup.whole(destination("acme-held"))));
        assertThat(setup.service().files(export, 10)).hasSize(3).allMatch(ExportedFile::locked);
    }

    @Test
    void continuousExport_writesPartAfterPart_butNotAboutItself() throws Exception {
        setup.append(1_500);
        setup.terms = new ExportTerms(1_000, Duration.ZERO, Duration.ZERO, Duration.ofHours(1));
        Export export = setup.run(setup.create(ExportSetup.order(
                destination("acme-audit"), ExportFormat.JSONL, true, null, null, ExportFilters.NONE)));
        assertThat(export.state().status()).isEqualTo(ExportStatus.RUNNING);
        assertThat(export.state().totals().parts()).isEqualTo(1);
        ReadExport first = ReadExport.of(bucket, export.folder(1)).requireProven();
        // And the one that tells of the export.
        assertThat(first.lines()).hasSize(1_501);

        export = setup.run(export);
        assertThat(export.state().totals().parts()).isEqualTo(1);

        setup.append(7);
        export = setup.run(export);
        assertThat(export.state().totals().parts()).isEqualTo(2);
        ReadExport second = ReadExport.of(bucket, export.folder(2)).requireProven();
        assertThat(second.lines()).hasSize(7);
        assertThat(second.manifest().get("first_index").asInt()).isEqualTo(1_501);
        assertThat(setup.service().files(export, 10))
                .extracting(ExportedFile::part)
                .containsExactly(2, 1);
    }

    @Test
    void cancelledExport_isNotGoneOnWith() throws Exception {
        setup.append(10);
        Export export = setup.create(whole());
        setup.service().cancel(ExportSetup.TENANT, export.id(), setup.database.read(ExportSetup.TENANT, null, null));
        assertThat(setup.run(export).state().status()).isEqualTo(ExportStatus.CANCELLED);
        assertThatThrownBy(() -> setup.service()
                        .cancel(ExportSetup.TENANT, export.id(), setup.database.read(ExportSetup.TENANT, null, null)))
                .isInstanceOf(VaultException.class)
                .hasMessageContaining("cancelled");
    }

    @Test
    void suspendedTenant_exportsNothing_untilItIsActiveAgain() throws Exception {
        setup.append(10);
        Export export = setup.create(whole());
        setup.superuser("update tenant set status = 'suspended'");
        assertThat(setup.run(export).state().status()).isEqualTo(ExportStatus.PENDING);
        setup.superuser("update tenant set status = 'active'");
        assertThat(setup.run(export).state().status()).isEqualTo(ExportStatus.COMPLETED);
    }

    @Test
    void spreadsheet_isQuoted_andShowsFormulasAsText() throws Exception {
        setup.append(20);
        Export export = setup.run(setup.create(ExportSetup.order(
                destination("acme-audit"), ExportFormat.CSV, false, null, Instant.now(), ExportFilters.NONE)));
        List<String> lines = ReadExport.unzipped(ReadExport.bytes(bucket, export.id(), "entries-000001.csv.gz"));
        assertThat(lines).hasSize(21);
        assertThat(lines.getFirst()).startsWith("log_index,id,timestamp,");
        assertThat(lines.get(5))
                .startsWith("4,log_")
                .contains(",\"'=cmd|\"\"quoted\"\", and more\",")
                .endsWith(",\"{\"\"version\"\":3}\"");
    }

    @Test
    void orderThatMakesNoSense_isRefused() {
        Instant now = Instant.now();
        for (ExportOrder order : List.of(
                ExportSetup.order(destination("b-1"), ExportFormat.CSV, false, now, now, ExportFilters.NONE),
                ExportSetup.order(
                        destination("b-1"), ExportFormat.CSV, false, null, now.plusSeconds(60), ExportFilters.NONE),
                ExportSetup.order(destination("b-1"), ExportFormat.CSV, true, null, now, ExportFilters.NONE))) {
            assertThatThrownBy(() -> setup.create(order))
                    .isInstanceOfSatisfying(
                            VaultException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.VALIDATION_ERROR));
        }
        ExportOrder own = new ExportOrder(
                ExportFormat.JSONL,
                true,
                null,
                null,
                ExportFilters.NONE,
                StoreSetup.destination("s3", "acme-audit", "", URI.create("https://s3.example.test")),
                ObjectLock.NONE,
                null,
                null);
        assertThatThrownBy(() -> setup.create(own)).hasMessageContaining("credentials_path");
    }

    private String entryOf(Export export) throws Exception {
        return setup.database.text(
                "select action || ' ' || success || ' ' || coalesce(error_code, 'null') from audit_log"
                        + " where identity_id = 'system:audit-export' and secret_path = '" + export.id() + "'");
    }
}
