package ai.scailabs.vault.audit.publish;

import ai.scailabs.vault.audit.note.NoteSignature;
import ai.scailabs.vault.audit.store.ObjectName;
import ai.scailabs.vault.audit.store.ObjectStore;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/** A bucket, where each checkpoint is an object of its own: {@code checkpoints/tnt_…/00000000000000001234}, in the order of sizes. What the bucket holds by its own rule nobody takes away. */
public final class StorePlace implements Place {
    private final ObjectStore store;

    /** @param store stays the caller's to close */
    public StorePlace(ObjectStore store) {
        this.store = store;
    }

    @Override
    public String name() {
        return "object_store";
    }

    @Override
    public Optional<NoteSignature> publish(Published checkpoint) throws IOException {
        ObjectName name = new ObjectName(
                "checkpoints/%s/%020d".formatted(checkpoint.tenant().value(), checkpoint.size()));
        store.put(name, "text/plain; charset=utf-8", checkpoint.note().getBytes(StandardCharsets.UTF_8), null);
        return Optional.empty();
    }
}
