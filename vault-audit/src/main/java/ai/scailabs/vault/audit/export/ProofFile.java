package ai.scailabs.vault.audit.export;

import ai.scailabs.vault.audit.proof.HashWalk;
import ai.scailabs.vault.audit.proof.LogTree;
import ai.scailabs.vault.persistence.tenant.TenantTransactions;
import java.io.IOException;
import java.io.OutputStream;
import java.util.Optional;

/** Makes the proof of a part out of the tree as it is stored, and of what its files hold. No entry is read for it. */
final class ProofFile {
    /** Subtrees of this height and above are stored, or made of few that are. */
    private static final int STORED_HEIGHT = 8;

    private final Export export;
    private final ExportRepository repository;
    private final LogTree trees;
    private final HashWalk hashes;
    private final ProofWriter lines;
    private final Stopping stopping;

    ProofFile(
            Export export,
            ExportRepository repository,
            TenantTransactions transactions,
            OutputStream out,
            Stopping stopping) {
        this.export = export;
        this.repository = repository;
        this.trees = new LogTree(transactions);
        this.hashes = new HashWalk(
                transactions, export.tenant(), export.state().part().treeSize());
        this.lines = new ProofWriter(out);
        this.stopping = stopping;
    }

    void write() throws IOException {
        Optional<ExportRepository.Chosen> chosen = repository.chosen(export, 0);
        while (chosen.isPresent()) {
            leaveOut(chosen.get().from(), 0);
            chosen.get().selection().forEach(this::run);
            chosen = repository.chosen(export, lines.index());
        }
        leaveOut(export.state().part().treeSize(), 0);
        lines.finish();
    }

    private void run(boolean exported, long length) throws IOException {
        long end = lines.index() + length;
        if (!exported) {
            leaveOut(end, STORED_HEIGHT);
        }
        while (lines.index() < end) {
            if (lines.index() % 65_536 == 0) {
                stopping.check();
            }
            lines.exported(hashes.at(lines.index()));
        }
    }

    /**
     * By the largest complete subtrees that fit.
     *
     * @param smallest height of those that are asked for: of what is below, the leaves are at hand
     */
    private void leaveOut(long end, int smallest) throws IOException {
        while (lines.index() < end) {
            long index = lines.index();
            int fits = Long.SIZE - 1 - Long.numberOfLeadingZeros(end - index);
            int height = index == 0 ? fits : Math.min(fits, Long.numberOfTrailingZeros(index));
            if (height >= smallest) {
                lines.leftOut(height, trees.subtree(export.tenant(), height, index >>> height));
            } else {
                lines.leftOut(0, hashes.at(index));
            }
        }
    }
}
