package ai.scailabs.vault.audit.verify;

import java.util.Locale;

/** What was found; each has an exit code of its own. */
enum Finding {
    /** Nothing is wrong as far as can be seen, but not everything can be seen. */
    UNDECIDED(3),

    ENTRY_EDITED(10),
    ENTRY_REMOVED(11),
    ENTRY_INSERTED(12),
    ENTRY_REORDERED(13),
    ENTRY_OF_ANOTHER_TENANT(14),
    ENTRY_UNREADABLE(15),

    /** The file of hashes, and not the entries. */
    PROOF_ALTERED(20),
    /** Entries and hashes fit each other, and not what was signed. */
    HISTORY_REWRITTEN(21),

    CHECKPOINT_REFUSED(30),
    CHECKPOINT_OF_ANOTHER_LOG(31),
    /** Two checkpoints, or a checkpoint and an export, that no one log can have. */
    FORK(32),
    /** Less than what had been signed before. */
    ROLLBACK(33),
    WITNESS_MISSING(34),

    MANIFEST_REFUSED(40),
    FILE_ALTERED(41),
    FILE_MISSING(42);

    private final int exitCode;

    Finding(int exitCode) {
        this.exitCode = exitCode;
    }

    int exitCode() {
        return exitCode;
    }

    String code() {
        return name().toLowerCase(Locale.ROOT);
    }
}
