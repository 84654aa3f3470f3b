package ai.scailabs.vault.testkit;

import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.math.BigInteger;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.cert.X509CRL;
import java.security.cert.X509Certificate;
import java.security.spec.ECGenParameterSpec;
import java.time.Duration;
import java.time.Instant;
import java.util.Date;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.security.auth.x500.X500Principal;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.CRLDistPoint;
import org.bouncycastle.asn1.x509.CRLReason;
import org.bouncycastle.asn1.x509.DistributionPoint;
import org.bouncycastle.asn1.x509.DistributionPointName;
import org.bouncycastle.asn1.x509.ExtendedKeyUsage;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.asn1.x509.KeyPurposeId;
import org.bouncycastle.asn1.x509.KeyUsage;
import org.bouncycastle.cert.CertIOException;
import org.bouncycastle.cert.jcajce.JcaX509CRLConverter;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.cert.jcajce.JcaX509v2CRLBuilder;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.openssl.jcajce.JcaPEMWriter;
import org.bouncycastle.openssl.jcajce.JcaPKCS8Generator;
import org.bouncycastle.operator.OperatorException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;

/** A certificate authority for tests: P-256 everywhere, valid for {@link #LIFETIME} around now. */
public final class TestAuthority {
    public static final Duration LIFETIME = Duration.ofDays(30);

    private static final AtomicLong SERIAL = new AtomicLong(System.nanoTime());

    private final KeyPair keys = newKeys();
    private final X500Principal name;
    private final X509Certificate certificate;

    /** @param commonName of the authority */
    public TestAuthority(String commonName) {
        this.name = new X500Principal("CN=" + commonName);
        this.certificate = sign(name, keys, builder -> {
            builder.addExtension(Extension.basicConstraints, true, new BasicConstraints(0));
            builder.addExtension(Extension.keyUsage, true, new KeyUsage(KeyUsage.keyCertSign | KeyUsage.cRLSign));
        });
    }

    public X509Certificate certificate() {
        return certificate;
    }

    /** For a server on {@code localhost} and the loopback addresses. */
    public Issued server(String commonName) {
        return server(
                commonName,
                Instant.now().minus(Duration.ofDays(1)),
                new GeneralName(GeneralName.dNSName, "localhost"),
                new GeneralName(GeneralName.iPAddress, "127.0.0.1"),
                new GeneralName(GeneralName.iPAddress, "::1"));
    }

    /** As {@link #server}, but its time is over. */
    public Issued expiredServer(String commonName) {
        return server(
                commonName,
                Instant.now().minus(LIFETIME).minus(Duration.ofDays(1)),
                new GeneralName(GeneralName.dNSName, "localhost"),
                new GeneralName(GeneralName.iPAddress, "127.0.0.1"),
                new GeneralName(GeneralName.iPAddress, "::1"));
    }

    /** For a server of another name only. */
    public Issued serverNamed(String host) {
        return server(host, Instant.now().minus(Duration.ofDays(1)), new GeneralName(GeneralName.dNSName, host));
    }

    private Issued server(String commonName, Instant begin, GeneralName... alternatives) {
        KeyPair own = newKeys();
        GeneralNames names = new GeneralNames(alternatives);
        return new Issued(
                sign(new X500Principal("CN=" + commonName), own, begin, builder -> {
                    builder.addExtension(Extension.subjectAlternativeName, false, names);
                    builder.addExtension(Extension.keyUsage, true, new KeyUsage(KeyUsage.digitalSignature));
                    builder.addExtension(
                            Extension.extendedKeyUsage, false, new ExtendedKeyUsage(KeyPurposeId.id_kp_serverAuth));
                    builder.addExtension(Extension.cRLDistributionPoints, false, distributionPoint());
                }),
                own.getPrivate());
    }

    /** For a client. */
    public Issued client(String commonName) {
        KeyPair own = newKeys();
        return new Issued(
                sign(new X500Principal("CN=" + commonName), own, builder -> {
                    builder.addExtension(Extension.keyUsage, true, new KeyUsage(KeyUsage.digitalSignature));
                    builder.addExtension(
                            Extension.extendedKeyUsage, false, new ExtendedKeyUsage(KeyPurposeId.id_kp_clientAuth));
                }),
                own.getPrivate());
    }

    /** The authority's list, valid until then. */
    public X509CRL revocations(Instant nextUpdate, Set<X509Certificate> revoked) {
        try {
            Date now = Date.from(Instant.now().minus(Duration.ofDays(2)));
            JcaX509v2CRLBuilder builder = new JcaX509v2CRLBuilder(name, now);
            builder.setNextUpdate(Date.from(nextUpdate));
            revoked.forEach(each -> builder.addCRLEntry(each.getSerialNumber(), now, CRLReason.keyCompromise));
            return new JcaX509CRLConverter()
                    .getCRL(builder.build(new JcaContentSignerBuilder("SHA256withECDSA").build(keys.getPrivate())));
        } catch (GeneralSecurityException | OperatorException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Writes certificates, keys (as PKCS#8) and lists one after the other. */
    public static Path write(Path file, Object... parts) {
        try (StringWriter text = new StringWriter();
                JcaPEMWriter pem = new JcaPEMWriter(text)) {
            for (Object part : parts) {
                pem.writeObject(part instanceof PrivateKey key ? new JcaPKCS8Generator(key, null) : part);
            }
            pem.flush();
            return Files.writeString(file, text.toString());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private X509Certificate sign(X500Principal subject, KeyPair subjectKeys, Extensions extensions) {
        return sign(subject, subjectKeys, Instant.now().minus(Duration.ofDays(1)), extensions);
    }

    private X509Certificate sign(X500Principal subject, KeyPair subjectKeys, Instant begin, Extensions extensions) {
        JcaX509v3CertificateBuilder builder = new JcaX509v3CertificateBuilder(
                name,
                BigInteger.valueOf(SERIAL.incrementAndGet()),
                Date.from(begin),
                Date.from(begin.plus(LIFETIME)),
                subject,
                subjectKeys.getPublic());
        try {
            extensions.addTo(builder);
            return new JcaX509CertificateConverter()
                    .getCertificate(
                            builder.build(new JcaContentSignerBuilder("SHA256withECDSA").build(keys.getPrivate())));
        } catch (GeneralSecurityException | OperatorException | CertIOException e) {
            throw new IllegalStateException(e);
        }
    }

    private static CRLDistPoint distributionPoint() {
        GeneralNames where =
                new GeneralNames(new GeneralName(GeneralName.uniformResourceIdentifier, "http://ca.example.test/crl"));
        return new CRLDistPoint(
                new DistributionPoint[] {new DistributionPoint(new DistributionPointName(where), null, null)});
    }

    static KeyPair newKeys() {
        try {
            KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
            generator.initialize(new ECGenParameterSpec("secp256r1"));
            return generator.generateKeyPair();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    /** A certificate and its key. */
    public record Issued(X509Certificate certificate, PrivateKey key) {
        private static final char[] PASSWORD = "not-a-secret".toCharArray();

        /** What a server speaks TLS with that has this certificate. */
        public SSLContext context() {
            try {
                KeyStore keys = KeyStore.getInstance("PKCS12");
                keys.load(null, null);
                keys.setKeyEntry("server", key, PASSWORD, new X509Certificate[] {certificate});
                KeyManagerFactory managers = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
                managers.init(keys, PASSWORD);
                SSLContext context = SSLContext.getInstance("TLS");
                context.init(managers.getKeyManagers(), null, null);
                return context;
            } catch (GeneralSecurityException | IOException e) {
                throw new IllegalStateException(e);
            }
        }
    }

    private interface Extensions {
        void addTo(JcaX509v3CertificateBuilder builder) throws CertIOException;
    }
}
