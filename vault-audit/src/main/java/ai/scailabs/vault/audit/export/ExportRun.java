package ai.scailabs.vault.audit.export;

import ai.scailabs.vault.audit.proof.LeafTimes;
import ai.scailabs.vault.audit.proof.LogTree;
import ai.scailabs.vault.audit.proof.LogWalk;
import ai.scailabs.vault.audit.proof.WalkedLeaf;
import ai.scailabs.vault.audit.store.ObjectName;
import ai.scailabs.vault.audit.store.ObjectStore;
import ai.scailabs.vault.audit.store.ObjectUpload;
import ai.scailabs.vault.audit.store.Retention;
import ai.scailabs.vault.audit.store.StoredObject;
import ai.scailabs.vault.kernel.id.TenantId;
import ai.scailabs.vault.persistence.tenant.TenantTransactions;
import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Function;
import java.util.zip.GZIPOutputStream;
import org.jspecify.annotations.Nullable;

/**
 * The steps of an export: its beginning, which fixes the tree that it is verified by; one file of entries after the other; the proof; the manifest. After each the row says so, and what is done again
 * after an interruption writes the same bytes under the same name.
 */
final class ExportRun {
    private static final int PROOF_BUFFER_BYTES = 64 * 1024;

    /** Whose manifests are told to callers, of a continuous export. */
    static final int KEPT_PARTS = 1_000;

    private static final Duration SOON = Duration.ofMillis(500);
    private static final String BY_ITSELF = ExportJournal.BY.value();

    private final ExportRepository repository;
    private final TenantTransactions transactions;
    private final HeadSigner signer;
    private final ExportJournal journal;
    private final ExportTerms terms;
    private final Function<TenantId, Duration> retention;
    private final Clock clock;
    private final ArchiveCheck archives;
    private final LongAdder rows = new LongAdder();

    /**
     * @param transactions of their own, so that requests wait for none
     * @param retention how long the log itself keeps the entries of a tenant
     */
    ExportRun(
            TenantTransactions transactions,
            HeadSigner signer,
            ExportJournal journal,
            ExportTerms terms,
            Function<TenantId, Duration> retention,
            Clock clock) {
        this.repository = new ExportRepository(transactions);
        this.transactions = transactions;
        this.signer = signer;
        this.journal = journal;
        this.terms = terms;
        this.retention = retention;
        this.clock = clock;
        this.archives = new ArchiveCheck(transactions, clock);
    }

    /** The export with the time at which to look again, when the part may not begin yet. */
    Optional<Export> waiting(Export export) {
        return export.state().part().number() == 1 ? firstWaiting(export) : nextWaiting(export);
    }

    /** Entries from before it was asked for are on their way into the tree; that which tells of it comes last. */
    private Optional<Export> firstWaiting(Export export) {
        Instant settled = export.createdAt().plus(terms.settling());
        if (clock.instant().isBefore(settled)) {
            return Optional.of(until(export, export.state().part(), settled));
        }
        boolean known = new LogTree(transactions)
                .indexOf(export.tenant(), export.createdEntry())
                .isPresent();
        return known
                ? Optional.empty()
                : Optional.of(
                        until(export, export.state().part(), clock.instant().plus(SOON)));
    }

    private Optional<Export> nextWaiting(Export export) {
        Instant now = now();
        Export.Part part = export.state().part();
        long waiting = new LogTree(transactions).head(export.tenant()).size() - part.next();
        if (waiting >= export.fileEntries()) {
            return Optional.empty();
        }
        Instant due = (part.beganAt() == null ? export.createdAt() : part.beganAt()).plus(terms.interval());
        if (now.isBefore(due)) {
            Instant look = now.plus(pause());
            return Optional.of(until(export, part, look.isBefore(due) ? look : due));
        }
        return isOnlyOurOwn(export, waiting)
                ? Optional.of(until(
                        export, part.looked(now), now.plus(terms.interval().dividedBy(10))))
                : Optional.empty();
    }

    private Duration pause() {
        Duration tenth = terms.interval().dividedBy(10);
        return tenth.compareTo(SOON) < 0 ? SOON : tenth;
    }

    private static Export until(Export export, Export.Part part, Instant time) {
        return export.with(export.state().with(part).held(0, null, time, null));
    }

    /** Whether all that is new was brought about by exports: what they do is recorded, and would be exported for ever. */
    private boolean isOnlyOurOwn(Export export, long waiting) {
        if (waiting > LogWalk.MOST) {
            return false;
        }
        long next = export.state().part().next();
        LogWalk walk = new LogWalk(transactions, export.tenant(), next, next + waiting);
        return waiting == 0
                || walk.next(time -> true).stream()
                        .map(WalkedLeaf::entry)
                        .allMatch(entry -> entry != null && BY_ITSELF.equals(entry.identityId()));
    }

    /** Fixes the tree, and where in it the entries are. */
    Optional<Export> begin(Export export) {
        HeadSigner.Signed head = signer.newest(export.tenant(), export.partner());
        Export.Part part = export.state().part();
        ExportOrder order = export.order();
        LeafTimes.IndexRange range =
                new LeafTimes(transactions).range(export.tenant(), part.next(), head.size(), order.from(), order.to());
        Instant now = now();
        Export.Part begun = part.begun(
                head.size(),
                head.note(),
                head.key(),
                range.first(),
                range.end(),
                now,
                now.plus(retention.apply(export.tenant())).truncatedTo(ChronoUnit.SECONDS));
        Export.Part ready = range.first() == range.end() ? begun.after(range.first(), false, 0, 0) : begun;
        Export next = export.with(export.state()
                .started(now)
                .with(ExportStatus.RUNNING, ready, export.state().totals()));
        return transactions.inTransaction(export.tenant(), tx -> repository.save(tx, next, now));
    }

    /** Writes what comes next. Empty when somebody else changed the export meanwhile. */
    Optional<Export> onward(Export export, ObjectStore store, Stopping stopping) throws IOException {
        return switch (export.state().part().phase()) {
            case BEGIN -> throw new IllegalStateException("the part did not begin");
            case ENTRIES -> entries(export, store, stopping);
            case PROOF -> proof(export, store, stopping);
            case MANIFEST -> manifest(export, store);
        };
    }

    private Optional<Export> entries(Export export, ObjectStore store, Stopping stopping) throws IOException {
        EntriesFile.Written written = new EntriesFile(export, store, transactions, stopping, rows).write();
        ExportedFile file = written.file();
        Export.State state = export.state();
        Export.Part part = state.part().after(written.next(), file != null, written.entries(), written.missing());
        Export next = export.with(
                state.with(ExportStatus.RUNNING, part, state.totals().and(written.entries(), written.missing(), file)));
        Instant now = now();
        return transactions.inTransaction(export.tenant(), tx -> {
            Optional<Export> saved = repository.save(tx, next, now);
            if (saved.isPresent() && file != null) {
                repository.addFile(tx, export, file, written.selection(), now);
            }
            return saved;
        });
    }

    private Optional<Export> proof(Export export, ObjectStore store, Stopping stopping) throws IOException {
        ExportedFile file;
        try (ObjectUpload upload =
                store.create(name(export, ExportedFile.PROOF), EntriesFile.GZIP, retention(export))) {
            GZIPOutputStream out = new GZIPOutputStream(upload, PROOF_BUFFER_BYTES);
            new ProofFile(export, repository, transactions, out, stopping).write();
            out.finish();
            file = file(export, ExportedFile.PROOF, ExportedFile.Kind.PROOF, upload.complete());
        }
        Instant now = now();
        Export.State state = export.state();
        Export next = export.with(state.with(
                ExportStatus.RUNNING, state.part().proven(now), state.totals().and(0, 0, file)));
        return transactions.inTransaction(export.tenant(), tx -> {
            Optional<Export> saved = repository.save(tx, next, now);
            if (saved.isPresent()) {
                repository.addFile(tx, export, file, null, now);
            }
            return saved;
        });
    }

    private Optional<Export> manifest(Export export, ObjectStore store) throws IOException {
        Export.Part part = export.state().part();
        List<ExportedFile> files = repository.files(export, part.number(), Integer.MAX_VALUE);
        byte[] content = ManifestText.of(export, files);
        ObjectName name = name(export, ExportedFile.MANIFEST);
        StoredObject stored = store.put(name, "application/json", content, retention(export));
        ExportedFile file = file(export, ExportedFile.MANIFEST, ExportedFile.Kind.MANIFEST, stored);
        List<ExportedFile> archived = archives.archived(export, files, store);
        Instant now = now();
        Export.State state = export.state();
        Export.Totals totals = state.totals().and(0, 0, file).andPart();
        boolean over = !export.order().continuous();
        Export next = export.with(
                over
                        ? state.with(ExportStatus.RUNNING, part, totals).ended(ExportStatus.COMPLETED, null, now)
                        : state.with(ExportStatus.RUNNING, part.following(), totals));
        return transactions.inTransaction(export.tenant(), tx -> {
            repository.addFile(tx, export, file, null, now);
            repository.forgetSelections(tx, export, KEPT_PARTS);
            Optional<Export> saved = repository.save(tx, next, now);
            if (saved.isEmpty()) {
                throw new ChangedElsewhere();
            }
            ArchiveCheck.note(tx, export, archived, now);
            if (over) {
                journal.ended(tx, next, null);
            }
            return saved;
        });
    }

    private static ExportedFile file(Export export, String name, ExportedFile.Kind kind, StoredObject stored) {
        Export.Part part = export.state().part();
        return new ExportedFile(
                part.number(),
                name,
                kind,
                0,
                stored.bytes(),
                sha256(stored),
                stored.lockedUntil().isPresent(),
                part.first(),
                part.end(),
                null,
                null);
    }

    static ObjectName name(Export export, String file) {
        return new ObjectName(export.folder() + "/" + file);
    }

    static @Nullable Retention retention(Export export) {
        return export.order().lock().until(export.state().part().retainUntil());
    }

    static String sha256(StoredObject stored) {
        return stored.sha256().orElseThrow(() -> new IllegalStateException("an upload that does not know its hash"));
    }

    private Instant now() {
        return clock.instant().truncatedTo(ChronoUnit.MICROS);
    }

    /** Entries that this instance has written. */
    long rows() {
        return rows.sum();
    }

    ExportRepository repository() {
        return repository;
    }

    /** Rolls back what was done beside it. */
    static final class ChangedElsewhere extends RuntimeException {
        private static final long serialVersionUID = 1L;

        ChangedElsewhere() {
            super(null, null, false, false);
        }
    }
}
