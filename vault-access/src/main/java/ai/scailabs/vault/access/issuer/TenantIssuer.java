package ai.scailabs.vault.access.issuer;

import ai.scailabs.vault.crypto.envelope.KeySeal;
import ai.scailabs.vault.crypto.provider.NativeProvider;
import ai.scailabs.vault.kernel.id.Ids;
import ai.scailabs.vault.kernel.id.PartnerId;
import ai.scailabs.vault.kernel.id.TenantId;
import ai.scailabs.vault.kernel.path.PathGlob;
import ai.scailabs.vault.kernel.sensitive.SensitiveBytes;
import ai.scailabs.vault.persistence.tenant.TenantTransactions;
import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JOSEObjectType;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.JWSSigner;
import com.nimbusds.jose.crypto.ECDSASigner;
import com.nimbusds.jose.jwk.Curve;
import com.nimbusds.jose.jwk.ECKey;
import com.nimbusds.jose.jwk.JWK;
import com.nimbusds.jose.jwk.KeyUse;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.SignedJWT;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.security.SecureRandom;
import java.security.interfaces.ECPublicKey;
import java.security.spec.ECGenParameterSpec;
import java.security.spec.PKCS8EncodedKeySpec;
import java.security.spec.X509EncodedKeySpec;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Comparator;
import java.util.Date;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Makes tokens in the name of a tenant's own issuer. A private key is sealed by the tenant's key while it lies in the database, and unsealed for one signature. Keys are made
 * when they are needed, and rotate by their age. Thread-safe.
 */
public final class TenantIssuer {
    /** Of a token. */
    public static final Duration LONGEST_LIFE = Duration.ofHours(1);

    private static final int MAX_ATTEMPTS = 3;
    private static final Duration CLOCK_SKEW = Duration.ofSeconds(30);
    private static final JOSEObjectType ACCESS_TOKEN = new JOSEObjectType("at+jwt");

    private final SigningKeyRepository repository;
    private final KeySeal seal;
    private final IssuerNames names;
    private final String audience;
    private final RotationPlan plan;
    private final Clock clock;
    private final Ids ids;
    private final SecureRandom random;

    /**
     * @param audience of the tokens: what this service wants to be called
     * @param keysSignFor after which a key gives way to the next
     */
    public TenantIssuer(
            TenantTransactions transactions,
            KeySeal seal,
            IssuerNames names,
            String audience,
            Duration keysSignFor,
            Clock clock,
            Ids ids,
            SecureRandom random) {
        this.repository = new SigningKeyRepository(transactions);
        this.seal = seal;
        this.names = names;
        this.audience = audience;
        this.plan = new RotationPlan(keysSignFor);
        this.clock = clock;
        this.ids = ids;
        this.random = random;
    }

    /**
     * @throws ai.scailabs.vault.kernel.error.VaultException {@code kms_unavailable}, {@code service_unavailable}; {@code integrity_failure} when the key was altered
     */
    public MintedToken mint(TokenGrant grant) {
        Instant now = clock.instant().truncatedTo(ChronoUnit.SECONDS);
        Instant expiresAt = grant.expiresAt().truncatedTo(ChronoUnit.SECONDS);
        if (!expiresAt.isAfter(now) || expiresAt.isAfter(now.plus(LONGEST_LIFE))) {
            throw new IllegalArgumentException("a token lives up to " + LONGEST_LIFE);
        }
        SigningKey key = current(grant.tenant(), grant.partner());
        String tokenId = ids.next("tok_");
        SignedJWT token = new SignedJWT(
                new JWSHeader.Builder(JWSAlgorithm.ES256)
                        .type(ACCESS_TOKEN)
                        .keyID(key.keyId())
                        .build(),
                claims(grant, tokenId, now, expiresAt));
        try (SensitiveBytes encoded = seal.open(grant.tenant(), grant.partner(), key.keyId(), key.sealedPrivateKey())) {
            PrivateKey privateKey =
                    KeyFactory.getInstance("EC").generatePrivate(new PKCS8EncodedKeySpec(encoded.expose()));
            JWSSigner signer = new ECDSASigner(privateKey, Curve.P_256);
            NativeProvider.get().ifPresent(signer.getJCAContext()::setProvider);
            token.sign(signer);
            return new MintedToken(token.serialize(), tokenId, now, expiresAt);
        } catch (GeneralSecurityException | JOSEException unusable) {
            throw new IllegalStateException("the key " + key.keyId() + " cannot sign", unusable);
        }
    }

    private JWTClaimsSet claims(TokenGrant grant, String tokenId, Instant now, Instant expiresAt) {
        JWTClaimsSet.Builder claims = new JWTClaimsSet.Builder()
                .issuer(names.of(grant.tenant()))
                .subject(grant.identity().value())
                .audience(audience)
                .issueTime(Date.from(now))
                .notBeforeTime(Date.from(now))
                .expirationTime(Date.from(expiresAt))
                .jwtID(tokenId)
                .claim(TokenMembers.TENANT, grant.tenant().value())
                .claim(TokenMembers.PARTNER, grant.partner().value())
                .claim(
                        TokenMembers.SCOPE,
                        String.join(" ", grant.scopes().stream().sorted().toList()))
                .claim(TokenMembers.TRUST, grant.workload().trustId())
                .claim(TokenMembers.TRUST_REVISION, grant.workload().trustRevision())
                .claim(
                        TokenMembers.ACTOR,
                        Map.of(
                                "iss",
                                grant.workload().issuer(),
                                "sub",
                                grant.workload().subject()));
        List<PathGlob> paths = grant.workload().paths();
        if (!paths.isEmpty()) {
            claims.claim(
                    TokenMembers.PATHS, paths.stream().map(PathGlob::pattern).toList());
        }
        return claims.build();
    }

    /** The key that signs now; makes it, or the one that comes after it, when that is due. */
    private SigningKey current(TenantId tenant, PartnerId partner) {
        Instant now = clock.instant().truncatedTo(ChronoUnit.MICROS);
        List<SigningKey> known = repository.unexpired(tenant, now);
        Optional<SigningKey> current = SigningKey.current(known, plan, now);
        if (current.isEmpty()) {
            return first(tenant, partner, known, now);
        }
        boolean hasNext = known.stream().anyMatch(key -> key.signsFrom().isAfter(now));
        if (!hasNext && plan.isNextDue(current.get(), now)) {
            SigningKey next = made(tenant, partner, plan.signsUntil(current.get()));
            repository.insertUnlessThereIsOneAfter(tenant, next, now, now);
        }
        return current.get();
    }

    /** Again when the tenant's key gave way to the next while it was made. */
    private SigningKey first(TenantId tenant, PartnerId partner, List<SigningKey> known, Instant now) {
        Instant tooOld = known.stream()
                .map(SigningKey::signsFrom)
                .max(Comparator.naturalOrder())
                .orElse(Instant.EPOCH);
        for (int attempt = 0; attempt < MAX_ATTEMPTS; attempt++) {
            // Of a little earlier, for instances whose clock is a little behind.
            SigningKey made = made(tenant, partner, now.minus(CLOCK_SKEW));
            repository.insertUnlessThereIsOneAfter(tenant, made, now, tooOld);
            Optional<SigningKey> current = SigningKey.current(repository.unexpired(tenant, now), plan, now);
            if (current.isPresent()) {
                return current.get();
            }
        }
        throw new IllegalStateException("the first key of " + tenant + " vanished");
    }

    private SigningKey made(TenantId tenant, PartnerId partner, Instant signsFrom) {
        String keyId = ids.next("key_");
        KeyPair pair = newPair();
        try (SensitiveBytes privateKey = SensitiveBytes.owning(pair.getPrivate().getEncoded())) {
            return new SigningKey(
                    keyId,
                    pair.getPublic().getEncoded(),
                    seal.seal(tenant, partner, keyId, privateKey),
                    signsFrom,
                    plan.expiryOf(signsFrom));
        }
    }

    private KeyPair newPair() {
        try {
            KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
            generator.initialize(new ECGenParameterSpec("secp256r1"), random);
            return generator.generateKeyPair();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every Java platform has P-256", e);
        }
    }

    /**
     * The public halves of the keys that verify the tenant's tokens, and of the one that is going to; none for a tenant that never had a token made.
     *
     * @throws ai.scailabs.vault.kernel.error.VaultException {@code service_unavailable}
     */
    public List<JWK> published(TenantId tenant) {
        return repository.unexpired(tenant, clock.instant()).stream()
                .map(TenantIssuer::published)
                .toList();
    }

    private static JWK published(SigningKey key) {
        try {
            ECPublicKey publicKey =
                    (ECPublicKey) KeyFactory.getInstance("EC").generatePublic(new X509EncodedKeySpec(key.publicKey()));
            return new ECKey.Builder(Curve.P_256, publicKey)
                    .keyID(key.keyId())
                    .keyUse(KeyUse.SIGNATURE)
                    .algorithm(JWSAlgorithm.ES256)
                    .build();
        } catch (GeneralSecurityException unusable) {
            throw new IllegalStateException("the public key " + key.keyId() + " is none", unusable);
        }
    }

    public IssuerNames names() {
        return names;
    }
}
