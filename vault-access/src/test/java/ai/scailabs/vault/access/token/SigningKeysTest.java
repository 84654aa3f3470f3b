package ai.scailabs.vault.access.token;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import ai.scailabs.vault.access.MovableClock;
import ai.scailabs.vault.kernel.error.ErrorCode;
import ai.scailabs.vault.kernel.error.VaultException;
import ai.scailabs.vault.testkit.TestIssuer;
import ai.scailabs.vault.testkit.TokenAlgorithm;
import ai.scailabs.vault.testkit.TokenBuilder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SigningKeysTest {
    private final MovableClock clock = new MovableClock(Instant.parse("2026-05-01T10:00:00Z"));
    private final TestIssuer issuer = TestIssuer.start(clock);
    private final List<TokenAuthenticator> started = new ArrayList<>();

    @AfterEach
    void stop() {
        started.forEach(TokenAuthenticator::close);
        issuer.close();
    }

    private TokenAuthenticator authenticator() {
        TokenAuthenticator authenticator = TokenAuthenticator.start(
                new TokenProperties(List.of(issuer.issuer()), issuer.jwksUri(), "scaivault", true), token -> {}, clock);
        started.add(authenticator);
        return authenticator;
    }

    private TokenBuilder token() {
        return issuer.token()
                .algorithm(TokenAlgorithm.RS256)
                .tenant("tnt_acme")
                .partner("ptn_a")
                .user("jo@example.test");
    }

    private static ErrorCode refusal(TokenAuthenticator authenticator, String token) {
        VaultException refusal = catchThrowableOfType(VaultException.class, () -> authenticator.authenticate(token));
        assertThat(refusal).isNotNull();
        return refusal.code();
    }

    @Test
    void newKey_isFetchedWhenATokenNamesIt() {
        TokenAuthenticator authenticator = authenticator();
        authenticator.authenticate(token().sign());

        issuer.rotate();
        clock.advance(SigningKeys.FETCH_INTERVAL);

        assertThat(authenticator.authenticate(token().sign())).isNotNull();
    }

    @Test
    void retiredKey_endsTokensThatWereVerifiedBefore() {
        TokenAuthenticator authenticator = authenticator();
        String old = token().sign();
        authenticator.authenticate(old);

        issuer.rotate();
        issuer.retireOldKeys();
        clock.advance(SigningKeys.FETCH_INTERVAL);
        authenticator.authenticate(token().sign());

        assertThat(refusal(authenticator, old)).isEqualTo(ErrorCode.TOKEN_INVALID);
    }

    @Test
    void inventedKeyNames_doNotMakeFetches() {
        TokenAuthenticator authenticator = authenticator();
        authenticator.authenticate(token().sign());
        int before = issuer.keyRequests();

        for (int i = 0; i < 50; i++) {
            assertThat(refusal(
                            authenticator,
                            token().algorithm(TokenAlgorithm.ES256)
                                    .header("kid", "invented-" + i)
                                    .sign()))
                    .isEqualTo(ErrorCode.TOKEN_INVALID);
        }

        assertThat(issuer.keyRequests()).isEqualTo(before);
        clock.advance(SigningKeys.FETCH_INTERVAL);
        for (int i = 0; i < 50; i++) {
            refusal(
                    authenticator,
                    token().algorithm(TokenAlgorithm.ES256)
                            .header("kid", "invented-" + i)
                            .sign());
        }
        assertThat(issuer.keyRequests()).isEqualTo(before + 1);
    }

    @Test
    void outage_isBridgedByTheLastKeysForADay() {
        TokenAuthenticator authenticator = authenticator();
        String seen = token().ttl(Duration.ofDays(3)).sign();
        authenticator.authenticate(seen);
        issuer.down();

        clock.advance(SigningKeys.TRUSTED_FOR.minusSeconds(1));
        assertThat(authenticator.authenticate(seen)).isNotNull();
        assertThat(authenticator.authenticate(token().sign())).isNotNull();
        assertThat(refusal(authenticator, token().signWithUnknownKey())).isEqualTo(ErrorCode.TOKEN_INVALID);

        clock.advance(Duration.ofSeconds(1));
        assertThat(refusal(authenticator, seen)).isEqualTo(ErrorCode.SERVICE_UNAVAILABLE);
        assertThat(refusal(authenticator, token().sign())).isEqualTo(ErrorCode.SERVICE_UNAVAILABLE);
        assertThat(authenticator.statistics().failedKeyFetches()).isPositive();

        issuer.up();
        clock.advance(SigningKeys.FETCH_INTERVAL);
        assertThat(authenticator.authenticate(seen)).isNotNull();
    }

    @Test
    void issuerThatWasNeverReached_isNotTheCallersFault() {
        issuer.answerWith(503);
        TokenAuthenticator authenticator = authenticator();
        assertThat(refusal(authenticator, token().sign())).isEqualTo(ErrorCode.SERVICE_UNAVAILABLE);
        assertThat(authenticator.statistics().oldestKeys()).isNull();

        issuer.answerWith(200);
        clock.advance(SigningKeys.FETCH_INTERVAL);
        assertThat(authenticator.authenticate(token().sign())).isNotNull();
        assertThat(authenticator.statistics().oldestKeys()).isEqualTo(Duration.ZERO);
    }

    @Test
    void expiry_endsATokenThatIsRemembered() {
        TokenAuthenticator authenticator = authenticator();
        String token = token().ttl(Duration.ofSeconds(60)).sign();
        authenticator.authenticate(token);

        clock.advance(Duration.ofSeconds(89));
        assertThat(authenticator.authenticate(token)).isNotNull();
        clock.advance(Duration.ofSeconds(1));
        assertThat(refusal(authenticator, token)).isEqualTo(ErrorCode.TOKEN_EXPIRED);
        assertThat(authenticator.statistics().verifications()).isEqualTo(1);
    }

    @Test
    void rememberedToken_isVerifiedAgainAfterFiveMinutes() {
        TokenAuthenticator authenticator = authenticator();
        String token = token().sign();
        for (int i = 0; i < 10; i++) {
            authenticator.authenticate(token);
        }
        assertThat(authenticator.statistics().verifications()).isEqualTo(1);

        clock.advance(Duration.ofMinutes(5));
        authenticator.authenticate(token);
        assertThat(authenticator.statistics().verifications()).isEqualTo(2);
    }

    @Test
    void sixtyFourFirstUses_costOneVerification() throws Exception {
        TokenAuthenticator authenticator = authenticator();
        String token = token().sign();
        CountDownLatch ready = new CountDownLatch(64);
        Callable<Object> use = () -> {
            ready.countDown();
            ready.await();
            return authenticator.authenticate(token);
        };
        try (ExecutorService callers = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<Object>> uses = new ArrayList<>();
            for (int i = 0; i < 64; i++) {
                uses.add(callers.submit(use));
            }
            Object first = uses.getFirst().get();
            for (Future<Object> each : uses) {
                assertThat(each.get()).isSameAs(first);
            }
        }
        assertThat(authenticator.statistics().verifications()).isEqualTo(1);
    }

    @Test
    void failures_areNotRemembered() {
        TokenAuthenticator authenticator = authenticator();
        String forged = token().signWithForgedKey();

        refusal(authenticator, forged);
        refusal(authenticator, forged);

        assertThat(authenticator.statistics().verifications()).isEqualTo(2);
        assertThat(authenticator.statistics().cachedTokens()).isZero();
    }

    @Test
    void keysOfOneIssuer_doNotVerifyTokensOfAnother() {
        try (TestIssuer other = TestIssuer.start(clock)) {
            TokenAuthenticator authenticator = TokenAuthenticator.start(
                    new TokenProperties(List.of(issuer.issuer(), other.issuer()), null, "scaivault", true),
                    token -> {},
                    clock);
            started.add(authenticator);
            authenticator.authenticate(token().sign());
            authenticator.authenticate(other.token()
                    .tenant("tnt_acme")
                    .partner("ptn_a")
                    .user("jo@example.test")
                    .sign());

            assertThat(refusal(authenticator, token().issuedBy(other.issuer()).sign()))
                    .isEqualTo(ErrorCode.TOKEN_INVALID);
        }
    }

    @Test
    void discoveryDocumentOfAnotherIssuer_isNotFollowed() {
        String sub = issuer.issuer() + "/tenants/x";
        TokenAuthenticator authenticator = TokenAuthenticator.start(
                new TokenProperties(List.of(sub), null, "scaivault", true), token -> {}, clock);
        started.add(authenticator);

        assertThat(refusal(authenticator, token().issuedBy(sub).sign())).isEqualTo(ErrorCode.SERVICE_UNAVAILABLE);
        assertThat(issuer.keyRequests()).isZero();
    }

    @Test
    void keyThatIsNoLongerPublished_countsNoMoreAfterTheNextRefresh_alsoWithoutANewOne() {
        TokenAuthenticator authenticator = authenticator();
        String token = token().sign();
        authenticator.authenticate(token);
        issuer.answerKeysWith("{\"keys\":[]}");
        clock.advance(SigningKeys.FETCH_INTERVAL);
        refusal(authenticator, token().signWithUnknownKey());

        assertThat(refusal(authenticator, token)).isEqualTo(ErrorCode.TOKEN_INVALID);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "null",
                "[]",
                "{}",
                "{\"keys\":7}",
                "{\"keys\":[7]}",
                "{\"keys\":[{\"kty\":\"RSA\"}]}",
                "{\"keys\":",
                "<html>oops</html>",
                "{\"error\":\"server_error\"}"
            })
    void malformedKeySet_keepsTheLastOne(String answer) {
        TokenAuthenticator authenticator = authenticator();
        authenticator.authenticate(token().sign());
        issuer.answerKeysWith(answer);
        clock.advance(SigningKeys.FETCH_INTERVAL);
        assertThat(refusal(authenticator, token().signWithUnknownKey())).isEqualTo(ErrorCode.TOKEN_INVALID);

        assertThat(authenticator.authenticate(token().sign())).isNotNull();
        assertThat(authenticator.statistics().failedKeyFetches()).isPositive();
    }

    /**
     * Advisory GHSA-8w8f-r2xv-4q4j and its like: a key of a kind that nobody here uses, weak, broken or meant for something else, verifies nothing and spoils no other: the set is still
     * read, and what it no longer lists counts no more.
     */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"kty\":\"oct\",\"kid\":\"odd\",\"k\":\"c2VjcmV0c2VjcmV0c2VjcmV0c2VjcmV0c2VjcmV0\"}",
                "{\"kty\":\"RSA\",\"kid\":\"odd\",\"n\":\"0vx7agoebGcQSuuPiLJXZptN9nndrQmbXEps2aiAFbWhM78LhWx4cbbfAAtVT86z\",\"e\":\"AQAB\"}",
                "{\"kty\":\"RSA\",\"kid\":\"odd\",\"n\":\"\",\"e\":\"\"}",
                "{\"kty\":\"RSA\",\"kid\":\"odd\"}",
                "{\"kty\":\"EC\",\"kid\":\"odd\",\"crv\":\"P-256\",\"x\":\"AAAA\",\"y\":\"AAAA\"}",
                "{\"kty\":\"EC\",\"kid\":\"odd\",\"crv\":\"secp256k1\",\"x\":\"AAAA\",\"y\":\"AAAA\"}",
                "{\"kty\":\"EC\",\"kid\":\"odd\",\"crv\":\"P-999\",\"x\":\"AAAA\",\"y\":\"AAAA\"}",
                "{\"kty\":\"EC\",\"kid\":\"odd\"}",
                "{\"kty\":\"OKP\",\"kid\":\"odd\",\"crv\":\"X25519\",\"x\":\"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo\"}",
                "{\"kty\":\"OKP\",\"kid\":\"odd\",\"crv\":\"Ed448\",\"x\":\"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo\"}",
                "{\"kty\":\"OKP\",\"kid\":\"odd\",\"crv\":\"Ed25519\",\"x\":\"AAAA\"}",
                "{\"kty\":\"AKP\",\"kid\":\"odd\",\"alg\":\"ML-DSA-65\",\"pub\":\"AAAA\"}",
                "{\"kty\":\"\",\"kid\":\"odd\"}",
                "{\"kty\":7,\"kid\":[]}",
                "{}",
                "7",
                "null"
            })
    void keyOfAnotherKind_verifiesNothing_andSpoilsNoOther(String odd) throws Exception {
        TokenAuthenticator authenticator = authenticator();
        String old = token().sign();
        authenticator.authenticate(old);
        issuer.rotate();
        issuer.retireOldKeys();
        String published = published();
        for (String place : List.of(
                published.replace("{\"keys\":[", "{\"keys\":[" + odd + ","),
                published.substring(0, published.length() - 2) + "," + odd + "]}")) {
            issuer.answerKeysWith(place);
            clock.advance(SigningKeys.FETCH_INTERVAL);
            assertThat(refusal(authenticator, token().header("kid", "odd").sign()))
                    .isEqualTo(ErrorCode.TOKEN_INVALID);
            assertThat(authenticator.authenticate(token().sign())).isNotNull();
            assertThat(refusal(authenticator, old)).isEqualTo(ErrorCode.TOKEN_INVALID);
        }
        assertThat(authenticator.statistics().failedKeyFetches()).isZero();
    }

    private String published() throws Exception {
        try (HttpClient http = HttpClient.newHttpClient()) {
            return http.send(HttpRequest.newBuilder(issuer.jwksUri()).build(), HttpResponse.BodyHandlers.ofString())
                    .body();
        }
    }

    @Test
    void hugeKeySet_isNotReadToItsEnd() {
        TokenAuthenticator authenticator = authenticator();
        authenticator.authenticate(token().sign());
        issuer.answerKeysWith("{\"keys\":[" + " ".repeat(300 * 1024) + "]}");
        clock.advance(SigningKeys.FETCH_INTERVAL);
        refusal(authenticator, token().signWithUnknownKey());

        assertThat(authenticator.authenticate(token().sign())).isNotNull();
        assertThat(authenticator.statistics().failedKeyFetches()).isEqualTo(1);
    }

    /** The issuer sends headers and then nothing: nobody whose key is known notices, and nobody waits without end. */
    @Test
    @Timeout(20)
    void issuerThatStopsInTheMiddle_holdsUpNobodyElse_andIsNotAskedTheMoreForIt() throws Exception {
        TokenAuthenticator authenticator = authenticator();
        authenticator.authenticate(token().sign());
        int before = issuer.keyRequests();
        CountDownLatch held = new CountDownLatch(1);
        issuer.holdAnswers(held);
        clock.advance(SigningKeys.FETCH_INTERVAL);
        try (ExecutorService callers = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<ErrorCode>> strangers = new ArrayList<>();
            for (int i = 0; i < 64; i++) {
                String stranger = token().algorithm(TokenAlgorithm.ES256)
                        .header("kid", "invented-" + i)
                        .sign();
                strangers.add(callers.submit(() -> refusal(authenticator, stranger)));
            }
            for (int i = 0; i < 20; i++) {
                assertThat(authenticator.authenticate(token().sign())).isNotNull();
            }
            for (Future<ErrorCode> stranger : strangers) {
                assertThat(stranger.get()).isEqualTo(ErrorCode.TOKEN_INVALID);
            }
        } finally {
            held.countDown();
        }
        assertThat(issuer.keyRequests()).isEqualTo(before + 1);
        assertThat(authenticator.statistics().failedKeyFetches()).isEqualTo(1);
    }
}
