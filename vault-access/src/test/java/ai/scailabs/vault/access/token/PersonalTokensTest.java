package ai.scailabs.vault.access.token;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import ai.scailabs.vault.access.MovableClock;
import ai.scailabs.vault.access.identity.Actor;
import ai.scailabs.vault.access.token.TokenProperties.Introspection;
import ai.scailabs.vault.kernel.error.ErrorCode;
import ai.scailabs.vault.kernel.error.VaultException;
import ai.scailabs.vault.testkit.TestIssuer;
import ai.scailabs.vault.testkit.TokenBuilder;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(60)
class PersonalTokensTest {
    private static final String UNKNOWN = "skt_AAAAAAAAAAAAAAAAAAAAAAAA";

    private final MovableClock clock = new MovableClock(Instant.parse("2026-05-01T10:00:00Z"));
    private final TestIssuer issuer = TestIssuer.start(clock);
    private final List<TokenAuthenticator> started = new ArrayList<>();
    private final TokenAuthenticator authenticator = authenticator(issuer.introspectionUri(), TestIssuer.CLIENT_SECRET);

    @AfterEach
    void stop() {
        started.forEach(TokenAuthenticator::close);
        issuer.close();
    }

    private TokenAuthenticator authenticator(@Nullable URI url, String secret) {
        TokenAuthenticator made = TokenAuthenticator.start(
                new TokenProperties(
                        List.of(issuer.issuer()),
                        null,
                        "scaivault",
                        new Introspection(url, TestIssuer.CLIENT_ID, secret),
                        true),
                token -> {},
                clock);
        started.add(made);
        return made;
    }

    private TokenBuilder token() {
        return issuer.token()
                .tenant("tnt_acme")
                .partner("ptn_a")
                .user("jo@example.test")
                .scope("secrets:read");
    }

    private ErrorCode refusal(String token) {
        return refusal(authenticator, token);
    }

    private static ErrorCode refusal(TokenAuthenticator by, String token) {
        VaultException refusal = catchThrowableOfType(VaultException.class, () -> by.authenticate(token));
        assertThat(refusal).isNotNull();
        assertThat(refusal.toString() + refusal.details()).doesNotContain(token);
        return refusal.code();
    }

    @Test
    void personalToken_isItsOwners() {
        Actor actor = authenticator.authenticate(token().claim("name", "Jo").personal());
        assertThat(actor.identity().value()).isEqualTo("user:jo@example.test");
        assertThat(actor.tenant().value()).isEqualTo("tnt_acme");
        assertThat(actor.scopes()).containsExactly("secrets:read");
        assertThat(actor.tokenExpiresAt()).isEqualTo(clock.instant().plus(Duration.ofHours(1)));
    }

    @Test
    void endpoint_isFoundByDiscovery() {
        assertThat(authenticator(null, TestIssuer.CLIENT_SECRET).authenticate(token().personal()))
                .isNotNull();
    }

    @Test
    void withoutSettings_noPersonalTokenCounts() {
        TokenAuthenticator without = TokenAuthenticator.start(
                new TokenProperties(List.of(issuer.issuer()), null, "scaivault", true), token -> {}, clock);
        started.add(without);
        assertThat(refusal(without, token().personal())).isEqualTo(ErrorCode.TOKEN_INVALID);
        assertThat(issuer.introspections()).isZero();
    }

    @Test
    void claims_areAskedForAsOfASignedToken() {
        for (String bent : List.of(
                token().without("tenant_id").personal(),
                token().without("partner_id").personal(),
                token().tenant("ptn_a").personal(),
                token().without("exp").personal(),
                token().without("aud").personal(),
                token().audience("scaivault2").personal(),
                token().claim("aud", "SCAIVAULT").personal(),
                token().issuedBy("https://elsewhere.example").personal(),
                token().claim("sub", List.of(7)).personal(),
                token().claim("email", "jo@example.test\u00a0").personal(),
                token().claim("scope", 7).personal(),
                token().claim("jti", "a b").personal(),
                token().notBefore(clock.instant().plusSeconds(31)).personal(),
                token().ttl(Duration.ofDays(91)).personal(),
                // Its revocation would be forgotten before it expires.
                token().without("iat").without("nbf").personal())) {
            assertThat(refusal(bent)).isEqualTo(ErrorCode.TOKEN_INVALID);
        }
        assertThat(authenticator.authenticate(
                        token().without("iss").without("nbf").without("jti").personal()))
                .isNotNull();
    }

    @Test
    void goodAnswer_isKeptForAMinuteAndNoLonger() {
        String token = token().personal();
        for (int i = 0; i < 100; i++) {
            authenticator.authenticate(token);
        }
        assertThat(issuer.introspections()).isEqualTo(1);

        issuer.withdraw(token);
        clock.advance(PersonalTokens.GOOD_FOR.minusMillis(1));
        assertThat(authenticator.authenticate(token)).isNotNull();
        clock.advance(Duration.ofMillis(1));
        assertThat(refusal(token)).isEqualTo(ErrorCode.TOKEN_INVALID);
        assertThat(issuer.introspections()).isEqualTo(2);
    }

    @Test
    void goodAnswer_doesNotOutliveTheToken() {
        String token = token().ttl(Duration.ofSeconds(10)).personal();
        authenticator.authenticate(token);
        clock.advance(Duration.ofSeconds(41));
        assertThat(refusal(token)).isEqualTo(ErrorCode.TOKEN_EXPIRED);
        assertThat(issuer.introspections()).isEqualTo(1);
    }

    @Test
    void refusal_isKeptForAFewSeconds() {
        for (int i = 0; i < 100; i++) {
            assertThat(refusal(UNKNOWN)).isEqualTo(ErrorCode.TOKEN_INVALID);
        }
        assertThat(issuer.introspections()).isEqualTo(1);
        clock.advance(PersonalTokens.REFUSED_FOR);
        refusal(UNKNOWN);
        assertThat(issuer.introspections()).isEqualTo(2);
    }

    @Test
    void simultaneousUses_costOneQuestion() throws Exception {
        String token = token().personal();
        CountDownLatch ready = new CountDownLatch(64);
        try (ExecutorService callers = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<Actor>> uses = new ArrayList<>();
            for (int i = 0; i < 64; i++) {
                uses.add(callers.submit(() -> {
                    ready.countDown();
                    ready.await();
                    return authenticator.authenticate(token);
                }));
            }
            for (Future<Actor> use : uses) {
                assertThat(use.get().identity().value()).isEqualTo("user:jo@example.test");
            }
        }
        assertThat(issuer.introspections()).isEqualTo(1);
    }

    @Test
    void issuerThatIsAway_isServiceUnavailable_forThoseTokensOnly() {
        String kept = token().personal();
        String fresh = token().personal();
        String signed = token().sign();
        authenticator.authenticate(kept);
        authenticator.authenticate(signed);
        issuer.down();

        assertThat(refusal(fresh)).isEqualTo(ErrorCode.SERVICE_UNAVAILABLE);
        assertThat(authenticator.authenticate(kept)).isNotNull();
        assertThat(authenticator.authenticate(signed)).isNotNull();
        assertThat(authenticator.authenticate(token().sign())).isNotNull();
        clock.advance(PersonalTokens.GOOD_FOR);
        assertThat(refusal(kept)).isEqualTo(ErrorCode.SERVICE_UNAVAILABLE);

        issuer.up();
        assertThat(authenticator.authenticate(fresh)).isNotNull();
        assertThat(authenticator.authenticate(kept)).isNotNull();
    }

    /** An error and a yes, or no clear yes, is no answer: nothing of it is kept (advisory CVE-2026-46405). */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "null",
                "[]",
                "{}",
                "{\"active\":\"true\"}",
                "{\"active\":1}",
                "{\"active\":null}",
                "{\"active\":true,\"error\":\"invalid_token\",\"tenant_id\":\"tnt_acme\",\"partner_id\":\"ptn_a\"}",
                "<html/>",
                "{\"active\":"
            })
    void answerThatIsNone_isServiceUnavailable_andNotRemembered(String answer) {
        String token = token().personal();
        issuer.answerIntrospectionWith(answer);
        assertThat(refusal(token)).isEqualTo(ErrorCode.SERVICE_UNAVAILABLE);
        issuer.answerIntrospectionWith(null);
        assertThat(authenticator.authenticate(token)).isNotNull();
    }

    @Test
    void answerWithoutClaims_isNoToken() {
        issuer.answerIntrospectionWith("{\"active\":true}");
        assertThat(refusal(token().personal())).isEqualTo(ErrorCode.TOKEN_INVALID);
    }

    @ParameterizedTest
    @ValueSource(ints = {302, 400, 401, 403, 404, 429, 500, 503})
    void otherStatus_isServiceUnavailable(int status) {
        String token = token().personal();
        issuer.answerWith(status);
        assertThat(refusal(token)).isEqualTo(ErrorCode.SERVICE_UNAVAILABLE);
        issuer.answerWith(200);
        assertThat(authenticator.authenticate(token)).isNotNull();
    }

    @Test
    void wrongClientSecret_isOurFaultAndNotTheTokens() {
        assertThat(refusal(authenticator(issuer.introspectionUri(), "wrong"), token().personal()))
                .isEqualTo(ErrorCode.SERVICE_UNAVAILABLE);
    }

    @Test
    void whatHasNotTheForm_isNotAskedAbout() {
        for (String odd : List.of(
                "skt_",
                "skt_short",
                "SKT_AAAAAAAAAAAAAAAAAAAAAAAA",
                " " + UNKNOWN,
                UNKNOWN + " ",
                UNKNOWN + "=",
                UNKNOWN + "&token=x",
                UNKNOWN + "%00",
                UNKNOWN + "\u00e9",
                "skt_" + "A".repeat(513))) {
            assertThat(refusal(odd)).isEqualTo(ErrorCode.TOKEN_INVALID);
        }
        assertThat(issuer.introspections()).isZero();
    }

    /** Guessing costs the issuer fifty questions a second, however many guess; whose token was good before is not held up by it. */
    @Test
    void floodOfWrongTokens_isNoBurdenOnTheIssuer_norOnThoseWithGoodOnes() {
        String good = token().personal();
        authenticator.authenticate(good);
        clock.advance(PersonalTokens.GOOD_FOR);
        int before = issuer.introspections();

        for (int i = 0; i < 500; i++) {
            ErrorCode code = refusal("skt_guess-" + String.format(java.util.Locale.ROOT, "%020d", i));
            assertThat(code).isEqualTo(i < 50 ? ErrorCode.TOKEN_INVALID : ErrorCode.SERVICE_UNAVAILABLE);
        }
        assertThat(issuer.introspections()).isEqualTo(before + 50);
        assertThat(authenticator.authenticate(good)).isNotNull();

        clock.advance(Duration.ofSeconds(1));
        assertThat(authenticator.authenticate(token().personal())).isNotNull();
    }

    /** The issuer hangs on the questions of strangers: those of known holders have places of their own. */
    @Test
    void hangingIssuer_isWaitedForByAFewOnly() throws Exception {
        authenticator.authenticate(token().sign());
        CountDownLatch held = new CountDownLatch(1);
        issuer.holdAnswers(held);
        try (ExecutorService callers = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<ErrorCode>> strangers = new ArrayList<>();
            for (int i = 0; i < 40; i++) {
                String wrong = "skt_hanging-" + String.format(java.util.Locale.ROOT, "%020d", i);
                strangers.add(callers.submit(() -> refusal(wrong)));
            }
            for (Future<ErrorCode> stranger : strangers) {
                assertThat(stranger.get()).isEqualTo(ErrorCode.SERVICE_UNAVAILABLE);
            }
        } finally {
            held.countDown();
        }
        assertThat(issuer.introspections()).isLessThanOrEqualTo(8);
        assertThat(authenticator.authenticate(token().sign())).isNotNull();
    }

    @Test
    void secret_isNotInAnyText() {
        assertThat(new TokenProperties(
                                List.of(issuer.issuer()),
                                null,
                                "scaivault",
                                new Introspection(null, "id", "s3cret-word"),
                                true)
                        .toString())
                .doesNotContain("s3cret-word");
    }
}
