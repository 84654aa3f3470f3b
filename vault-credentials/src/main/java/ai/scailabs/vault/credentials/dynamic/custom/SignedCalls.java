package ai.scailabs.vault.credentials.dynamic.custom;

import ai.scailabs.vault.credentials.connector.Login;
import ai.scailabs.vault.credentials.connector.TargetException;
import ai.scailabs.vault.credentials.connector.TargetFailure;
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
import java.util.List;
import java.util.Map;

/** Calls of one service, signed as webhooks are, so that it knows who asks and that nobody repeats it. Thread-safe until it is closed. */
final class SignedCalls implements AutoCloseable {
    private static final Duration PATIENCE = Duration.ofSeconds(15);
    private static final int MOST_BYTES = 64 * 1024;

    private final URI url;
    private final Login login;
    private final GuardedTransfers transfers;
    private final Clock clock;

    /** @param login the id of a key, and the secret that signs; becomes this one's */
    SignedCalls(URI url, Login login, GuardedTransfers transfers, Clock clock) {
        this.url = url;
        this.login = login;
        this.transfers = transfers.whole(MOST_BYTES);
        this.clock = clock;
    }

    /**
     * What the service answers.
     *
     * @param key the same when the same is asked again
     */
    byte[] post(String body, String key) throws TargetException {
        byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
        Instant at = clock.instant();
        Outgoing request = new Outgoing(
                "POST",
                url,
                List.of(
                        Map.entry("Content-Type", "application/json"),
                        Map.entry("Accept", "application/json"),
                        Map.entry("User-Agent", "ScaiVault-Engine/1.0"),
                        Map.entry("Idempotency-Key", key),
                        Map.entry("X-ScaiVault-Key-Id", login.user()),
                        Map.entry("X-ScaiVault-Timestamp", String.valueOf(at.getEpochSecond())),
                        Map.entry("X-ScaiVault-Signature", Signature.of(login.password(), at, bytes))),
                Outgoing.Body.of(bytes),
                PATIENCE);
        try (Incoming answer = transfers.send(request, end -> {})) {
            requireWell(answer.status());
            return answer.body().readNBytes(MOST_BYTES);
        } catch (NoAnswerException none) {
            throw new TargetException(TargetFailure.of(none));
        } catch (IOException broken) {
            throw new TargetException(TargetFailure.UNREACHABLE);
        }
    }

    private static void requireWell(int status) throws TargetException {
        if (status / 100 == 2) {
            return;
        }
        throw new TargetException(
                switch (status) {
                    case 401, 403 -> TargetFailure.LOGIN_REFUSED;
                    case 408, 429 -> TargetFailure.TIMED_OUT;
                    default -> status / 100 == 4 ? TargetFailure.STATEMENT_REFUSED : TargetFailure.UNREACHABLE;
                },
                String.valueOf(status));
    }

    @Override
    public void close() {
        login.close();
    }
}
