package ai.scailabs.vault.credentials.rotation;

import ai.scailabs.vault.credentials.connector.TargetException;
import ai.scailabs.vault.credentials.connector.rest.SignedPosts;
import ai.scailabs.vault.kernel.sensitive.SensitiveBytes;
import ai.scailabs.vault.outbound.http.GuardedTransfers;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** Posts what is to be done to somebody's program, signed as events are. What it answers is not looked at but for the status. Thread-safe. */
final class WebhookCalls {
    private static final Duration PATIENCE = Duration.ofSeconds(10);

    private static final JsonMapper JSON = JsonMapper.shared();

    private final SignedPosts posts;

    WebhookCalls(GuardedTransfers transfers, Clock clock) {
        this.posts = new SignedPosts(transfers, "ScaiVault-Webhook/1.0", PATIENCE, clock);
    }

    /**
     * What is called for.
     *
     * @param event such as {@code rotation.set}
     * @param rotation the same for all calls of one rotation
     * @param path of the secret
     * @param version that the secret gets, has, or had
     */
    record Call(String event, String rotation, String path, int version) {
        /** The same whenever the same is called for. */
        String key() {
            return rotation + ":" + event + ":" + version;
        }
    }

    /**
     * Returns when it answers that it is done.
     *
     * @param values a JSON object, which goes into the body as it is; absent where there is nothing to be told. Stays the caller's
     * @throws WebhookRefusal for another status
     */
    void post(URI url, SensitiveBytes signingSecret, Call call, @Nullable SensitiveBytes values)
            throws TargetException, WebhookRefusal {
        try (SensitiveBytes body = body(call, values)) {
            SignedPosts.Reply reply = posts.send(
                    url,
                    call.key(),
                    List.of(Map.entry("X-ScaiVault-Event-Type", call.event())),
                    signingSecret,
                    body.expose());
            if (!reply.isWell()) {
                throw new WebhookRefusal(reply.status());
            }
        }
    }

    private static SensitiveBytes body(Call call, @Nullable SensitiveBytes values) {
        ObjectNode frame = JSON.createObjectNode()
                .put("event", call.event())
                .put("rotation_id", call.rotation())
                .put("secret_path", call.path())
                .put("version", call.version())
                .put("idempotency_key", call.key());
        byte[] head = JSON.writeValueAsBytes(frame);
        if (values == null) {
            return SensitiveBytes.owning(head);
        }
        // The value is put in as bytes: none becomes text.
        byte[] name = ",\"values\":".getBytes(StandardCharsets.UTF_8);
        byte[] value = values.expose();
        byte[] body = Arrays.copyOf(head, head.length + name.length + value.length);
        int place = head.length - 1;
        System.arraycopy(name, 0, body, place, name.length);
        System.arraycopy(value, 0, body, place + name.length, value.length);
        body[body.length - 1] = '}';
        return SensitiveBytes.owning(body);
    }

    /** It answered, and not that it is done. */
    static final class WebhookRefusal extends Exception {
        private static final long serialVersionUID = 1L;
        static final String REASON = "refused";

        private final int status;

        WebhookRefusal(int status) {
            super("the webhook answers " + status, null, false, false);
            this.status = status;
        }

        int status() {
            return status;
        }
    }
}
