package ai.scailabs.vault.pki.validation;

import java.io.IOException;
import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.spec.ECGenParameterSpec;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Date;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.bouncycastle.asn1.ASN1Encodable;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.ASN1Primitive;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.CRLDistPoint;
import org.bouncycastle.asn1.x509.CRLNumber;
import org.bouncycastle.asn1.x509.ExtendedKeyUsage;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.asn1.x509.GeneralSubtree;
import org.bouncycastle.asn1.x509.KeyPurposeId;
import org.bouncycastle.asn1.x509.KeyUsage;
import org.bouncycastle.asn1.x509.NameConstraints;
import org.bouncycastle.asn1.x509.SubjectPublicKeyInfo;
import org.bouncycastle.asn1.x509.Time;
import org.bouncycastle.cert.X509ExtensionUtils;
import org.bouncycastle.cert.X509v2CRLBuilder;
import org.bouncycastle.cert.X509v3CertificateBuilder;
import org.bouncycastle.cert.jcajce.JcaX509ExtensionUtils;
import org.bouncycastle.jce.provider.BouncyCastleProvider;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;
import org.jspecify.annotations.Nullable;

/** A certificate and its key, made as RFC 5280 wants it but for what a test has changed: our own signer would refuse most of these. */
final class Crafted {
    /** The real time: GnuTLS verifies at no other. */
    static final Instant NOW = Instant.now().truncatedTo(ChronoUnit.SECONDS);

    private static int serials = 1_000;

    private final X500Name name;
    private final KeyPair keys;
    private final byte[] der;

    private Crafted(X500Name name, KeyPair keys, byte[] der) {
        this.name = name;
        this.keys = keys;
        this.der = der;
    }

    static KeyPair ec() {
        try {
            KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
            generator.initialize(new ECGenParameterSpec("secp256r1"));
            return generator.generateKeyPair();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    static KeyPair rsa(int bits) {
        try {
            KeyPairGenerator generator = KeyPairGenerator.getInstance("RSA");
            generator.initialize(bits);
            return generator.generateKeyPair();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    static Crafted root(String name) {
        return authority(name, null).make();
    }

    /** @param issuer null for one that signs itself */
    static Maker authority(String name, Crafted issuer) {
        return new Maker(name, issuer)
                .with(Extension.basicConstraints, true, new BasicConstraints(true))
                .with(Extension.keyUsage, true, new KeyUsage(KeyUsage.keyCertSign | KeyUsage.cRLSign));
    }

    /** For {@code host.example.test}, as a server and a client. */
    static Maker leaf(Crafted issuer) {
        return new Maker("host.example.test", issuer)
                .with(Extension.keyUsage, true, new KeyUsage(KeyUsage.digitalSignature))
                .usages(KeyPurposeId.id_kp_serverAuth, KeyPurposeId.id_kp_clientAuth)
                .names(new GeneralName(GeneralName.dNSName, "host.example.test"));
    }

    byte[] der() {
        return der;
    }

    PathCertificate read() {
        return PathCertificate.read(der).orElseThrow();
    }

    /** A complete list of this authority, a day old. */
    RevocationList list(BigInteger... revoked) {
        return RevocationList.read(listOf(List.of(revoked), NOW.plus(Duration.ofDays(1))))
                .orElseThrow();
    }

    byte[] listOf(List<BigInteger> revoked, Instant nextUpdate) {
        Map<BigInteger, Integer> reasons = new LinkedHashMap<>();
        revoked.forEach(serial -> reasons.put(serial, 1));
        return listOf(reasons, NOW.minus(Duration.ofDays(1)), nextUpdate, null, null);
    }

    /**
     * A list that counts for a day more.
     *
     * @param reasons of each number
     * @param number null for none
     * @param base of a list of changes; null for a complete one
     */
    RevocationList list(
            Instant thisUpdate, @Nullable Long number, @Nullable Long base, Map<BigInteger, Integer> reasons) {
        return RevocationList.read(listOf(reasons, thisUpdate, NOW.plus(Duration.ofDays(1)), number, base))
                .orElseThrow();
    }

    private byte[] listOf(
            Map<BigInteger, Integer> reasons,
            Instant thisUpdate,
            Instant nextUpdate,
            @Nullable Long number,
            @Nullable Long base) {
        try {
            X509v2CRLBuilder builder = new X509v2CRLBuilder(name, Date.from(thisUpdate));
            builder.setNextUpdate(Date.from(nextUpdate));
            reasons.forEach(
                    (serial, reason) -> builder.addCRLEntry(serial, Date.from(NOW.minus(Duration.ofDays(2))), reason));
            if (number != null) {
                builder.addExtension(Extension.cRLNumber, false, new CRLNumber(BigInteger.valueOf(number)));
            }
            if (base != null) {
                builder.addExtension(Extension.deltaCRLIndicator, true, new CRLNumber(BigInteger.valueOf(base)));
            }
            builder.addExtension(
                    Extension.authorityKeyIdentifier,
                    false,
                    new JcaX509ExtensionUtils().createAuthorityKeyIdentifier(keys.getPublic()));
            return builder.build(new JcaContentSignerBuilder(algorithm(keys)).build(keys.getPrivate()))
                    .getEncoded();
        } catch (IOException | GeneralSecurityException | OperatorCreationException e) {
            throw new IllegalStateException(e);
        }
    }

    private static String algorithm(KeyPair keys) {
        return keys.getPublic().getAlgorithm().equals("EC") ? "SHA256withECDSA" : "SHA256withRSA";
    }

    /** What is to be made. */
    static final class Maker {
        private final Map<ASN1ObjectIdentifier, Extension> extensions = new LinkedHashMap<>();
        private final Crafted issuer;
        private X500Name name;
        private KeyPair keys = ec();
        private SubjectPublicKeyInfo keyInfo;
        private ASN1Primitive begin;
        private Instant from = NOW.minus(Duration.ofDays(10));
        private Instant to = NOW.plus(Duration.ofDays(100));
        private BigInteger serial = BigInteger.valueOf(++serials);
        private String algorithm;
        private boolean forged;
        private boolean identified = true;

        private Maker(String name, Crafted issuer) {
            this.name = new X500Name("CN=" + name);
            this.issuer = issuer;
        }

        Maker named(String distinguishedName) {
            name = new X500Name(distinguishedName);
            return this;
        }

        Maker keys(KeyPair other) {
            keys = other;
            return this;
        }

        /** A public key that nobody has the private one of. */
        Maker key(SubjectPublicKeyInfo info) {
            keyInfo = info;
            return this;
        }

        Maker valid(Duration since, Duration until) {
            from = NOW.plus(since);
            to = NOW.plus(until);
            return this;
        }

        /** Written in just this way. */
        Maker begin(ASN1Primitive time) {
            begin = time;
            return this;
        }

        Maker serial(long number) {
            serial = BigInteger.valueOf(number);
            return this;
        }

        Maker signedWith(String jcaName) {
            algorithm = jcaName;
            return this;
        }

        Maker forged() {
            forged = true;
            return this;
        }

        /** Without identifiers of keys. */
        Maker anonymous() {
            identified = false;
            return this;
        }

        Maker with(ASN1ObjectIdentifier oid, boolean critical, ASN1Encodable value) {
            try {
                extensions.put(
                        oid,
                        new Extension(oid, critical, value.toASN1Primitive().getEncoded()));
                return this;
            } catch (IOException e) {
                throw new IllegalStateException(e);
            }
        }

        Maker raw(ASN1ObjectIdentifier oid, boolean critical, byte[] value) {
            extensions.put(oid, new Extension(oid, critical, value));
            return this;
        }

        Maker without(ASN1ObjectIdentifier oid) {
            extensions.remove(oid);
            return this;
        }

        Maker usages(KeyPurposeId... usages) {
            return with(Extension.extendedKeyUsage, false, new ExtendedKeyUsage(usages));
        }

        Maker names(GeneralName... names) {
            return with(Extension.subjectAlternativeName, false, new GeneralNames(names));
        }

        Maker pathLength(int length) {
            return with(Extension.basicConstraints, true, new BasicConstraints(length));
        }

        Maker permits(String... domains) {
            return with(Extension.nameConstraints, true, new NameConstraints(subtrees(domains), null));
        }

        Maker excludes(String... domains) {
            return with(Extension.nameConstraints, true, new NameConstraints(null, subtrees(domains)));
        }

        private static GeneralSubtree[] subtrees(String... domains) {
            List<GeneralSubtree> subtrees = new ArrayList<>();
            for (String domain : domains) {
                subtrees.add(new GeneralSubtree(new GeneralName(GeneralName.dNSName, domain)));
            }
            return subtrees.toArray(new GeneralSubtree[0]);
        }

        Maker points(CRLDistPoint points) {
            return with(Extension.cRLDistributionPoints, false, points);
        }

        BigInteger serial() {
            return serial;
        }

        Crafted make() {
            KeyPair signer = issuer == null ? keys : issuer.keys;
            SubjectPublicKeyInfo info = keyInfo == null
                    ? SubjectPublicKeyInfo.getInstance(keys.getPublic().getEncoded())
                    : keyInfo;
            try {
                X509v3CertificateBuilder builder = new X509v3CertificateBuilder(
                        issuer == null ? name : issuer.name,
                        serial,
                        begin == null ? new Time(Date.from(from)) : Time.getInstance(begin),
                        new Time(Date.from(to)),
                        name,
                        info);
                if (identified) {
                    X509ExtensionUtils identifiers = new JcaX509ExtensionUtils();
                    builder.addExtension(
                            Extension.subjectKeyIdentifier, false, identifiers.createSubjectKeyIdentifier(info));
                    builder.addExtension(
                            Extension.authorityKeyIdentifier,
                            false,
                            identifiers.createAuthorityKeyIdentifier(SubjectPublicKeyInfo.getInstance(
                                    signer.getPublic().getEncoded())));
                }
                for (Extension extension : extensions.values()) {
                    builder.addExtension(extension);
                }
                JcaContentSignerBuilder hand =
                        new JcaContentSignerBuilder(algorithm == null ? algorithm(signer) : algorithm);
                if (algorithm != null && algorithm.endsWith("MGF1")) {
                    // The Java runtime goes by another name for it.
                    hand.setProvider(new BouncyCastleProvider());
                }
                byte[] made = builder.build(hand.build(signer.getPrivate())).getEncoded();
                if (forged) {
                    // Inside the last number of the signature.
                    made[made.length - 3] ^= 1;
                }
                return new Crafted(name, keys, made);
            } catch (IOException | GeneralSecurityException | OperatorCreationException e) {
                throw new IllegalStateException(e);
            }
        }
    }
}
