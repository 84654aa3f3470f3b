package ai.scailabs.vault.access.issuer;

import static ai.scailabs.vault.access.AccessDatabase.ACME;
import static ai.scailabs.vault.access.AccessDatabase.OTHER;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import ai.scailabs.vault.access.AccessDatabase;
import ai.scailabs.vault.access.identity.Actor;
import ai.scailabs.vault.access.identity.Workload;
import ai.scailabs.vault.access.token.LocalIssuers;
import ai.scailabs.vault.access.token.TokenAuthenticator;
import ai.scailabs.vault.access.token.TokenProperties;
import ai.scailabs.vault.kernel.error.ErrorCode;
import ai.scailabs.vault.kernel.error.VaultException;
import ai.scailabs.vault.kernel.id.IdentityId;
import ai.scailabs.vault.kernel.id.Ids;
import ai.scailabs.vault.kernel.id.PartnerId;
import ai.scailabs.vault.kernel.id.TenantId;
import ai.scailabs.vault.testkit.TestIssuer;
import com.nimbusds.jose.JOSEObjectType;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.crypto.ECDSASigner;
import com.nimbusds.jose.jwk.Curve;
import com.nimbusds.jose.jwk.JWK;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.SignedJWT;
import java.net.URI;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.SecureRandom;
import java.security.spec.ECGenParameterSpec;
import java.time.Duration;
import java.time.Instant;
import java.util.Date;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Our own tokens: who can make them, and for how long their keys are there. */
class TenantIssuerTest {
    private static final PartnerId PARTNER_A = new PartnerId("ptn_a");
    private static final PartnerId PARTNER_B = new PartnerId("ptn_b");
    private static final Workload WORKLOAD =
            new Workload("trust_1", 1, "https://issuer.example.test", "workload", List.of());

    private AccessDatabase database;
    private TestIssuer scaiKey;
    private TestSeal seal;
    private IssuerNames names;
    private TenantIssuer issuer;
    private TokenAuthenticator authenticator;

    @BeforeEach
    void start() {
        database = new AccessDatabase();
        scaiKey = TestIssuer.start(database.clock);
        seal = new TestSeal();
        names = new IssuerNames(URI.create("https://vault.example.test"));
        issuer = issuer(Duration.ofDays(30));
        authenticator = authenticator();
    }

    @AfterEach
    void stop() {
        authenticator.close();
        scaiKey.close();
        database.close();
    }

    private TenantIssuer issuer(Duration keysSignFor) {
        return new TenantIssuer(
                database.transactions,
                seal,
                names,
                "scaivault",
                keysSignFor,
                database.clock,
                new Ids(database.clock, new SecureRandom()),
                new SecureRandom());
    }

    private TokenAuthenticator authenticator() {
        return TokenAuthenticator.start(
                new TokenProperties(List.of(scaiKey.issuer()), null, "scaivault", true),
                new LocalIssuers(issuer, database.clock),
                token -> {},
                database.clock);
    }

    private MintedToken mint(TenantId tenant, PartnerId partner) {
        return issuer.mint(new TokenGrant(
                tenant,
                partner,
                new IdentityId("sa:deployer"),
                Set.of("secrets:read"),
                WORKLOAD,
                database.clock.instant().plusSeconds(600)));
    }

    @Test
    void token_countsInItsTenant() {
        Actor actor = authenticator.authenticate(mint(ACME, PARTNER_A).token());
        assertThat(actor.tenant()).isEqualTo(ACME);
        assertThat(actor.partner()).isEqualTo(PARTNER_A);
        assertThat(actor.workload()).isEqualTo(WORKLOAD);
    }

    @Test
    void tokenThatWouldLiveTooLong_isNotMade() {
        for (Instant end : List.of(
                database.clock.instant().plus(Duration.ofHours(1)).plusSeconds(2),
                database.clock.instant().minusSeconds(1))) {
            assertThatThrownBy(() -> issuer.mint(new TokenGrant(
                            ACME, PARTNER_A, new IdentityId("sa:deployer"), Set.of("secrets:read"), WORKLOAD, end)))
                    .isInstanceOf(IllegalArgumentException.class);
        }
    }

    @Test
    void keyOfOneTenant_cannotSpeakForAnother() throws Exception {
        mint(OTHER, PARTNER_B);
        KeyPair stolen = newPair();
        publish(ACME, "key_stolen", stolen);
        assertThat(authenticator
                        .authenticate(signed(stolen, "key_stolen", claims(ACME)))
                        .tenant())
                .isEqualTo(ACME);
        // In the name of the other's issuer, and in the name of the other by the own issuer.
        assertInvalid(signed(stolen, "key_stolen", claims(OTHER)));
        assertInvalid(signed(
                stolen,
                "key_stolen",
                new JWTClaimsSet.Builder(claims(ACME))
                        .claim("tenant_id", OTHER.value())
                        .build()));
        assertInvalid(signed(
                stolen,
                "key_stolen",
                new JWTClaimsSet.Builder(claims(OTHER)).issuer(names.of(ACME)).build()));
    }

    @Test
    void ownToken_isReadStrictly() throws Exception {
        KeyPair key = newPair();
        publish(ACME, "key_own", key);
        JWTClaimsSet good = claims(ACME);
        assertThat(authenticator.authenticate(signed(key, "key_own", good)).workload())
                .isNotNull();
        Map<String, JWTClaimsSet> bad = Map.ofEntries(
                Map.entry(
                        "a person",
                        new JWTClaimsSet.Builder(good)
                                .subject("user:jo@acme.test")
                                .build()),
                Map.entry(
                        "a group",
                        new JWTClaimsSet.Builder(good).subject("group:ops").build()),
                Map.entry("nobody", new JWTClaimsSet.Builder(good).subject(null).build()),
                Map.entry(
                        "no actor",
                        new JWTClaimsSet.Builder(good).claim("act", null).build()),
                Map.entry(
                        "half an actor",
                        new JWTClaimsSet.Builder(good)
                                .claim("act", Map.of("iss", "x"))
                                .build()),
                Map.entry(
                        "no trust",
                        new JWTClaimsSet.Builder(good).claim("trust_id", null).build()),
                Map.entry(
                        "no revision",
                        new JWTClaimsSet.Builder(good)
                                .claim("trust_revision", null)
                                .build()),
                Map.entry("no id", new JWTClaimsSet.Builder(good).jwtID(null).build()),
                Map.entry(
                        "empty paths",
                        new JWTClaimsSet.Builder(good)
                                .claim("path_patterns", List.of())
                                .build()),
                Map.entry(
                        "paths that are none",
                        new JWTClaimsSet.Builder(good)
                                .claim("path_patterns", List.of("/"))
                                .build()),
                Map.entry(
                        "paths in a text",
                        new JWTClaimsSet.Builder(good)
                                .claim("path_patterns", "app/**")
                                .build()),
                Map.entry(
                        "other audience",
                        new JWTClaimsSet.Builder(good).audience("other").build()),
                Map.entry(
                        "issuer of nobody",
                        new JWTClaimsSet.Builder(good)
                                .issuer(names.of(ACME) + "/x")
                                .build()),
                Map.entry(
                        "issuer that begins alike",
                        new JWTClaimsSet.Builder(good)
                                .issuer(names.of(ACME) + "x")
                                .build()));
        for (Map.Entry<String, JWTClaimsSet> each : bad.entrySet()) {
            String token = signed(key, "key_own", each.getValue());
            assertThat(catchThrowableOfType(VaultException.class, () -> authenticator.authenticate(token))
                            .code())
                    .as(each.getKey())
                    .isEqualTo(ErrorCode.TOKEN_INVALID);
        }
        // No role, group or second factor comes from a token of ours.
        Actor actor = authenticator.authenticate(signed(
                key,
                "key_own",
                new JWTClaimsSet.Builder(good)
                        .claim("roles", List.of("partner_admin"))
                        .claim("groups", List.of("group:ops"))
                        .claim("mfa_verified_at", database.clock.instant().getEpochSecond())
                        .build()));
        assertThat(actor.roles()).isEmpty();
        assertThat(actor.groups()).isEmpty();
        assertThat(actor.mfaVerifiedAt()).isNull();
        // Of another kind than access tokens.
        SignedJWT other = new SignedJWT(
                new JWSHeader.Builder(JWSAlgorithm.ES256)
                        .type(JOSEObjectType.JWT)
                        .keyID("key_own")
                        .build(),
                good);
        other.sign(new ECDSASigner(key.getPrivate(), Curve.P_256));
        assertInvalid(other.serialize());
    }

    @Test
    void key_givesWayToTheNext_whichWasPublishedBefore_andStaysUntilItsTokensAreOver() throws Exception {
        MintedToken first = mint(ACME, PARTNER_A);
        String firstKey = keyOf(first);
        database.clock.advance(Duration.ofDays(28));
        assertThat(keyOf(mint(ACME, PARTNER_A))).isEqualTo(firstKey);
        assertThat(published()).containsExactly(firstKey);

        database.clock.advance(Duration.ofHours(36));
        assertThat(keyOf(mint(ACME, PARTNER_A))).isEqualTo(firstKey);
        assertThat(published()).hasSize(2).startsWith(firstKey);
        database.clock.advance(Duration.ofHours(11));
        MintedToken last = mint(ACME, PARTNER_A);
        assertThat(keyOf(last)).isEqualTo(firstKey);

        database.clock.advance(Duration.ofHours(1));
        String secondKey = keyOf(mint(ACME, PARTNER_A));
        assertThat(secondKey).isNotEqualTo(firstKey);
        assertThat(published()).containsExactly(firstKey, secondKey);
        database.clock.advance(Duration.ofHours(2));
        assertThat(published()).containsExactly(secondKey);
    }

    @Test
    void issuerThatSlept_makesAKeyAtOnce_andItsTokenCounts() throws Exception {
        String firstKey = keyOf(mint(ACME, PARTNER_A));
        authenticator.authenticate(mint(ACME, PARTNER_A).token());
        database.clock.advance(Duration.ofDays(400));
        MintedToken token = mint(ACME, PARTNER_A);
        assertThat(keyOf(token)).isNotEqualTo(firstKey);
        assertThat(authenticator.authenticate(token.token()).tenant()).isEqualTo(ACME);
        assertThat(published()).containsExactly(keyOf(token));
    }

    @Test
    void keyThatIsTakenAway_endsItsTokens() {
        String token = mint(ACME, PARTNER_A).token();
        authenticator.authenticate(token);
        database.execute("delete from token_signing_key");
        database.clock.advance(Duration.ofSeconds(31));
        assertInvalid(token);
    }

    @Test
    void keyThatLiesElsewhere_doesNotSign() {
        mint(ACME, PARTNER_A);
        mint(OTHER, PARTNER_B);
        database.execute(
                "update token_signing_key k set private_key = o.private_key from token_signing_key o where k.tenant_id = 'tnt_acme' and o.tenant_id = 'tnt_other'");
        assertThat(catchThrowableOfType(VaultException.class, () -> mint(ACME, PARTNER_A))
                        .code())
                .isEqualTo(ErrorCode.INTEGRITY_FAILURE);
    }

    @Test
    void privateKey_liesInTheDatabaseSealedOnly_andNoOtherTenantSeesIt() {
        mint(ACME, PARTNER_A);
        assertThat(
                        database.number(
                                "select count(*) from token_signing_key where position('\\x2a8648ce3d0201'::bytea in private_key) > 0"))
                .isZero();
        assertThat(
                        database.number(
                                "select count(*) from token_signing_key where position('\\x2a8648ce3d0201'::bytea in public_key) > 0"))
                .isEqualTo(1);
        assertThat(database.transactions.query(
                        OTHER, "select key_id from token_signing_key", (row, index) -> row.getString(1)))
                .isEmpty();
    }

    @Test
    void workerDisposesOfKeysThatAreOver_andOfNoOthers() throws Exception {
        mint(ACME, PARTNER_A);
        SigningKeyDisposal disposal = new SigningKeyDisposal(database.worker());
        assertThat(disposal.run()).isZero();
        database.execute("update token_signing_key set expires_at = now() - interval '1 second'");
        assertThat(disposal.run()).isEqualTo(1);
    }

    @Test
    void manyAtOnce_agreeOnOneKey() throws Exception {
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            Callable<MintedToken> minting = () -> mint(ACME, PARTNER_A);
            List<Future<MintedToken>> minted = threads.invokeAll(java.util.Collections.nCopies(12, minting));
            for (Future<MintedToken> each : minted) {
                assertThat(authenticator.authenticate(each.get().token()).tenant())
                        .isEqualTo(ACME);
            }
        }
    }

    @Test
    void strangersWhoNameTenantsThatDoNotExist_areRefused() throws Exception {
        KeyPair key = newPair();
        for (int i = 0; i < 50; i++) {
            assertInvalid(signed(key, "key_x", claims(new TenantId("tnt_nobody" + i))));
        }
        assertThat(new LocalIssuers(issuer, database.clock).published(new TenantId("tnt_nobody")))
                .isEqualTo("{\"keys\":[]}");
    }

    private List<String> published() {
        return issuer.published(ACME).stream().map(JWK::getKeyID).toList();
    }

    private static String keyOf(MintedToken token) throws java.text.ParseException {
        return SignedJWT.parse(token.token()).getHeader().getKeyID();
    }

    private void assertInvalid(String token) {
        assertThat(catchThrowableOfType(VaultException.class, () -> authenticator.authenticate(token))
                        .code())
                .isEqualTo(ErrorCode.TOKEN_INVALID);
    }

    private JWTClaimsSet claims(TenantId tenant) {
        Date now = Date.from(database.clock.instant());
        return new JWTClaimsSet.Builder()
                .issuer(names.of(tenant))
                .subject("sa:deployer")
                .audience("scaivault")
                .issueTime(now)
                .expirationTime(Date.from(database.clock.instant().plusSeconds(600)))
                .jwtID("tok_test")
                .claim("tenant_id", tenant.value())
                .claim("partner_id", "ptn_a")
                .claim("scope", "secrets:read")
                .claim("act", Map.of("iss", "https://issuer.example.test", "sub", "workload"))
                .claim("trust_id", "trust_1")
                .claim("trust_revision", 1)
                .build();
    }

    private static String signed(KeyPair key, String keyId, JWTClaimsSet claims) throws Exception {
        SignedJWT token = new SignedJWT(
                new JWSHeader.Builder(JWSAlgorithm.ES256)
                        .type(new JOSEObjectType("at+jwt"))
                        .keyID(keyId)
                        .build(),
                claims);
        token.sign(new ECDSASigner(key.getPrivate(), Curve.P_256));
        return token.serialize();
    }

    private static KeyPair newPair() throws Exception {
        KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
        generator.initialize(new ECGenParameterSpec("secp256r1"));
        return generator.generateKeyPair();
    }

    /** As if the tenant's own key were known to somebody. */
    private void publish(TenantId tenant, String keyId, KeyPair key) throws Exception {
        String hex = java.util.HexFormat.of().formatHex(key.getPublic().getEncoded());
        database.execute(
                "insert into token_signing_key (tenant_id, key_id, public_key, private_key, created_at, signs_from, expires_at)"
                        + " values ('" + tenant + "', '" + keyId + "', '\\x" + hex
                        + "', '', now(), now(), now() + interval '1 day')");
    }
}
