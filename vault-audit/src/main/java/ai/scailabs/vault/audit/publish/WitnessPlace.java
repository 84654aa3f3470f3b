package ai.scailabs.vault.audit.publish;

import ai.scailabs.vault.audit.merkle.TreeHash;
import ai.scailabs.vault.audit.note.InvalidNote;
import ai.scailabs.vault.audit.note.NoteSignature;
import ai.scailabs.vault.audit.note.SignedNote;
import ai.scailabs.vault.audit.note.WitnessKey;
import ai.scailabs.vault.audit.proof.LogTree;
import ai.scailabs.vault.outbound.http.GuardedHttp;
import ai.scailabs.vault.outbound.http.Reply;
import java.io.IOException;
import java.net.URI;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A witness (c2sp.org/tlog-witness): it remembers the last checkpoint of a log that it signed, takes the next only with the proof that it follows from that one, and signs it with the time. Two histories
 * of one log it does not sign.
 */
public final class WitnessPlace implements Place {
    private static final int CONFLICT = 409;

    private final GuardedHttp http;
    private final URI endpoint;
    private final WitnessKey key;
    private final LogTree trees;

    /** @param prefix of the witness, below which {@code add-checkpoint} is */
    public WitnessPlace(GuardedHttp http, URI prefix, WitnessKey key, LogTree trees) {
        this.http = http;
        this.endpoint = URI.create(prefix.toString().replaceAll("/+$", "") + "/add-checkpoint");
        this.key = key;
        this.trees = trees;
    }

    @Override
    public String name() {
        return "witness";
    }

    @Override
    public Optional<NoteSignature> publish(Published checkpoint) throws IOException, InterruptedException {
        Reply reply = ask(checkpoint, checkpoint.known());
        if (reply.status() == CONFLICT) {
            // It knows another size than we thought: an answer of it was lost.
            reply = ask(checkpoint, size(reply));
        }
        if (reply.status() != 200) {
            throw new IOException("the witness answered " + reply.status());
        }
        return Optional.of(verified(checkpoint, reply));
    }

    private Reply ask(Published checkpoint, long known) throws IOException, InterruptedException {
        if (known > checkpoint.size()) {
            throw new IOException("the witness knows a larger tree");
        }
        StringBuilder body = new StringBuilder("old ").append(known).append('\n');
        List<TreeHash> proof = trees.consistency(checkpoint.tenant(), known, checkpoint.size());
        proof.forEach(hash -> body.append(hash.base64()).append('\n'));
        body.append('\n').append(checkpoint.note());
        return http.post(endpoint, Map.of("Content-Type", "text/plain; charset=utf-8"), body.toString());
    }

    private static long size(Reply reply) throws IOException {
        String text = reply.body().strip();
        if (!text.matches("[0-9]{1,18}")) {
            throw new IOException("the witness refuses without saying what it knows");
        }
        return Long.parseLong(text);
    }

    /** Of the lines that came back, the one that the witness's key verifies. */
    private NoteSignature verified(Published checkpoint, Reply reply) throws IOException {
        try {
            SignedNote log = SignedNote.parse(checkpoint.note());
            SignedNote cosigned = SignedNote.parse(log.text() + "\n" + reply.body());
            key.verify(cosigned);
            return cosigned.signatures().stream()
                    .filter(signature -> signature.name().equals(key.name()))
                    .findFirst()
                    .orElseThrow(() -> new IOException("the witness signed under another name"));
        } catch (InvalidNote refused) {
            throw new IOException("what the witness signed does not verify", refused);
        }
    }
}
