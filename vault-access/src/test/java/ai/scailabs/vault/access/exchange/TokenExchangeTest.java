package ai.scailabs.vault.access.exchange;

import static ai.scailabs.vault.access.AccessDatabase.ACME;
import static ai.scailabs.vault.access.AccessDatabase.OTHER;
import static ai.scailabs.vault.access.exchange.ExchangeSetup.SUBJECT;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import ai.scailabs.vault.access.identity.Actor;
import ai.scailabs.vault.access.trust.Trust;
import ai.scailabs.vault.access.trust.TrustDraft;
import ai.scailabs.vault.audit.trail.AuditAction;
import ai.scailabs.vault.kernel.error.ErrorCode;
import ai.scailabs.vault.kernel.error.VaultException;
import ai.scailabs.vault.kernel.id.IdentityId;
import ai.scailabs.vault.kernel.id.TenantId;
import ai.scailabs.vault.testkit.TestIssuer;
import ai.scailabs.vault.testkit.TokenAlgorithm;
import ai.scailabs.vault.testkit.TokenBuilder;
import com.nimbusds.jwt.SignedJWT;
import java.text.ParseException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** What comes in must be exactly what the trust asks for; what goes out is never more than it gives. */
class TokenExchangeTest {
    private static ExchangeSetup setup;
    private static Trust trust;

    @BeforeAll
    static void start() {
        setup = new ExchangeSetup();
        trust = setup.create(ACME, setup.github("main"));
    }

    @AfterAll
    static void stop() {
        setup.close();
    }

    private static TokenBuilder honest() {
        return setup.foreign.token().subject(SUBJECT);
    }

    /** Advisories CVE-2024-5798 and that of Conjur 1.21.3. */
    @Test
    void tokenThatIsNotExactlyWhatIsAskedFor_isRefused_andNothingTellsWhy() {
        Instant soon = setup.database.clock.instant().plusSeconds(300);
        Map<String, String> tokens = new LinkedHashMap<>();
        tokens.put("no audience", honest().without("aud").sign());
        tokens.put("other audience", honest().audience("scaivault-other").sign());
        tokens.put("audience that begins alike", honest().audience("scaivaultx").sign());
        tokens.put("audience that is a beginning", honest().audience("scai").sign());
        tokens.put("audience in capitals", honest().audience("ScaiVault").sign());
        tokens.put("audience with a space", honest().audience("scaivault ").sign());
        tokens.put(
                "audience as a list in a text",
                honest().claim("aud", "[\"scaivault\"]").sign());
        tokens.put(
                "audiences in one text",
                honest().claim("aud", "other scaivault").sign());
        tokens.put(
                "audience in an object",
                honest().claim("aud", Map.of("scaivault", true)).sign());
        tokens.put(
                "audience in a list of lists",
                honest().claim("aud", List.of(List.of("scaivault"))).sign());
        tokens.put("no issuer", honest().without("iss").sign());
        tokens.put(
                "other issuer", honest().issuedBy("https://issuer.example.test").sign());
        tokens.put(
                "issuer with a slash",
                honest().issuedBy(setup.foreign.issuer() + "/").sign());
        tokens.put(
                "issuer in capitals",
                honest().issuedBy(setup.foreign.issuer().replace("http", "HTTP"))
                        .sign());
        tokens.put("alg none", honest().unsigned());
        tokens.put("public key as secret", honest().signWithPublicKeyAsSecret());
        tokens.put("unknown key", honest().signWithUnknownKey());
        tokens.put("forged key", honest().signWithForgedKey());
        tokens.put("damaged", honest().signAndDamage());
        tokens.put("no kid", honest().header("kid", "").sign());
        tokens.put(
                "kid that is a path",
                honest().header("kid", "../../../dev/null").sign());
        tokens.put("kid that is SQL", honest().header("kid", "x' or '1'='1").sign());
        tokens.put(
                "key in the header",
                honest().header("jwk", Map.of("kty", "oct", "k", "AAAA")).signWithForgedKey());
        tokens.put(
                "key URL in the header",
                honest().header("jku", setup.foreign.jwksUri().toString()).signWithForgedKey());
        tokens.put("critical header", honest().header("crit", List.of("exp")).sign());
        tokens.put("other type", honest().header("typ", "logout+jwt").sign());
        tokens.put("not valid yet", honest().notBefore(soon).sign());
        tokens.put(
                "issued in the future",
                honest().claim("iat", soon.getEpochSecond()).sign());
        tokens.put("nbf that is no time", honest().claim("nbf", "never").sign());
        tokens.put("no expiry", honest().without("exp").sign());
        tokens.put("expiry that is no time", honest().claim("exp", "9999999999").sign());
        tokens.put(
                "expiry beyond all time", honest().claim("exp", Long.MAX_VALUE).sign());
        tokens.put("no subject", honest().without("sub").sign());
        tokens.put("subject in a list", honest().claim("sub", List.of(SUBJECT)).sign());
        tokens.put("other subject", honest().subject(SUBJECT + "x").sign());
        tokens.put(
                "subject in capitals",
                honest().subject(SUBJECT.toUpperCase(java.util.Locale.ROOT)).sign());
        tokens.put("subject with a space", honest().subject(SUBJECT + " ").sign());
        tokens.put("subject with a line break", honest().subject(SUBJECT + "\n").sign());
        tokens.put("oversized", honest().claim("pad", "x".repeat(20_000)).sign());
        tokens.put("no token", "a.b.c");
        tokens.put("four parts", honest().sign() + ".x");
        tokens.put("padded", honest().sign() + "=");
        tokens.put(
                "token of our own identity provider",
                setup.scaiKey.token().subject(SUBJECT).sign());

        List<String> messages = new ArrayList<>();
        tokens.forEach((what, token) -> {
            VaultException refusal = refusal(trust, token);
            assertThat(refusal.code()).as(what).isEqualTo(ErrorCode.TOKEN_INVALID);
            assertThat(refusal.details()).as(what).isEmpty();
            assertThat(refusal.evidence()).as(what).containsKey("reason").containsEntry("trust_id", trust.id());
            assertThat(refusal.evidence().toString()).as(what).doesNotContain(token);
            messages.add(refusal.getMessage());
        });
        assertThat(Set.copyOf(messages)).hasSize(1);
        assertThat(setup.exchange(ACME, trust, honest().sign()).actor().identity())
                .isEqualTo(new IdentityId("sa:deployer"));
    }

    @Test
    void roleThatDoesNotExist_isRefusedWithTheSameWords() {
        String token = honest().sign();
        String known = String.valueOf(
                refusal(trust, honest().subject("repo:acme/other:x").sign()).getMessage());
        List<TenantId> told = new ArrayList<>();
        for (String role : List.of(
                "tnt_acme/none", "tnt_nobody/main", "tnt_other/main", "tnt_acme/MAIN", "tnt_other/" + trust.id())) {
            VaultException refusal = catchThrowableOfType(
                    VaultException.class, () -> setup.exchange.exchange(ExchangeSetup.request(role, token), told::add));
            assertThat(refusal.code()).as(role).isEqualTo(ErrorCode.TOKEN_INVALID);
            assertThat(refusal.details()).isEmpty();
            assertThat(refusal).hasMessage(known);
        }
        assertThat(told).containsExactlyInAnyOrder(ACME, OTHER, ACME, OTHER);
    }

    @Test
    void requestThatNobodyCouldGrant_isRefusedByName() {
        String token = honest().sign();
        String role = "tnt_acme/main";
        Map<String, ExchangeRequest> requests = new LinkedHashMap<>();
        requests.put(
                "grant_type",
                new ExchangeRequest("client_credentials", token, ExchangeSetup.JWT, role, null, null, null));
        requests.put(
                "subject_token",
                new ExchangeRequest(ExchangeSetup.GRANT, null, ExchangeSetup.JWT, role, null, null, null));
        requests.put(
                "subject_token_type", new ExchangeRequest(ExchangeSetup.GRANT, token, null, role, null, null, null));
        requests.put("role", ExchangeSetup.request("main", token));
        requests.put(
                "audience",
                new ExchangeRequest(ExchangeSetup.GRANT, token, ExchangeSetup.JWT, role, "elsewhere", null, null));
        requests.put(
                "scope", new ExchangeRequest(ExchangeSetup.GRANT, token, ExchangeSetup.JWT, role, null, "a  b", null));
        requests.put(
                "requested_token_type",
                new ExchangeRequest(ExchangeSetup.GRANT, token, ExchangeSetup.JWT, role, null, null, "urn:x"));
        requests.forEach((field, request) -> {
            VaultException refusal =
                    catchThrowableOfType(VaultException.class, () -> setup.exchange.exchange(request, known -> {}));
            assertThat(refusal.code()).as(field).isEqualTo(ErrorCode.VALIDATION_ERROR);
            assertThat(refusal.details().get("fields")).asString().contains(field);
        });
        for (String malformed :
                List.of("ptn_a/main", "tnt_acme/../main", "tnt_acme/", "/main", "tnt_acme/a b", "tnt_/main")) {
            assertThat(catchThrowableOfType(
                                    VaultException.class,
                                    () -> setup.exchange.exchange(ExchangeSetup.request(malformed, token), known -> {}))
                            .code())
                    .as(malformed)
                    .isEqualTo(ErrorCode.VALIDATION_ERROR);
        }
    }

    @Test
    void expiredToken_isCalledSo_toWhomItLetInBefore_only() {
        String mine = honest().ttl(Duration.ofSeconds(-1)).sign();
        assertThat(refusal(trust, mine).code()).isEqualTo(ErrorCode.TOKEN_EXPIRED);
        String others = honest().subject("repo:acme/other:x")
                .ttl(Duration.ofSeconds(-1))
                .sign();
        assertThat(refusal(trust, others).code()).isEqualTo(ErrorCode.TOKEN_INVALID);
        assertThat(refusal(trust, honest().ttl(Duration.ofSeconds(-1)).signWithForgedKey())
                        .code())
                .isEqualTo(ErrorCode.TOKEN_INVALID);
    }

    @Test
    void everyAlgorithmOfTheList_isAccepted_alsoWithSeveralAudiences() {
        for (TokenAlgorithm algorithm : TokenAlgorithm.values()) {
            String token =
                    honest().algorithm(algorithm).audience("other", "scaivault").sign();
            assertThat(setup.authenticated(setup.exchange(ACME, trust, token)).tenant())
                    .isEqualTo(ACME);
        }
        assertThat(setup.exchange(
                                ACME, trust, honest().claim("aud", "scaivault").sign())
                        .token())
                .isNotNull();
    }

    @Test
    void whatComesOut_saysWhatTheTrustGives_andWhoIsBehind() throws ParseException {
        Exchanged exchanged = setup.exchange(
                ACME,
                trust,
                honest().role("partner_admin")
                        .scope("admin")
                        .groups("group:ops")
                        .sign());
        Actor actor = setup.authenticated(exchanged);
        assertThat(actor).isEqualTo(exchanged.actor());
        assertThat(actor.identity()).isEqualTo(new IdentityId("sa:deployer"));
        assertThat(actor.tenant()).isEqualTo(ACME);
        assertThat(actor.scopes()).containsExactlyInAnyOrder("secrets:read", "secrets:list");
        assertThat(actor.roles()).isEmpty();
        assertThat(actor.groups()).isEmpty();
        assertThat(actor.mfaVerifiedAt()).isNull();
        assertThat(actor.workload()).isNotNull();
        assertThat(actor.workload().issuer()).isEqualTo(setup.foreign.issuer());
        assertThat(actor.workload().subject()).isEqualTo(SUBJECT);
        assertThat(actor.workload().paths()).extracting(Object::toString).containsExactly("app/**");
        Map<String, Object> claims =
                SignedJWT.parse(exchanged.token().token()).getJWTClaimsSet().getClaims();
        assertThat(claims)
                .containsEntry("iss", "https://vault.example.test/v1/auth/issuers/tnt_acme")
                .containsEntry("sub", "sa:deployer")
                .containsEntry("act", Map.of("iss", setup.foreign.issuer(), "sub", SUBJECT))
                .containsEntry("scope", "secrets:list secrets:read")
                .containsEntry("path_patterns", List.of("app/**"))
                .containsEntry("partner_id", "ptn_a");
    }

    /** Advisory CVE-2020-25816: what is made outlives neither the proof nor the trust's limit. */
    @Test
    void tokenEndsWithTheTrustsLimit_orWithTheProof_whicheverIsFirst() {
        Instant now = setup.database.clock.instant();
        assertThat(setup.exchange(ACME, trust, honest().ttl(Duration.ofHours(5)).sign())
                        .token()
                        .expiresAt())
                .isBetween(now.plusSeconds(1_790), now.plusSeconds(1_801));
        assertThat(setup.exchange(
                                ACME, trust, honest().ttl(Duration.ofMinutes(7)).sign())
                        .token()
                        .expiresAt())
                .isBetween(now.plusSeconds(410), now.plusSeconds(421));
        assertThat(refusal(trust, honest().ttl(Duration.ofSeconds(-20)).sign()).code())
                .isEqualTo(ErrorCode.TOKEN_EXPIRED);
    }

    @Test
    void scopes_canBeFewer_andNeverMore() {
        String token = honest().sign();
        Exchanged fewer = setup.exchange.exchange(
                new ExchangeRequest(
                        ExchangeSetup.GRANT,
                        token,
                        ExchangeSetup.JWT,
                        "tnt_acme/main",
                        "scaivault",
                        "secrets:list",
                        null),
                known -> {});
        assertThat(setup.authenticated(fewer).scopes()).containsExactly("secrets:list");
        VaultException more = catchThrowableOfType(
                VaultException.class,
                () -> setup.exchange.exchange(
                        new ExchangeRequest(
                                ExchangeSetup.GRANT,
                                token,
                                ExchangeSetup.JWT,
                                "tnt_acme/main",
                                null,
                                "secrets:list secrets:write",
                                null),
                        known -> {}));
        assertThat(more.code()).isEqualTo(ErrorCode.VALIDATION_ERROR);
    }

    @Test
    void ourOwnToken_isNotExchangedAgain() {
        String own = setup.exchange(ACME, trust, honest().sign()).token().token();
        assertThat(refusal(trust, own).code()).isEqualTo(ErrorCode.TOKEN_INVALID);
        for (String issuer : List.of(setup.names.of(ACME), setup.names.of(OTHER), setup.names.of(ACME) + "/x")) {
            TrustDraft draft = withIssuer(setup.github("own"), issuer, setup.names.keysOf(ACME));
            assertThat(catchThrowableOfType(VaultException.class, () -> setup.create(ACME, draft))
                            .code())
                    .isEqualTo(ErrorCode.VALIDATION_ERROR);
        }
        // Through another name of ours: the token still says whose it is.
        Trust disguised = setup.create(
                ACME, withIssuer(setup.github("disguised"), "https://alias.example.test", setup.names.keysOf(ACME)));
        assertThat(refusal(disguised, own).code()).isEqualTo(ErrorCode.TOKEN_INVALID);
    }

    @Test
    void twoTenantsThatTrustOneIssuer_shareNothing() {
        Trust other = setup.create(OTHER, setup.github("theirs"));
        assertThat(setup.exchange(OTHER, other, honest().sign()).actor().tenant())
                .isEqualTo(OTHER);
        // The other tenant's trust names keys of somebody else for the same issuer: it lets in nobody, and takes
        // nothing from the first.
        try (TestIssuer elsewhere = TestIssuer.start(setup.database.clock)) {
            Trust wrongKeys = setup.create(
                    OTHER,
                    withIssuer(
                            setup.github("wrong-keys"),
                            setup.foreign.issuer(),
                            elsewhere.jwksUri().toString()));
            assertThat(refusal(OTHER, wrongKeys, honest().sign()).code()).isEqualTo(ErrorCode.TOKEN_INVALID);
            String forged = elsewhere
                    .token()
                    .subject(SUBJECT)
                    .issuedBy(setup.foreign.issuer())
                    .sign();
            assertThat(setup.exchange(OTHER, wrongKeys, forged).actor().tenant())
                    .isEqualTo(OTHER);
            assertThat(refusal(trust, forged).code()).isEqualTo(ErrorCode.TOKEN_INVALID);
            assertThat(setup.exchange(ACME, trust, honest().sign()).actor().tenant())
                    .isEqualTo(ACME);
        }
    }

    @Test
    void conditions_areAllAsked_andNestedOnesWhereTheyLie() {
        Trust kubernetes = setup.create(
                ACME,
                setup.oidc(
                        "kubernetes",
                        new TrustDraft.Condition("sub", null, "system:serviceaccount:prod:*"),
                        new TrustDraft.Condition("/kubernetes.io/namespace", "prod", null),
                        new TrustDraft.Condition("verified", true, null),
                        new TrustDraft.Condition("generation", 7L, null)));
        TokenBuilder good = setup.foreign
                .token()
                .subject("system:serviceaccount:prod:deployer")
                .claim("kubernetes.io", Map.of("namespace", "prod"))
                .claim("verified", true)
                .claim("generation", 7);
        assertThat(setup.exchange(ACME, kubernetes, good.sign())
                        .actor()
                        .workload()
                        .subject())
                .isEqualTo("system:serviceaccount:prod:deployer");
        List<String> tricks = List.of(
                good.claim("kubernetes.io", Map.of("namespace", "dev")).sign(),
                good.claim("kubernetes.io", Map.of("namespace", List.of("prod")))
                        .sign(),
                good.claim("kubernetes.io", List.of(Map.of("namespace", "prod")))
                        .sign(),
                good.claim("kubernetes.io", "{\"namespace\":\"prod\"}").sign(),
                good.without("kubernetes.io")
                        .claim("/kubernetes.io/namespace", "prod")
                        .sign(),
                good.without("kubernetes.io")
                        .claim("kubernetes.io/namespace", "prod")
                        .sign(),
                good.claim("kubernetes.io", Map.of("namespace", "prod"))
                        .claim("verified", "true")
                        .sign(),
                good.claim("verified", List.of(true)).sign(),
                good.claim("verified", true).claim("generation", "7").sign(),
                good.claim("generation", 7.5).sign(),
                good.claim("generation", 7)
                        .subject("system:serviceaccount:prod:a:b")
                        .sign(),
                good.subject("system:serviceaccount:production:deployer").sign());
        for (int i = 0; i < tricks.size(); i++) {
            assertThat(refusal(kubernetes, tricks.get(i)).code()).as("%d", i).isEqualTo(ErrorCode.TOKEN_INVALID);
        }
        assertThat(refusal(kubernetes, tricks.getFirst()).evidence())
                .containsEntry("reason", "condition_not_met")
                .containsEntry("claim", "/kubernetes.io/namespace");
    }

    @Test
    void anyChangeOfATrust_endsItsTokens_andNoOthers() {
        Trust changing = setup.create(ACME, setup.github("changing"));
        Exchanged before = setup.exchange(ACME, changing, honest().sign());
        Exchanged beside = setup.exchange(ACME, trust, honest().sign());
        assertThat(setup.authenticated(before).tenant()).isEqualTo(ACME);

        Trust narrowed = setup.trusts.patch(
                changing.id(),
                old -> withPaths(old, List.of("app/one")),
                changing.revision(),
                ExchangeSetup.ADMIN,
                setup.entry(ACME, AuditAction.TRUST_UPDATE));
        assertRevoked(before);
        Exchanged after = setup.exchange(ACME, narrowed, honest().sign());
        assertThat(setup.authenticated(after).workload().paths()).hasSize(1);

        setup.trusts.delete(narrowed.id(), null, ExchangeSetup.ADMIN, setup.entry(ACME, AuditAction.TRUST_DELETE));
        assertRevoked(after);
        assertThat(refusal(narrowed, honest().sign()).code()).isEqualTo(ErrorCode.TOKEN_INVALID);
        assertThat(setup.authenticated(beside).tenant()).isEqualTo(ACME);
    }

    @Test
    void trustThatIsSwitchedOff_letsNobodyIn() {
        Trust off = setup.create(ACME, setup.github("off"));
        Exchanged before = setup.exchange(ACME, off, honest().sign());
        setup.trusts.patch(
                off.id(),
                old -> new TrustDraft(
                        old.name(),
                        null,
                        old.kind(),
                        old.issuer(),
                        null,
                        old.audience(),
                        old.conditions(),
                        null,
                        null,
                        old.identityId(),
                        old.scopes(),
                        null,
                        old.ttl(),
                        false),
                null,
                ExchangeSetup.ADMIN,
                setup.entry(ACME, AuditAction.TRUST_UPDATE));
        assertRevoked(before);
        assertThat(refusal(off, honest().sign()).evidence()).containsEntry("reason", "trust_not_active");
    }

    @Test
    void suspendedTenant_letsNobodyIn() {
        setup.database.execute(
                "insert into tenant (tenant_id, partner_id, created_at, status) values ('tnt_gone', 'ptn_a', now(), 'suspended')");
        TenantId gone = new TenantId("tnt_gone");
        Trust there = setup.create(gone, setup.github("main"));
        VaultException refusal = refusal(gone, there, honest().sign());
        assertThat(refusal.code()).isEqualTo(ErrorCode.TOKEN_INVALID);
        assertThat(refusal.evidence()).containsEntry("reason", "tenant_suspended");
    }

    @Test
    void trustThatANewerVersionWrote_letsNobodyIn() {
        Trust newer = setup.create(ACME, setup.github("newer"));
        setup.database.execute(
                "update workload_trust set terms = terms || '{\"only_on_sundays\": true}' where trust_id = '"
                        + newer.id() + "'");
        assertThat(refusal(newer, honest().sign()).code()).isEqualTo(ErrorCode.TOKEN_INVALID);
        setup.trusts.delete(newer.id(), null, ExchangeSetup.ADMIN, setup.entry(ACME, AuditAction.TRUST_DELETE));
    }

    @Test
    void issuerThatIsAway_isServiceUnavailable_unlessItsKeysAreKnown() {
        try (TestIssuer away = TestIssuer.start(setup.database.clock)) {
            Trust known = setup.create(ACME, withIssuer(setup.github("known"), away.issuer(), null));
            String token = away.token().subject(SUBJECT).sign();
            setup.exchange(ACME, known, token);
            Trust unknown = setup.create(ACME, withIssuer(setup.github("unknown"), away.issuer(), null));
            away.down();
            assertThat(setup.exchange(ACME, known, token).actor().tenant()).isEqualTo(ACME);
            VaultException refusal = refusal(unknown, token);
            assertThat(refusal.code()).isEqualTo(ErrorCode.SERVICE_UNAVAILABLE);
            assertThat(refusal.details()).containsEntry("dependency", "subject_token_issuer");
        }
    }

    private static void assertRevoked(Exchanged exchanged) {
        assertThat(catchThrowableOfType(VaultException.class, () -> setup.authenticated(exchanged))
                        .code())
                .isEqualTo(ErrorCode.TOKEN_REVOKED);
    }

    private static VaultException refusal(Trust by, String token) {
        return refusal(ACME, by, token);
    }

    private static VaultException refusal(TenantId tenant, Trust by, String token) {
        return catchThrowableOfType(VaultException.class, () -> setup.exchange(tenant, by, token));
    }

    private static TrustDraft withIssuer(TrustDraft draft, String issuer, String jwksUrl) {
        return new TrustDraft(
                draft.name(),
                null,
                draft.kind(),
                issuer,
                jwksUrl,
                draft.audience(),
                draft.conditions(),
                null,
                null,
                draft.identityId(),
                draft.scopes(),
                draft.pathPatterns(),
                draft.ttl(),
                null);
    }

    private static TrustDraft withPaths(TrustDraft draft, List<String> paths) {
        return new TrustDraft(
                draft.name(),
                null,
                draft.kind(),
                draft.issuer(),
                draft.jwksUrl(),
                draft.audience(),
                draft.conditions(),
                null,
                null,
                draft.identityId(),
                draft.scopes(),
                paths,
                draft.ttl(),
                draft.active());
    }
}
