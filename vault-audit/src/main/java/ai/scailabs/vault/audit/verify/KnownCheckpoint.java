package ai.scailabs.vault.audit.verify;

import ai.scailabs.vault.audit.merkle.TreeHash;
import ai.scailabs.vault.audit.note.Checkpoint;
import ai.scailabs.vault.audit.note.InvalidNote;
import ai.scailabs.vault.audit.note.LogKey;
import ai.scailabs.vault.audit.note.SignedNote;
import ai.scailabs.vault.audit.note.WitnessKey;

/**
 * A checkpoint that the log has signed.
 *
 * @param source the name of its file
 */
record KnownCheckpoint(String source, SignedNote note, Checkpoint checkpoint) {
    static KnownCheckpoint open(String source, byte[] bytes, LogKey key) throws Refuted {
        try {
            SignedNote note = SignedNote.parse(bytes);
            if (!note.text().startsWith(key.name() + '\n')) {
                throw new Refuted(
                        Finding.CHECKPOINT_OF_ANOTHER_LOG, Place.file(source), "the checkpoint is one of another log");
            }
            Checkpoint checkpoint = Checkpoint.open(note, key);
            if (checkpoint.size() == 0 && !checkpoint.root().equals(TreeHash.EMPTY)) {
                throw new Refuted(
                        Finding.CHECKPOINT_REFUSED, Place.file(source), "the checkpoint of an empty log has a root");
            }
            return new KnownCheckpoint(source, note, checkpoint);
        } catch (InvalidNote refusal) {
            throw refused(source, refusal);
        }
    }

    long size() {
        return checkpoint.size();
    }

    TreeHash root() {
        return checkpoint.root();
    }

    boolean isCosignedBy(WitnessKey witness) throws Refuted {
        try {
            witness.verify(note);
            return true;
        } catch (InvalidNote refusal) {
            if (refusal.reason() == InvalidNote.Reason.NOT_SIGNED) {
                return false;
            }
            throw refused(source, refusal);
        }
    }

    private static Refuted refused(String source, InvalidNote refusal) {
        return new Refuted(Finding.CHECKPOINT_REFUSED, Place.file(source), "the checkpoint " + refusal.getMessage());
    }
}
