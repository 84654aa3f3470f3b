package ai.scailabs.vault.credentials.connector.rest;

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
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** JSON for programs of tenants, signed as events are, so that they know who asks and that nobody repeats it. Thread-safe. */
public final class SignedPosts {
    private static final int MOST_ANSWER = 64 * 1024;

    private final GuardedTransfers transfers;
    private final String agent;
    private final Duration patience;
    private final Clock clock;

    /** @param patience of one, from the look-up of the name to the last byte of the answer */
    public SignedPosts(GuardedTransfers transfers, String agent, Duration patience, Clock clock) {
        this.transfers = transfers.whole(MOST_ANSWER);
        this.agent = agent;
        this.patience = patience;
        this.clock = clock;
    }

    /**
     * What comes back, whatever its status.
     *
     * @param key the same when the same is asked again
     * @param more headers
     * @param secret signs; stays the caller's
     * @param body stays the caller's
     */
    public Reply send(URI url, String key, List<Map.Entry<String, String>> more, SensitiveBytes secret, byte[] body)
            throws TargetException {
        Instant at = clock.instant();
        List<Map.Entry<String, String>> headers = new ArrayList<>(List.of(
                Map.entry("User-Agent", agent),
                Map.entry("Content-Type", "application/json"),
                Map.entry("Idempotency-Key", key),
                Map.entry("X-ScaiVault-Timestamp", String.valueOf(at.getEpochSecond())),
                Map.entry("X-ScaiVault-Signature", Signature.of(secret, at, body))));
        headers.addAll(more);
        Outgoing request = new Outgoing("POST", url, headers, Outgoing.Body.of(body), patience);
        try (Incoming answer = transfers.send(request, end -> {})) {
            return new Reply(answer.status(), answer.body().readNBytes(MOST_ANSWER));
        } catch (NoAnswerException none) {
            throw new TargetException(TargetFailure.of(none));
        } catch (IOException broken) {
            throw new TargetException(TargetFailure.UNREACHABLE);
        }
    }

    /** @param body the caller's */
    public record Reply(int status, byte[] body) {
        public boolean isWell() {
            return status / 100 == 2;
        }

        @Override
        public String toString() {
            return "Reply[" + status + "]";
        }
    }
}
