package ai.scailabs.vault.pki;

import ai.scailabs.vault.pki.x509.CertificateDraft;
import ai.scailabs.vault.pki.x509.CertificateEndpoints;
import ai.scailabs.vault.pki.x509.CertificateLint;
import ai.scailabs.vault.pki.x509.CertificateProfile;
import ai.scailabs.vault.pki.x509.CertificateSigner;
import ai.scailabs.vault.pki.x509.IssuerView;
import ai.scailabs.vault.pki.x509.Issuers;
import ai.scailabs.vault.pki.x509.JavaSignatures;
import ai.scailabs.vault.pki.x509.KeySpec;
import ai.scailabs.vault.pki.x509.Pem;
import ai.scailabs.vault.pki.x509.PrivateKeyFormat;
import ai.scailabs.vault.pki.x509.SerialNumber;
import ai.scailabs.vault.pki.x509.SignatureScheme;
import ai.scailabs.vault.pki.x509.Subject;
import ai.scailabs.vault.pki.x509.SubjectAlternativeNames;
import ai.scailabs.vault.pki.x509.SubjectKey;
import ai.scailabs.vault.pki.x509.Validity;
import java.io.IOException;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyPair;
import java.security.SecureRandom;
import java.security.spec.RSAPublicKeySpec;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.bouncycastle.asn1.DERNull;
import org.bouncycastle.asn1.pkcs.PKCSObjectIdentifiers;
import org.bouncycastle.asn1.pkcs.PrivateKeyInfo;
import org.bouncycastle.asn1.pkcs.RSAPrivateKey;
import org.bouncycastle.asn1.x509.AlgorithmIdentifier;

/** An authority with its key, made by what is under test. */
public record TestIssuer(IssuerView view, KeyPair keys, byte[] certificate, List<byte[]> above) {
    /** The real time: GnuTLS verifies at no other. */
    public static final Instant NOW = Instant.now().truncatedTo(ChronoUnit.SECONDS);

    public static final SecureRandom RANDOM = new SecureRandom();
    public static final CertificateEndpoints ENDPOINTS = new CertificateEndpoints(
            List.of("http://pki.example/ca.cer"),
            List.of("http://pki.example/ocsp"),
            List.of("http://pki.example/1.crl"));

    private static final CertificateLint LINT = new CertificateLint();
    private static final CertificateSigner SIGNER = new CertificateSigner(JavaSignatures.ofTheRuntime());
    /** Two of each, for whoever signs next to each other: what the tests show does not depend on more. */
    private static final Map<KeySpec, List<KeyPair>> KEYS = new EnumMap<>(KeySpec.class);

    public static KeyPair keys(KeySpec spec) {
        return keys(spec, 0);
    }

    private static synchronized KeyPair keys(KeySpec spec, int which) {
        return KEYS.computeIfAbsent(spec, each -> List.of(generate(each), generate(each)))
                .get(which);
    }

    /** Large keys of RSA by OpenSSL, which finds primes several times faster. */
    private static KeyPair generate(KeySpec spec) {
        if (!spec.isRsa()) {
            return spec.generate(RANDOM);
        }
        Peer generated = Peer.run("openssl", "genrsa", "-traditional", String.valueOf(spec.keySize()));
        byte[] der =
                Pem.read(generated.output(), 10_000, 1).orElseThrow().getFirst().content();
        try {
            RSAPrivateKey key = RSAPrivateKey.getInstance(der);
            KeyFactory factory = KeyFactory.getInstance("RSA");
            return new KeyPair(
                    factory.generatePublic(new RSAPublicKeySpec(key.getModulus(), key.getPublicExponent())),
                    PrivateKeyFormat.read(
                            new PrivateKeyInfo(
                                            new AlgorithmIdentifier(
                                                    PKCSObjectIdentifiers.rsaEncryption, DERNull.INSTANCE),
                                            key)
                                    .getEncoded(),
                            spec));
        } catch (GeneralSecurityException | IOException e) {
            throw new IllegalStateException(e);
        }
    }

    public static TestIssuer root(KeySpec spec) {
        return root(spec, CertificateProfile.Authority.unbounded());
    }

    public static TestIssuer root(KeySpec spec, CertificateProfile.Authority profile) {
        KeyPair keys = keys(spec, 0);
        SubjectKey key = SubjectKey.of(keys.getPublic());
        Subject subject = Subject.builder()
                .country("NL")
                .organization("Acme")
                .commonName("Acme Root " + spec)
                .build();
        Validity validity = Validity.from(NOW, Duration.ofMinutes(1), Duration.ofDays(3650));
        SignatureScheme scheme = SignatureScheme.of(spec);
        IssuerView itself = Issuers.ofItself(subject, key, validity, scheme);
        CertificateDraft draft = new CertificateDraft(
                SerialNumber.random(RANDOM),
                subject,
                key,
                validity,
                SubjectAlternativeNames.NONE,
                profile,
                CertificateEndpoints.NONE);
        byte[] certificate = SIGNER.sign(LINT.lint(draft, itself), itself, keys.getPrivate());
        return new TestIssuer(Issuers.of(certificate, List.of(), scheme), keys, certificate, List.of());
    }

    public TestIssuer intermediate(String name, KeySpec spec, CertificateProfile.Authority profile) {
        KeyPair own = keys(spec, 1);
        byte[] issued = issue(draft(
                Subject.commonName(name),
                SubjectKey.of(own.getPublic()),
                SubjectAlternativeNames.NONE,
                profile,
                Duration.ofDays(1825)));
        List<byte[]> chain = new ArrayList<>(List.of(certificate));
        chain.addAll(above);
        return new TestIssuer(Issuers.of(issued, chain, SignatureScheme.of(spec)), own, issued, List.copyOf(chain));
    }

    /** The same authority, as it signs by a role that says how. */
    public TestIssuer signingBy(SignatureScheme scheme) {
        return new TestIssuer(view.signingBy(scheme), keys, certificate, above);
    }

    public CertificateDraft draft(
            Subject subject, SubjectKey key, SubjectAlternativeNames names, CertificateProfile profile, Duration ttl) {
        return new CertificateDraft(
                SerialNumber.random(RANDOM),
                subject,
                key,
                Validity.from(NOW, Duration.ofSeconds(30), ttl),
                names,
                profile,
                ENDPOINTS);
    }

    public byte[] tbs(CertificateDraft draft) {
        return LINT.lint(draft, view).tbsCertificate();
    }

    public byte[] issue(CertificateDraft draft) {
        return SIGNER.sign(LINT.lint(draft, view), view, keys.getPrivate());
    }
}
