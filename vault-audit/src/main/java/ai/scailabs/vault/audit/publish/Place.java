package ai.scailabs.vault.audit.publish;

import ai.scailabs.vault.audit.note.NoteSignature;
import ai.scailabs.vault.kernel.id.TenantId;
import java.io.IOException;
import java.util.Optional;

/** Somewhere outside, where checkpoints are kept. Used by one thread at a time. */
public interface Place {
    /** What it is called in the database and in metrics: {@code witness}. Lower case letters and underscores. */
    String name();

    /**
     * Returns when the place has it. The same again is a success.
     *
     * @return what the place has signed about it, where it signs
     * @throws IOException when it does not have it; the message is for the log and repeats nothing that the place said
     */
    Optional<NoteSignature> publish(Published checkpoint) throws IOException, InterruptedException;

    /**
     * A checkpoint that is to be known outside.
     *
     * @param note as it is signed by the log
     * @param known the size that the place knows; 0 when it knows none
     */
    record Published(TenantId tenant, long size, String note, long known) {}
}
