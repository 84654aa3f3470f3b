package ai.scailabs.vault.credentials.dynamic.custom;

import ai.scailabs.vault.credentials.connector.Login;
import ai.scailabs.vault.credentials.connector.TargetException;
import ai.scailabs.vault.credentials.connector.TargetFailure;
import ai.scailabs.vault.credentials.connector.rest.SignedPosts;
import ai.scailabs.vault.outbound.http.GuardedTransfers;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/** Calls of one service. Thread-safe until it is closed. */
final class SignedCalls implements AutoCloseable {
    private static final Duration PATIENCE = Duration.ofSeconds(15);

    private final URI url;
    private final Login login;
    private final SignedPosts posts;

    /** @param login the id of a key, and the secret that signs; becomes this one's */
    SignedCalls(URI url, Login login, GuardedTransfers transfers, Clock clock) {
        this.url = url;
        this.login = login;
        this.posts = new SignedPosts(transfers, "ScaiVault-Engine/1.0", PATIENCE, clock);
    }

    /**
     * What the service answers.
     *
     * @param key the same when the same is asked again
     */
    byte[] post(String body, String key) throws TargetException {
        SignedPosts.Reply reply = posts.send(
                url,
                key,
                List.of(Map.entry("Accept", "application/json"), Map.entry("X-ScaiVault-Key-Id", login.user())),
                login.password(),
                body.getBytes(StandardCharsets.UTF_8));
        if (!reply.isWell()) {
            Arrays.fill(reply.body(), (byte) 0);
            throw refusal(reply.status());
        }
        return reply.body();
    }

    private static TargetException refusal(int status) {
        return new TargetException(
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
