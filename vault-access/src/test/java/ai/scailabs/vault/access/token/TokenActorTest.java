package ai.scailabs.vault.access.token;

import static org.assertj.core.api.Assertions.assertThat;

import ai.scailabs.vault.access.MovableClock;
import ai.scailabs.vault.access.identity.Actor;
import ai.scailabs.vault.kernel.id.IdentityId;
import ai.scailabs.vault.testkit.TestIssuer;
import ai.scailabs.vault.testkit.TokenAlgorithm;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class TokenActorTest {
    private static final MovableClock CLOCK = new MovableClock(Instant.parse("2026-05-01T10:00:00Z"));
    private static TestIssuer issuer;
    private static TokenAuthenticator authenticator;

    @BeforeAll
    static void start() {
        issuer = TestIssuer.start(CLOCK);
        authenticator = TokenAuthenticator.start(
                new TokenProperties(List.of(issuer.issuer()), null, "scaivault", true), token -> {}, CLOCK);
    }

    @AfterAll
    static void stop() {
        authenticator.close();
        issuer.close();
    }

    @Test
    void person_isNamedByEmail() {
        Actor actor = authenticator.authenticate(issuer.token()
                .tenant("tnt_acme")
                .partner("ptn_a")
                .subject("usr_1")
                .claim("email", "jo@example.test")
                .claim("name", "Jo Doe")
                .scope("secrets:read  secrets:list")
                .groups("group:ops", "dev")
                .role("tenant_admin")
                .claim("roles", List.of("partner_admin"))
                .mfaVerifiedAt(CLOCK.instant().minusSeconds(60))
                .claim("jti", "token-1")
                .sign());

        assertThat(actor.identity().value()).isEqualTo("user:jo@example.test");
        assertThat(actor.displayName()).isEqualTo("Jo Doe");
        assertThat(actor.tenant().value()).isEqualTo("tnt_acme");
        assertThat(actor.partner().value()).isEqualTo("ptn_a");
        assertThat(actor.scopes()).containsExactlyInAnyOrder("secrets:read", "secrets:list");
        assertThat(actor.groups()).containsExactlyInAnyOrder(new IdentityId("group:ops"), new IdentityId("group:dev"));
        assertThat(actor.roles()).containsExactlyInAnyOrder("tenant_admin", "partner_admin");
        assertThat(actor.mfaVerifiedAt()).isEqualTo(CLOCK.instant().minusSeconds(60));
        assertThat(actor.tokenExpiresAt()).isEqualTo(CLOCK.instant().plus(Duration.ofHours(1)));
        assertThat(actor.tokenId()).isEqualTo("token-1");
        assertThat(actor.toString()).doesNotContain("token-1");
    }

    @ParameterizedTest
    @EnumSource(TokenAlgorithm.class)
    void everyAlgorithmOfTheList_isAccepted(TokenAlgorithm algorithm) {
        String token = issuer.token()
                .algorithm(algorithm)
                .tenant("tnt_acme")
                .partner("ptn_a")
                .user("jo@example.test")
                .sign();

        assertThat(authenticator.authenticate(token).identity().value()).isEqualTo("user:jo@example.test");
    }

    @Test
    void personWithoutProvedEmail_isNamedBySubject() {
        assertThat(authenticator
                        .authenticate(issuer.token()
                                .tenant("tnt_acme")
                                .partner("ptn_a")
                                .subject("usr_1")
                                .claim("email", "boss@example.test")
                                .claim("email_verified", false)
                                .sign())
                        .identity()
                        .value())
                .isEqualTo("user:usr_1");
    }

    @Test
    void service_isNamedByClientId() {
        Actor actor = authenticator.authenticate(issuer.token()
                .tenant("tnt_acme")
                .partner("ptn_a")
                .serviceAccount("mailer")
                .claim("email", "jo@example.test")
                .claim("scope", List.of("secrets:read"))
                .claim("mfa_verified_at", "2026-05-01T09:00:00Z")
                .claim("name", "evil\u202ename")
                .without("jti")
                .sign());

        assertThat(actor.identity().value()).isEqualTo("sa:mailer");
        assertThat(actor.displayName()).isEqualTo("sa:mailer");
        assertThat(actor.scopes()).containsExactly("secrets:read");
        assertThat(actor.mfaVerifiedAt()).isEqualTo(Instant.parse("2026-05-01T09:00:00Z"));
        assertThat(actor.tokenId()).isNull();
    }

    @Test
    void adminScope_impliesOtherAdminScopesAndNoSecrets() {
        Actor admin = authenticator.authenticate(issuer.token()
                .tenant("tnt_acme")
                .partner("ptn_a")
                .user("jo@example.test")
                .scope("admin")
                .sign());

        assertThat(admin.hasScope("admin")).isTrue();
        assertThat(admin.hasScope("pki:admin")).isTrue();
        assertThat(admin.hasScope("identity:admin")).isTrue();
        for (String other : List.of("secrets:read", "secrets:admin", "policies:write", "audit:read", "pki:issue")) {
            assertThat(admin.hasScope(other)).as(other).isFalse();
        }
    }
}
