package ai.scailabs.vault.events.delivery;

import ai.scailabs.vault.kernel.error.VaultException;
import ai.scailabs.vault.outbound.http.AddressRefusedException;
import ai.scailabs.vault.outbound.http.AddressRule;
import ai.scailabs.vault.outbound.http.GuardedSession;
import ai.scailabs.vault.outbound.signature.Signature;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLSocketFactory;
import org.jspecify.annotations.Nullable;

/** How a target is connected to, and what is sent there. Thread-safe. */
public final class Posting implements AutoCloseable {
    /** Of one attempt, from the look-up of the name to the last byte of the answer. */
    private static final Duration PATIENCE = Duration.ofSeconds(10);

    private final AddressRule rule;
    private final SSLSocketFactory tls;
    private final boolean plainHere;
    private final Clock clock;
    private final ScheduledExecutorService deadlines = Executors.newSingleThreadScheduledExecutor(
            Thread.ofPlatform().name("event-deadlines").daemon().factory());

    /** @param plainHere whether {@code http} to this machine is permitted, for development */
    public Posting(AddressRule rule, SSLSocketFactory tls, boolean plainHere, Clock clock) {
        this.rule = rule;
        this.tls = tls;
        this.plainHere = plainHere;
        this.clock = clock;
    }

    /**
     * What may be written as the URL of a target that this sends to.
     *
     * @param kept the URL that the target has; it may stay, so that a target can be changed, and disabled, whose address is permitted no longer
     * @throws VaultException {@code validation_error}, which does not repeat it
     */
    public String url(String field, @Nullable String text, @Nullable String kept) {
        if (text != null && text.equals(kept)) {
            return text;
        }
        return TargetUrl.parse(field, text, rule, plainHere).toString();
    }

    Connection to(String url) throws AddressRefusedException {
        return new Connection(new GuardedSession(URI.create(url), rule, tls, plainHere, PATIENCE, deadlines));
    }

    @Override
    public void close() {
        deadlines.shutdownNow();
    }

    /** To one target, for one thread. */
    final class Connection implements AutoCloseable {
        private final GuardedSession session;

        private Connection(GuardedSession session) {
            this.session = session;
        }

        Outcome send(SigningKeys.Opened keys, String eventId, String type, String event) {
            byte[] body = event.getBytes(StandardCharsets.UTF_8);
            long begun = System.nanoTime();
            try {
                int status = session.post(headers(keys, eventId, type, body), body);
                boolean taken = status / 100 == 2;
                return new Outcome(status, millis(begun), taken ? null : problem(status));
            } catch (AddressRefusedException refused) {
                return new Outcome(null, millis(begun), "address_refused");
            } catch (SSLException untrusted) {
                return new Outcome(null, millis(begun), "tls_failed");
            } catch (IOException none) {
                boolean late = System.nanoTime() - begun >= PATIENCE.toNanos();
                return new Outcome(null, millis(begun), late ? "timeout" : "no_answer");
            }
        }

        private Map<String, String> headers(SigningKeys.Opened keys, String eventId, String type, byte[] body) {
            Instant at = clock.instant();
            Map<String, String> headers = new LinkedHashMap<>();
            headers.put("User-Agent", "ScaiVault-Webhook/1.0");
            headers.put("Content-Type", "application/json");
            headers.put("X-ScaiVault-Event-Id", eventId);
            headers.put("X-ScaiVault-Event-Type", type);
            headers.put("X-ScaiVault-Timestamp", String.valueOf(at.getEpochSecond()));
            headers.put("X-ScaiVault-Signature", Signature.of(keys.current(), at, body));
            if (keys.previous() != null) {
                headers.put("X-ScaiVault-Signature-Previous", Signature.of(keys.previous(), at, body));
            }
            return headers;
        }

        private static String problem(int status) {
            return status / 100 == 3 ? "redirect_not_followed" : "refused";
        }

        private static int millis(long begun) {
            return (int) ((System.nanoTime() - begun) / 1_000_000);
        }

        @Override
        public void close() {
            session.close();
        }
    }
}
