package ai.scailabs.vault.audit.export;

import ai.scailabs.vault.kernel.id.PartnerId;
import ai.scailabs.vault.kernel.id.TenantId;
import ai.scailabs.vault.kernel.path.SecretPath;
import ai.scailabs.vault.persistence.tenant.TenantTransaction;
import ai.scailabs.vault.persistence.tenant.TenantTransactions;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** The rows of exports, each of its tenant. */
final class ExportRepository {
    private static final String SELECT =
            "select e.tenant_id, t.partner_id, e.export_id, e.status, e.format, e.continuous, e.from_at, e.to_at, e.filters::text as filters_text,"
                    + " e.destination::text as destination_text, e.object_lock, e.file_entries, e.credentials_path, e.mandate, e.created_by, e.created_at, e.created_entry,"
                    + " e.estimated, e.part, e.phase, e.tree_size, e.checkpoint, e.log_key, e.range_from, e.range_to, e.next_index, e.next_file, e.part_entries,"
                    + " e.part_missing, e.part_began_at, e.part_ended_at, e.retain_until, e.entries, e.missing, e.files, e.bytes, e.parts, e.revision, e.failures,"
                    + " e.failing_since, e.retry_at, e.held_up, e.error_code, e.started_at, e.finished_at"
                    + " from audit_export e join tenant t on t.tenant_id = e.tenant_id";

    private static final String FILES =
            "select part, name, kind, entries, bytes, sha256, locked, span_from, span_to, first_index, end_index from audit_export_file";

    private final TenantTransactions transactions;

    ExportRepository(TenantTransactions transactions) {
        this.transactions = transactions;
    }

    TenantTransactions transactions() {
        return transactions;
    }

    void add(TenantTransaction tx, Export export) {
        ExportOrder order = export.order();
        tx.update(
                """
                insert into audit_export (tenant_id, export_id, status, format, continuous, from_at, to_at, filters, destination, object_lock, file_entries,
                    credentials_path, mandate, created_by, created_at, created_entry, estimated, touched_at)
                values (?, ?, 'PENDING', ?, ?, ?::timestamptz, ?::timestamptz, ?::jsonb, ?::jsonb, ?, ?, ?, ?, ?, ?, ?, ?, ?)
                """,
                tx.tenant().value(),
                export.id(),
                order.format().name(),
                order.continuous(),
                order.from(),
                order.to(),
                order.filters().json(),
                DestinationJson.write(order.destination()),
                order.lock().name(),
                export.fileEntries(),
                order.credentialsPath() == null ? null : order.credentialsPath().value(),
                order.mandate(),
                export.createdBy(),
                export.createdAt(),
                export.createdEntry(),
                export.estimated(),
                export.createdAt());
    }

    /** Locked, so that two requests do not both find the last place. */
    int countOpen(TenantTransaction tx) {
        tx.queryOne(
                "select pg_advisory_xact_lock(hashtextextended(?, 0))",
                (row, number) -> true,
                "audit_export " + tx.tenant());
        return tx.queryOne(
                        "select count(*) from audit_export where tenant_id = ? and status in ('PENDING', 'RUNNING')",
                        (row, number) -> row.getInt(1),
                        tx.tenant().value())
                .orElse(0);
    }

    Optional<PartnerId> partner(TenantTransaction tx) {
        return tx.queryOne(
                "select partner_id from tenant where tenant_id = ?",
                (row, number) -> new PartnerId(row.getString(1)),
                tx.tenant().value());
    }

    Optional<Export> find(TenantId tenant, String id) {
        return transactions.queryOne(
                tenant,
                SELECT + " where e.tenant_id = ? and e.export_id = ?",
                (row, number) -> export(row),
                tenant.value(),
                id);
    }

    Optional<Export> lock(TenantTransaction tx, String id) {
        return tx.queryOne(
                SELECT + " where e.tenant_id = ? and e.export_id = ? for update of e",
                (row, number) -> export(row),
                tx.tenant().value(),
                id);
    }

    /** The newest first. @param before the id of the last of the page before */
    List<Export> page(TenantId tenant, int limit, @Nullable String before) {
        return transactions.query(
                tenant,
                SELECT + " where e.tenant_id = ? and e.export_id < ? order by e.export_id desc limit ?",
                (row, number) -> export(row),
                tenant.value(),
                before == null ? Export.PREFIX + "~" : before,
                limit);
    }

    /** The files of a part, in the order in which they were written. */
    List<ExportedFile> files(Export export, int part, int limit) {
        return transactions.query(
                export.tenant(),
                FILES
                        + " where tenant_id = ? and export_id = ? and part = ? order by kind = 'MANIFEST', kind = 'PROOF', name limit ?",
                (row, number) -> file(row),
                export.tenant().value(),
                export.id(),
                part,
                limit);
    }

    /** Manifests of the last parts, the newest first. */
    List<ExportedFile> manifests(Export export, int limit) {
        return transactions.query(
                export.tenant(),
                FILES + " where tenant_id = ? and export_id = ? and name = ? order by part desc limit ?",
                (row, number) -> file(row),
                export.tenant().value(),
                export.id(),
                ExportedFile.MANIFEST,
                limit);
    }

    /** The selection of the entries file that decided on the index; empty when none did. */
    Optional<Chosen> chosen(Export export, long index) {
        return transactions.queryOne(
                export.tenant(),
                """
                select span_from, span_to, selection from audit_export_file
                where tenant_id = ? and export_id = ? and part = ? and kind = 'ENTRIES' and span_to > ? order by span_to limit 1
                """,
                (row, number) -> new Chosen(row.getLong(1), row.getLong(2), Selection.of(row.getBytes(3))),
                export.tenant().value(),
                export.id(),
                export.state().part().number(),
                index);
    }

    void addFile(TenantTransaction tx, Export export, ExportedFile file, byte @Nullable [] selection, Instant now) {
        tx.update(
                """
                insert into audit_export_file (tenant_id, export_id, part, name, kind, entries, bytes, sha256, locked, span_from, span_to, first_index, end_index,
                    selection, written_at)
                values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?::bigint, ?::bigint, ?::bytea, ?)
                """,
                tx.tenant().value(),
                export.id(),
                file.part(),
                file.name(),
                file.kind().name(),
                file.entries(),
                file.bytes(),
                file.sha256(),
                file.locked(),
                file.spanFrom(),
                file.spanTo(),
                file.firstIndex(),
                file.endIndex(),
                selection,
                now);
    }

    /** What the proof has told is not needed any more, nor are the files of parts before that one. */
    void forgetSelections(TenantTransaction tx, Export export, int keptParts) {
        tx.update(
                "update audit_export_file set selection = null where tenant_id = ? and export_id = ? and part = ? and selection is not null",
                tx.tenant().value(),
                export.id(),
                export.state().part().number());
        tx.update(
                "delete from audit_export_file where tenant_id = ? and export_id = ? and part <= ?",
                tx.tenant().value(),
                export.id(),
                export.state().part().number() - keptParts);
    }

    /** Tells it as it is then; empty when somebody else changed it meanwhile. */
    Optional<Export> save(TenantTransaction tx, Export export, Instant now) {
        Export.State state = export.state();
        Export.Part part = state.part();
        Export.Totals totals = state.totals();
        ExportFailure heldUp = state.heldUp();
        ExportFailure failure = state.failure();
        int changed = tx.update(
                """
                update audit_export set status = ?, part = ?, phase = ?, tree_size = ?, checkpoint = ?, log_key = ?, range_from = ?, range_to = ?, next_index = ?,
                    next_file = ?, part_entries = ?, part_missing = ?, part_began_at = ?::timestamptz, part_ended_at = ?::timestamptz, retain_until = ?::timestamptz,
                    entries = ?, missing = ?, files = ?, bytes = ?, parts = ?, failures = ?, failing_since = ?::timestamptz, retry_at = ?::timestamptz, held_up = ?,
                    error_code = ?, started_at = ?::timestamptz, finished_at = ?::timestamptz, touched_at = ?, revision = revision + 1
                where tenant_id = ? and export_id = ? and revision = ?
                """,
                state.status().name(),
                part.number(),
                part.phase().name(),
                part.treeSize(),
                part.checkpoint(),
                part.logKey(),
                part.first(),
                part.end(),
                part.next(),
                part.nextFile(),
                part.entries(),
                part.missing(),
                part.beganAt(),
                part.endedAt(),
                part.retainUntil(),
                totals.entries(),
                totals.missing(),
                totals.files(),
                totals.bytes(),
                totals.parts(),
                state.failures(),
                state.failingSince(),
                state.retryAt(),
                heldUp == null ? null : heldUp.code(),
                failure == null ? null : failure.code(),
                state.startedAt(),
                state.finishedAt(),
                now,
                tx.tenant().value(),
                export.id(),
                state.revision());
        return changed == 0 ? Optional.empty() : lock(tx, export.id());
    }

    private static Export export(ResultSet row) throws SQLException {
        String path = row.getString("credentials_path");
        ExportOrder order = new ExportOrder(
                ExportFormat.valueOf(row.getString("format")),
                row.getBoolean("continuous"),
                time(row, "from_at"),
                time(row, "to_at"),
                ExportFilters.of(row.getString("filters_text")),
                DestinationJson.read(row.getString("destination_text")),
                ObjectLock.valueOf(row.getString("object_lock")),
                path == null ? null : new SecretPath(path),
                row.getString("mandate"));
        return new Export(
                new TenantId(row.getString("tenant_id")),
                new PartnerId(row.getString("partner_id")),
                row.getString("export_id"),
                order,
                row.getString("created_by"),
                required(row, "created_at"),
                row.getObject("created_entry", UUID.class),
                row.getLong("estimated"),
                row.getInt("file_entries"),
                state(row));
    }

    private static Export.State state(ResultSet row) throws SQLException {
        return new Export.State(
                ExportStatus.valueOf(row.getString("status")),
                part(row),
                new Export.Totals(
                        row.getLong("entries"),
                        row.getLong("missing"),
                        row.getLong("files"),
                        row.getLong("bytes"),
                        row.getInt("parts")),
                row.getLong("revision"),
                row.getInt("failures"),
                time(row, "failing_since"),
                time(row, "retry_at"),
                failure(row, "held_up"),
                failure(row, "error_code"),
                time(row, "started_at"),
                time(row, "finished_at"));
    }

    private static Export.Part part(ResultSet row) throws SQLException {
        return new Export.Part(
                row.getInt("part"),
                Export.Phase.valueOf(row.getString("phase")),
                row.getLong("tree_size"),
                row.getString("checkpoint"),
                row.getString("log_key"),
                row.getLong("range_from"),
                row.getLong("range_to"),
                row.getLong("next_index"),
                row.getInt("next_file"),
                row.getLong("part_entries"),
                row.getLong("part_missing"),
                time(row, "part_began_at"),
                time(row, "part_ended_at"),
                time(row, "retain_until"));
    }

    private static ExportedFile file(ResultSet row) throws SQLException {
        return new ExportedFile(
                row.getInt(1),
                row.getString(2),
                ExportedFile.Kind.valueOf(row.getString(3)),
                row.getLong(4),
                row.getLong(5),
                row.getString(6),
                row.getBoolean(7),
                row.getLong(8),
                row.getLong(9),
                row.getObject(10, Long.class),
                row.getObject(11, Long.class));
    }

    private static @Nullable ExportFailure failure(ResultSet row, String column) throws SQLException {
        String code = row.getString(column);
        return code == null ? null : ExportFailure.parse(code).orElse(ExportFailure.INTERNAL);
    }

    private static Instant required(ResultSet row, String column) throws SQLException {
        return row.getObject(column, OffsetDateTime.class).toInstant();
    }

    private static @Nullable Instant time(ResultSet row, String column) throws SQLException {
        OffsetDateTime time = row.getObject(column, OffsetDateTime.class);
        return time == null ? null : time.toInstant();
    }

    /** What an entries file holds of the indexes from one to before another. */
    record Chosen(long from, long to, Selection selection) {}
}
