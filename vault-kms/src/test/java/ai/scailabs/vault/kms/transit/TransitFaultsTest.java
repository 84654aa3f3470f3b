package ai.scailabs.vault.kms.transit;

import static ai.scailabs.vault.kms.transit.TransitSetup.CONTEXT;
import static ai.scailabs.vault.kms.transit.TransitSetup.appRole;
import static ai.scailabs.vault.kms.transit.TransitSetup.opens;
import static ai.scailabs.vault.kms.transit.TransitSetup.refuses;
import static ai.scailabs.vault.kms.transit.TransitSetup.refusesToWrap;
import static ai.scailabs.vault.kms.transit.TransitSetup.wrapNew;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.scailabs.vault.kernel.error.ErrorCode;
import ai.scailabs.vault.kernel.error.VaultException;
import com.sun.net.httpserver.HttpExchange;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Whatever the server does instead of its work: one code, in time, and service again as soon as it works. */
class TransitFaultsTest {
    private static final Duration SHORT = Duration.ofSeconds(2);
    /** What no text of ours may hold: half of a vendor's errors quote what was sent. */
    private static final String NOT_FOR_ANYBODY = "not-for-anybody";

    private final StrictTransit transit = new StrictTransit();
    private TransitRootKey root;
    private byte[] wrapped;

    @BeforeEach
    void open() {
        root = TransitSetup.open(transit);
        wrapped = wrapNew(root);
        transit.requests.clear();
    }

    @AfterEach
    void close() {
        root.close();
        transit.close();
    }

    @ParameterizedTest
    @ValueSource(ints = {400, 403, 404, 405, 412, 429, 472, 473, 500, 501, 502, 503, 504, 201, 204, 302, 307})
    void statusThatIsNoSuccess_isKmsUnavailable_andServesOnceItIsOver(int status) {
        StrictTransit.Answer answer = exchange -> StrictTransit.reply(
                exchange, status, status == 204 ? "" : "{\"errors\":[\"" + NOT_FOR_ANYBODY + "\"]}");
        transit.fails("decrypt/root", answer);
        assertUnavailable(() -> root.unwrap(wrapped, CONTEXT).close());
        transit.fails("encrypt/root", answer);
        assertUnavailable(() -> wrapNew(root));
        transit.heals();
        opens(root, wrapped);
        opens(root, wrapNew(root));
    }

    @ParameterizedTest
    @CsvSource({
        "400, encryption key not found",
        "400, refusing to use soft-deleted key",
        "400, [0].associated_data provided for non-AEAD cipher suite rsa-2048",
        "400, something that nobody knows",
        "404, no handler for route transit/decrypt/root. route entry not found.",
        "500, cipher: message authentication failed"
    })
    void otherRefusals_areNoProofOfDamage(int status, String error) {
        transit.fails("decrypt/root", exchange -> StrictTransit.errors(exchange, status, error));
        refuses(root, wrapped, ErrorCode.KMS_UNAVAILABLE);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "cipher: message authentication failed",
                "chacha20poly1305: message authentication failed",
                "invalid ciphertext: version is too new",
                "invalid ciphertext length",
                "invalid ciphertext: could not decode base64",
                "invalid ciphertext: no prefix"
            })
    void ciphertextThatTransitDoesNotTake_isAnIntegrityFailure_andAskedOnce(String error) {
        transit.fails("decrypt/root", exchange -> StrictTransit.errors(exchange, 400, error));
        refuses(root, wrapped, ErrorCode.INTEGRITY_FAILURE);
        assertThat(transit.calls("decrypt/root")).isEqualTo(1);
    }

    @ParameterizedTest
    @ValueSource(ints = {412, 429, 500, 502, 503})
    void faultsAndLimits_areTriedAgain_butNotWithoutEnd(int status) {
        transit.fails("decrypt/root", exchange -> StrictTransit.errors(exchange, status, NOT_FOR_ANYBODY));
        refuses(root, wrapped, ErrorCode.KMS_UNAVAILABLE);
        assertThat(transit.calls("decrypt/root")).isEqualTo(3);
        AtomicInteger left = new AtomicInteger(2);
        transit.fails("decrypt/root", exchange -> {
            if (left.decrementAndGet() == 0) {
                transit.heals();
            }
            StrictTransit.errors(exchange, status, NOT_FOR_ANYBODY);
        });
        opens(root, wrapped);
    }

    @Test
    void timeThatTheServerAsksFor_isGivenWhereThereIsAny() {
        transit.fails("decrypt/root", exchange -> {
            transit.heals();
            exchange.getResponseHeaders().add("Retry-After", "1");
            StrictTransit.errors(exchange, 429, "rate limit quota exceeded");
        });
        long begin = System.nanoTime();
        opens(root, wrapped);
        assertThat(Duration.ofNanos(System.nanoTime() - begin)).isGreaterThanOrEqualTo(Duration.ofSeconds(1));

        transit.requests.clear();
        transit.fails("decrypt/root", exchange -> {
            exchange.getResponseHeaders().add("Retry-After", "3600");
            StrictTransit.errors(exchange, 429, "rate limit quota exceeded");
        });
        refuses(root, wrapped, ErrorCode.KMS_UNAVAILABLE);
        assertThat(transit.calls("decrypt/root")).isEqualTo(1);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "<html>not-for-anybody</html>",
                "{",
                "{}",
                "[]",
                "null",
                "{\"data\":null}",
                "{\"data\":{}}",
                "{\"data\":{\"plaintext\":7,\"ciphertext\":7}}",
                "{\"data\":{\"plaintext\":null,\"ciphertext\":null}}",
                "{\"data\":{\"plaintext\":\"not-for-anybody\",\"ciphertext\":\"not-for-anybody\"}}",
                "{\"data\":{\"plaintext\":\"!\",\"ciphertext\":\"vault:v0:AAAA\"}}",
                "{\"data\":{\"plaintext\":\"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\",\"ciphertext\":\"vault:v1:AAAA\"",
                "{\"data\":{\"batch_results\":[{\"plaintext\":\"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\"}]}}"
            })
    void answersThatMakeNoSense_giveNoKey(String body) {
        transit.fails("decrypt/root", exchange -> StrictTransit.reply(exchange, 200, body));
        assertUnavailable(() -> root.unwrap(wrapped, CONTEXT).close());
        transit.fails("encrypt/root", exchange -> StrictTransit.reply(exchange, 200, body));
        assertUnavailable(() -> wrapNew(root));
        transit.heals();
        opens(root, wrapped);
    }

    @Test
    void keyOfAnotherLength_isAnIntegrityFailure() {
        transit.fails(
                "decrypt/root", exchange -> StrictTransit.reply(exchange, 200, "{\"data\":{\"plaintext\":\"AAAA\"}}"));
        refuses(root, wrapped, ErrorCode.INTEGRITY_FAILURE);
    }

    @Test
    void answersWithoutBound_areNotRead() {
        transit.fails("decrypt/root", exchange -> StrictTransit.reply(exchange, 200, "[".repeat(60_000)));
        assertUnavailable(() -> root.unwrap(wrapped, CONTEXT).close());
        CountDownLatch cut = new CountDownLatch(1);
        AtomicLong sent = new AtomicLong();
        transit.fails("decrypt/root", exchange -> {
            try {
                flood(exchange, sent);
            } catch (IOException closed) {
                cut.countDown();
                throw closed;
            }
        });
        assertUnavailable(() -> root.unwrap(wrapped, CONTEXT).close());
        waitFor(cut);
        assertThat(sent).hasValueLessThan(64L << 20);
    }

    /** Until the other side has had enough. */
    private static void flood(HttpExchange exchange, AtomicLong sent) throws IOException {
        exchange.sendResponseHeaders(200, 0);
        OutputStream out = exchange.getResponseBody();
        byte[] blanks = " ".repeat(1 << 16).getBytes(StandardCharsets.US_ASCII);
        while (sent.addAndGet(blanks.length) > 0) {
            out.write(blanks);
        }
    }

    @Test
    void serverThatHangs_isKmsUnavailableInTime() {
        CountDownLatch end = new CountDownLatch(1);
        assertInTime(exchange -> waitFor(end));
        end.countDown();
    }

    @Test
    void serverThatBeginsAndHangs_isKmsUnavailableInTime() {
        CountDownLatch end = new CountDownLatch(1);
        assertInTime(exchange -> {
            exchange.getResponseHeaders().add("Content-Type", "application/json");
            exchange.sendResponseHeaders(200, 1_000);
            exchange.getResponseBody().write("{\"data\":{".getBytes(StandardCharsets.US_ASCII));
            exchange.getResponseBody().flush();
            waitFor(end);
        });
        end.countDown();
    }

    private void assertInTime(StrictTransit.Answer answer) {
        try (TransitRootKey hasty = TransitSetup.open(transit, appRole(), SHORT)) {
            transit.fails("decrypt/root", answer);
            long begin = System.nanoTime();
            refuses(hasty, wrapped, ErrorCode.KMS_UNAVAILABLE);
            assertThat(Duration.ofNanos(System.nanoTime() - begin)).isLessThan(Duration.ofSeconds(6));
            transit.heals();
            opens(hasty, wrapped);
        }
    }

    @Test
    void connectionsThatAreCut_areMadeAnew() {
        AtomicInteger cuts = new AtomicInteger();
        transit.fails("decrypt/root", exchange -> {
            if (cuts.incrementAndGet() == 2) {
                transit.heals();
            }
        });
        opens(root, wrapped);
        assertThat(cuts).hasValue(2);
    }

    @Test
    void serverThatIsDown_isKmsUnavailable() {
        transit.close();
        refuses(root, wrapped, ErrorCode.KMS_UNAVAILABLE);
        refusesToWrap(root);
    }

    @Test
    void sealedServer_isKmsUnavailable_untilItIsUnsealed() {
        transit.sealed = true;
        assertUnavailable(() -> root.unwrap(wrapped, CONTEXT).close());
        transit.sealed = false;
        opens(root, wrapped);
    }

    @Test
    void redirect_carriesNoTokenAnywhere() {
        try (StrictTransit elsewhere = new StrictTransit()) {
            transit.fails("decrypt/root", exchange -> {
                exchange.getResponseHeaders().add("Location", elsewhere.endpoint() + "/v1/transit/decrypt/root");
                exchange.sendResponseHeaders(307, -1);
            });
            assertThatThrownBy(() -> root.unwrap(wrapped, CONTEXT))
                    .hasRootCauseMessage(
                            "the server answered decrypt with 307: it points elsewhere, where a token is not carried");
            assertThat(elsewhere.requests).isEmpty();
        }
    }

    private void assertUnavailable(org.assertj.core.api.ThrowableAssert.ThrowingCallable call) {
        assertThatThrownBy(call).isInstanceOfSatisfying(VaultException.class, e -> {
            assertThat(e.code()).isEqualTo(ErrorCode.KMS_UNAVAILABLE);
            StringWriter everything = new StringWriter();
            e.printStackTrace(new PrintWriter(everything));
            assertThat(everything.toString())
                    .doesNotContain(NOT_FOR_ANYBODY, "s.fake", "jopenlibs.vault.VaultException");
        });
    }

    private static void waitFor(CountDownLatch end) {
        try {
            assertThat(end.await(60, TimeUnit.SECONDS)).isTrue();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
