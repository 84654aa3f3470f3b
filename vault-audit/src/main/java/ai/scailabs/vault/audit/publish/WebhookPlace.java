package ai.scailabs.vault.audit.publish;

import ai.scailabs.vault.audit.note.NoteSignature;
import ai.scailabs.vault.outbound.http.GuardedHttp;
import ai.scailabs.vault.outbound.http.Reply;
import java.io.IOException;
import java.net.URI;
import java.util.Map;
import java.util.Optional;

/** A URL that takes each checkpoint as the body of a POST, as {@code text/plain}. It needs no other proof of who sends it than the note's signature. */
public final class WebhookPlace implements Place {
    private final GuardedHttp http;
    private final URI url;

    public WebhookPlace(GuardedHttp http, URI url) {
        this.http = http;
        this.url = url;
    }

    @Override
    public String name() {
        return "webhook";
    }

    @Override
    public Optional<NoteSignature> publish(Published checkpoint) throws IOException, InterruptedException {
        Reply reply = http.post(url, Map.of("Content-Type", "text/plain; charset=utf-8"), checkpoint.note());
        if (reply.status() / 100 != 2) {
            throw new IOException("the webhook answered " + reply.status());
        }
        return Optional.empty();
    }
}
