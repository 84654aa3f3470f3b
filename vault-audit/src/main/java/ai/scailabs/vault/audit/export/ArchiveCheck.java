package ai.scailabs.vault.audit.export;

import ai.scailabs.vault.audit.retention.Retention;
import ai.scailabs.vault.audit.retention.RetentionService;
import ai.scailabs.vault.audit.store.ObjectStore;
import ai.scailabs.vault.persistence.tenant.TenantTransaction;
import ai.scailabs.vault.persistence.tenant.TenantTransactions;
import java.io.IOException;
import java.io.InputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Clock;
import java.time.Instant;
import java.util.HexFormat;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads the objects of an export back, of tenants whose entries end only when they lie in an archive. An archive is an export's file that leaves out nothing of what it spans, and whose object has the
 * hash that was noted when it was written.
 */
final class ArchiveCheck {
    private static final Logger LOG = LoggerFactory.getLogger(ArchiveCheck.class);
    private static final int BUFFER_BYTES = 64 * 1024;

    private final RetentionService retention;

    ArchiveCheck(TenantTransactions transactions, Clock clock) {
        this.retention = new RetentionService(transactions, Retention.MIN_DAYS, clock);
    }

    /** The files of the part that are an archive, where somebody waits for one; none when an object is not what was written. */
    List<ExportedFile> archived(Export export, List<ExportedFile> files, ObjectStore store) throws IOException {
        if (export.order().format() != ExportFormat.JSONL
                || !retention.of(export.tenant()).needsArchive()) {
            return List.of();
        }
        List<ExportedFile> whole =
                files.stream().filter(ArchiveCheck::leavesNothingOut).toList();
        for (ExportedFile file : whole.isEmpty() ? whole : files) {
            if (!isAsWritten(export, file, store)) {
                LOG.error(
                        "the object {} of the export {} is not what was written: it is no archive",
                        file.name(),
                        export.id());
                return List.of();
            }
        }
        return whole;
    }

    private static boolean leavesNothingOut(ExportedFile file) {
        return file.firstIndex() != null
                && file.endIndex() != null
                && file.entries() == file.endIndex() - file.firstIndex();
    }

    private static boolean isAsWritten(Export export, ExportedFile file, ObjectStore store) throws IOException {
        MessageDigest digest = sha256();
        byte[] buffer = new byte[BUFFER_BYTES];
        try (InputStream in = store.read(ExportRun.name(export, file.name()))) {
            for (int read = in.read(buffer); read >= 0; read = in.read(buffer)) {
                digest.update(buffer, 0, read);
            }
        }
        return HexFormat.of().formatHex(digest.digest()).equals(file.sha256());
    }

    /** That the indexes of the files lie in an archive. */
    static void note(TenantTransaction tx, Export export, List<ExportedFile> archived, Instant now) {
        for (ExportedFile file : archived) {
            tx.update("""
                    insert into audit_archive (tenant_id, export_id, first_index, end_index, verified_at) values (?, ?, ?, ?, ?)
                    on conflict do nothing
                    """, export.tenant().value(), export.id(), file.firstIndex(), file.endIndex(), now);
        }
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }
}
