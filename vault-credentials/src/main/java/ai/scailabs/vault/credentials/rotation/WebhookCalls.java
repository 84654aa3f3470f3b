package ai.scailabs.vault.credentials.rotation;

import ai.scailabs.vault.credentials.connector.TargetException;
import ai.scailabs.vault.credentials.connector.TargetFailure;
import ai.scailabs.vault.kernel.sensitive.SensitiveBytes;
import ai.scailabs.vault.outbound.http.GuardedTransfers;
import ai.scailabs.vault.outbound.http.Incoming;
import ai.scailabs.vault.outbound.http.NoAnswerException;
import ai.scailabs.vault.outbound.http.Outgoing;
import ai.scailabs.vault.outbound.signature.Signature;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** Posts what is to be done to somebody's program, signed as events are. What it answers is not looked at but for the status. Thread-safe. */
final class WebhookCalls {
    /** Of one call, from the look-up of the name to the last byte of the answer. */
    private static final Duration PATIENCE = Duration.ofSeconds(10);

    private static final int MOST_ANSWER = 64 * 1024;
    private static final JsonMapper JSON = JsonMapper.shared();

    private final GuardedTransfers transfers;
    private final Clock clock;

    WebhookCalls(GuardedTransfers transfers, Clock clock) {
        this.transfers = transfers.whole(MOST_ANSWER);
        this.clock = clock;
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
            Instant at = clock.instant();
            List<Map.Entry<String, String>> headers = List.of(
                    Map.entry("User-Agent", "ScaiVault-Webhook/1.0"),
                    Map.entry("Content-Type", "application/json"),
                    Map.entry("Idempotency-Key", call.key()),
                    Map.entry("X-ScaiVault-Event-Type", call.event()),
                    Map.entry("X-ScaiVault-Timestamp", String.valueOf(at.getEpochSecond())),
                    Map.entry("X-ScaiVault-Signature", Signature.of(signingSecret, at, body.expose())));
            Incoming answer = transfers.send(
                    new Outgoing("POST", url, headers, Outgoing.Body.of(body.expose()), PATIENCE), end -> {});
            answer.body().close();
            if (answer.status() / 100 != 2) {
                throw new WebhookRefusal(answer.status());
            }
        } catch (NoAnswerException none) {
            throw new TargetException(TargetFailure.of(none));
        } catch (IOException none) {
            throw new TargetException(TargetFailure.UNREACHABLE);
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
