package ai.scailabs.vault.access.token;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import ai.scailabs.vault.access.MovableClock;
import ai.scailabs.vault.kernel.error.ErrorCode;
import ai.scailabs.vault.kernel.error.VaultException;
import ai.scailabs.vault.testkit.TestIssuer;
import ai.scailabs.vault.testkit.TokenAlgorithm;
import ai.scailabs.vault.testkit.TokenBuilder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class TokenRefusalTest {
    private static final MovableClock CLOCK = new MovableClock(Instant.parse("2026-05-01T10:00:00Z"));
    private static TestIssuer issuer;
    private static TokenAuthenticator authenticator;

    @BeforeAll
    static void start() {
        issuer = TestIssuer.start(CLOCK);
        authenticator = TokenAuthenticator.start(
                new TokenProperties(List.of(issuer.issuer()), issuer.jwksUri(), "scaivault", true), token -> {}, CLOCK);
    }

    @AfterAll
    static void stop() {
        authenticator.close();
        issuer.close();
    }

    private static TokenBuilder token() {
        return issuer.token()
                .algorithm(TokenAlgorithm.RS256)
                .tenant("tnt_acme")
                .partner("ptn_a")
                .user("jo@example.test");
    }

    private static void assertRefused(String token, ErrorCode code) {
        VaultException refusal = catchThrowableOfType(VaultException.class, () -> authenticator.authenticate(token));
        assertThat(refusal).isNotNull();
        assertThat(refusal.code()).isEqualTo(code);
        if (token.length() > 20) {
            assertThat(refusal.toString() + refusal.details()).doesNotContain(token);
        }
    }

    private static void assertInvalid(String token) {
        assertRefused(token, ErrorCode.TOKEN_INVALID);
    }

    @ParameterizedTest
    @EnumSource
    void honestToken_isAccepted(TokenAlgorithm algorithm) {
        assertThat(authenticator
                        .authenticate(token().algorithm(algorithm).sign())
                        .identity()
                        .value())
                .isEqualTo("user:jo@example.test");
    }

    @ParameterizedTest
    @EnumSource
    void wrongSignatures_areRefused(TokenAlgorithm algorithm) {
        assertInvalid(token().algorithm(algorithm).signWithForgedKey());
        assertInvalid(token().algorithm(algorithm).signWithUnknownKey());
        assertInvalid(token().algorithm(algorithm).signAndDamage());
        assertInvalid(token().algorithm(algorithm).signWithPublicKeyAsSecret());
    }

    @Test
    void unsignedToken_isRefused() {
        assertInvalid(token().unsigned());
        String honest = token().sign();
        assertInvalid(honest.substring(0, honest.lastIndexOf('.') + 1));
    }

    @Test
    void oddHeaders_areRefused() {
        assertInvalid(token().header("alg", "PS256").sign());
        assertInvalid(token().header("alg", "RS512").sign());
        assertInvalid(token().header("alg", "ES256").sign());
        assertInvalid(token().header("alg", "NONE").sign());
        assertInvalid(token().header("alg", "").sign());
        assertInvalid(token().header("alg", 7).sign());
        assertInvalid(token().header("kid", "../../etc/passwd").sign());
        assertInvalid(token().header("kid", "' or 1=1 --").sign());
        assertInvalid(token().header("kid", 7).sign());
        assertInvalid(token().header("kid", "").sign());
        assertInvalid(token().header("crit", List.of("exp")).sign());
        assertInvalid(
                token().header("crit", List.of("b64")).header("b64", false).sign());
        assertInvalid(token().header("typ", "secevent+jwt").sign());
    }

    @Test
    void embeddedKey_isNeverUsed() {
        Map<String, Object> jwk = Map.of("kty", "oct", "k", "c2VjcmV0");
        assertInvalid(token().header("jwk", jwk).signWithForgedKey());
        assertInvalid(token().header("jku", issuer.jwksUri().toString()).signWithForgedKey());
    }

    @Test
    void audience_isComparedAsAWhole() {
        assertInvalid(token().without("aud").sign());
        for (Object other : List.of(
                "scai",
                "scaivault2",
                "xscaivault",
                "ScaiVault",
                "scaivault ",
                "",
                7,
                List.of(),
                List.of("other"),
                List.of("scaivaul", "t"),
                List.of("scaivault,other"))) {
            assertInvalid(token().claim("aud", other).sign());
        }
        assertThat(authenticator.authenticate(token().claim("aud", "scaivault").sign()))
                .isNotNull();
        assertThat(authenticator.authenticate(
                        token().audience("other", "scaivault").sign()))
                .isNotNull();
    }

    @Test
    void issuer_isComparedAsAWhole() {
        assertInvalid(token().without("iss").sign());
        for (String other : List.of(
                issuer.issuer() + "/",
                issuer.issuer().substring(0, issuer.issuer().length() - 1),
                issuer.issuer().toUpperCase(java.util.Locale.ROOT),
                " " + issuer.issuer(),
                "https://elsewhere.example",
                "")) {
            assertInvalid(token().issuedBy(other).sign());
        }
    }

    @Test
    void times_areHeldWithThirtySecondsOfSkew() {
        assertRefused(token().ttl(Duration.ofSeconds(-30)).sign(), ErrorCode.TOKEN_EXPIRED);
        assertThat(authenticator.authenticate(
                        token().ttl(Duration.ofSeconds(-29)).sign()))
                .isNotNull();
        assertInvalid(token().without("exp").sign());
        assertInvalid(token().notBefore(CLOCK.instant().plusSeconds(31)).sign());
        assertThat(authenticator.authenticate(
                        token().notBefore(CLOCK.instant().plusSeconds(30)).sign()))
                .isNotNull();
        assertInvalid(token().claim("iat", CLOCK.instant().plusSeconds(31).getEpochSecond())
                .sign());
        assertInvalid(token().claim("exp", "tomorrow").sign());
        assertRefused(token().claim("exp", Long.MAX_VALUE).sign(), ErrorCode.TOKEN_EXPIRED);
    }

    @Test
    void expiredForgery_isInvalidAndNotExpired() {
        assertInvalid(token().ttl(Duration.ofHours(-1)).signWithForgedKey());
    }

    @Test
    void missingTenantOrPartner_isRefused() {
        assertInvalid(token().without("tenant_id").sign());
        assertInvalid(token().without("partner_id").sign());
        for (Object odd : List.of(
                "", "acme", "tnt_", "ptn_a", "TNT_acme", " tnt_acme", "tnt_acme ", "tnt_a/b", 7, List.of("tnt_acme"))) {
            assertInvalid(token().claim("tenant_id", odd).sign());
        }
        for (Object odd : List.of("", "tnt_acme", "ptn_", "ptn_a\u00a0", "ptn_\u200ba", 7)) {
            assertInvalid(token().claim("partner_id", odd).sign());
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                " root",
                "root ",
                "\troot",
                "root\n",
                "ro ot",
                "\u00a0root",
                "root\u00a0",
                "ro\u200bot",
                "\ufeffroot",
                "\uff52\uff4f\uff4f\uff54",
                "ro\u0301ot",
                "",
                "root/x",
                "root*",
                "a:b",
                "r\u043eot",
                "root\u0000"
            })
    void unusualNames_areRefusedEverywhere(String name) {
        assertInvalid(token().claim("sub", name).without("email").sign());
        assertInvalid(token().claim("email", name).sign());
        assertInvalid(issuer.token()
                .tenant("tnt_acme")
                .partner("ptn_a")
                .serviceAccount(name)
                .sign());
        assertInvalid(token().groups(name).sign());
        assertInvalid(token().groups("ops", "group:" + name).sign());
    }

    @Test
    void unusualRolesAndScopes_areRefused() {
        for (String odd :
                List.of("", " tenant_admin", "tenant_admin\u00a0", "tenant\u200b_admin", "\uff54enant_admin")) {
            assertInvalid(token().role(odd).sign());
            assertInvalid(token().claim("roles", List.of("x", odd)).sign());
        }
        assertInvalid(token().scope("secrets:read\u00a0admin").sign());
        assertInvalid(token().scope("secrets:read\tadmin").sign());
        assertInvalid(token().claim("scope", List.of("secrets:read admin")).sign());
        assertInvalid(token().claim("scope", Map.of("admin", true)).sign());
    }

    @Test
    void otherSpellingsOfAName_areOtherNames() {
        assertThat(authenticator
                        .authenticate(token().user("Jo@example.test").sign())
                        .identity()
                        .value())
                .isEqualTo("user:Jo@example.test");
        assertThat(authenticator
                        .authenticate(token().user("jo@example.test.").sign())
                        .identity()
                        .value())
                .isEqualTo("user:jo@example.test.");
        assertThat(authenticator
                        .authenticate(token().role("TENANT_ADMIN").sign())
                        .hasRole("tenant_admin"))
                .isFalse();
    }

    @Test
    void wrongTypes_areRefused() {
        for (String claim : List.of("sub", "email", "token_type", "jti", "email_verified")) {
            assertInvalid(token().claim(claim, List.of(1)).sign());
        }
        assertInvalid(token().claim("mfa_verified_at", "yesterday").sign());
        assertInvalid(token().claim("mfa_verified_at", true).sign());
        assertInvalid(token().claim("mfa_verified_at", Long.MAX_VALUE).sign());
        assertInvalid(token().claim("groups", List.of(1)).sign());
        assertInvalid(token().claim("groups", Map.of()).sign());
        assertInvalid(token().claim("token_type", "client_credentials").sign());
        assertInvalid(token().without("sub").without("email").sign());
    }

    @Test
    void oversizedToken_isRefusedBeforeItIsParsed() {
        long before = authenticator.statistics().verifications();

        assertInvalid(token().claim("filler", "x".repeat(8192)).sign());
        assertInvalid("x".repeat(10_000_000));

        assertThat(authenticator.statistics().verifications()).isEqualTo(before);
    }

    @Test
    void otherSpellingsOfAToken_areRefused() {
        String honest = token().sign();
        assertInvalid(honest + "=");
        assertInvalid(honest + ".");
        assertInvalid(honest + "\n");
        assertInvalid(" " + honest);
        assertInvalid(honest.replace('.', '/'));
        assertInvalid(honest.substring(0, 20) + "\u00e9" + honest.substring(20));
    }

    @Test
    void thingsThatAreNoToken_areRefused() {
        for (String odd : List.of("", ".", "..", "...", "a.b.c", "skt_abcdef", "\ud800", "\u0000")) {
            assertInvalid(odd);
        }
        assertInvalid(deeplyNested());
    }

    private static String deeplyNested() {
        String json = "{\"a\":" + "[".repeat(2000) + "]".repeat(2000) + "}";
        Base64.Encoder encoder = Base64.getUrlEncoder().withoutPadding();
        String part = encoder.encodeToString(json.getBytes(StandardCharsets.UTF_8));
        return encoder.encodeToString("{\"alg\":\"RS256\",\"kid\":\"k\"}".getBytes(StandardCharsets.UTF_8)) + "." + part
                + ".AAAA";
    }

    @Test
    void randomlyDamagedTokens_areRefusedWithoutAccident() {
        Random random = new Random(20_260_501);
        String honest = token().sign();
        for (int i = 0; i < 1000; i++) {
            StringBuilder damaged = new StringBuilder(honest);
            for (int changes = 1 + random.nextInt(3); changes > 0; changes--) {
                // The last character of a signature carries bits that mean nothing.
                int at = random.nextInt(honest.length() - 1);
                char other = (char) random.nextInt(128);
                damaged.setCharAt(at, other == honest.charAt(at) ? '!' : other);
            }
            assertInvalid(damaged.toString());
        }
    }

    /** Advisory CVE-2025-5999 and its like: no spelling of a name that has rights becomes that name. */
    @ParameterizedTest
    @ValueSource(strings = {"tenant_admin", "partner_admin", "super_admin"})
    void spellingsOfARole_areRefusedOrAreNotTheRole(String role) {
        for (String spelling : spellings(role)) {
            assertNeverBecomes(role, token().role(spelling).sign());
            assertNeverBecomes(role, token().claim("roles", List.of(spelling)).sign());
        }
        assertThat(authenticator.authenticate(token().role(role).sign()).hasRole(role))
                .isTrue();
    }

    private static void assertNeverBecomes(String role, String token) {
        try {
            assertThat(authenticator.authenticate(token).hasRole(role)).isFalse();
        } catch (VaultException refusal) {
            assertThat(refusal.code()).isEqualTo(ErrorCode.TOKEN_INVALID);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"admin", "secrets:read"})
    void spellingsOfAScope_areRefusedOrAreNotTheScope(String scope) {
        for (String spelling : spellings(scope)) {
            // A space separates scopes, so around one it means nothing.
            if (spelling.replace(" ", "").equals(scope)) {
                continue;
            }
            String token = token().scope(spelling).sign();
            try {
                assertThat(authenticator.authenticate(token).scopes()).doesNotContain(scope);
            } catch (VaultException refusal) {
                assertThat(refusal.code()).isEqualTo(ErrorCode.TOKEN_INVALID);
            }
        }
    }

    /** Of kinds of identity and of tenants that no token may name. */
    @Test
    void reservedNames_cannotBeClaimed() {
        for (String reserved : List.of("system:purge", "group:ops", "sa:mailer", "user:x", "dynamic:db")) {
            assertInvalid(token().claim("sub", reserved).without("email").sign());
            assertInvalid(token().claim("email", reserved).sign());
            assertInvalid(issuer.token()
                    .tenant("tnt_acme")
                    .partner("ptn_a")
                    .serviceAccount(reserved)
                    .sign());
            assertInvalid(token().groups("group:" + reserved).sign());
        }
        for (String reserved : List.of("tnt_", "ptn_a", "ptn_", "*", "system")) {
            assertInvalid(token().tenant(reserved).sign());
        }
        for (String group : List.of("user:jo@example.test", "system:purge", "sa:mailer")) {
            assertInvalid(token().groups(group).sign());
        }
    }

    private static List<String> spellings(String name) {
        return List.of(
                name.toUpperCase(java.util.Locale.ROOT),
                Character.toUpperCase(name.charAt(0)) + name.substring(1),
                " " + name,
                name + " ",
                "\t" + name,
                name + "\n",
                name + "\u00a0",
                "\u200b" + name,
                name.charAt(0) + "\u200d" + name.substring(1),
                "\ufeff" + name,
                (char) (name.charAt(0) + 0xfee0) + name.substring(1),
                name.replace('a', '\u0430'),
                name + ".",
                "." + name,
                name + "\u0000",
                name + "%20",
                name.replace('_', '-'));
    }

    @Test
    void tokenThatDoesNotSayWhenItWasIssued_isRefused_asItCouldNotBeRevokedByThat() {
        assertInvalid(token().without("iat").without("nbf").sign());
        assertThat(authenticator.authenticate(token().without("iat").sign())).isNotNull();
        assertThat(authenticator.authenticate(token().without("nbf").sign())).isNotNull();
    }

    @Test
    void tokenThatLivesLongerThanARevocation_isRefused() {
        assertThat(authenticator.authenticate(token().ttl(Duration.ofDays(90)).sign()))
                .isNotNull();
        assertInvalid(token().ttl(Duration.ofDays(91)).sign());
        assertInvalid(token().ttl(Duration.ofDays(365)).sign());
    }

    @Test
    void tokenIds_areOfOneForm() {
        for (String odd : List.of("", " ", "a b", "a\u00a0b", "a\u0000", "\u200b", "x".repeat(257))) {
            assertInvalid(token().claim("jti", odd).sign());
        }
    }

    @Test
    void hashes_differWhereverOneBitDoes() {
        TokenHash hash = TokenHash.of("x");
        assertThat(hash).isEqualTo(TokenHash.of("x")).isNotEqualTo(TokenHash.of("y"));
        for (int bit = 0; bit < 64; bit++) {
            long flip = 1L << bit;
            assertThat(hash)
                    .isNotEqualTo(new TokenHash(hash.first() ^ flip, hash.second(), hash.third(), hash.fourth()))
                    .isNotEqualTo(new TokenHash(hash.first(), hash.second() ^ flip, hash.third(), hash.fourth()))
                    .isNotEqualTo(new TokenHash(hash.first(), hash.second(), hash.third() ^ flip, hash.fourth()))
                    .isNotEqualTo(new TokenHash(hash.first(), hash.second(), hash.third(), hash.fourth() ^ flip));
        }
        // The first of NIST's examples, so that what is stored can be computed by hand.
        assertThat(TokenHash.of("abc").hex())
                .isEqualTo("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    }
}
