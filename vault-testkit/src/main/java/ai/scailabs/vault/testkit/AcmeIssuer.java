package ai.scailabs.vault.testkit;

import ai.scailabs.vault.testkit.AcmeWays.Wrong;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.math.BigInteger;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Date;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.bouncycastle.asn1.ASN1OctetString;
import org.bouncycastle.asn1.x500.RDN;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x500.style.BCStyle;
import org.bouncycastle.asn1.x500.style.IETFUtils;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.ExtendedKeyUsage;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.Extensions;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.asn1.x509.KeyPurposeId;
import org.bouncycastle.asn1.x509.KeyUsage;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.cert.jcajce.JcaX509ExtensionUtils;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.openssl.jcajce.JcaPEMWriter;
import org.bouncycastle.operator.OperatorException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;
import org.bouncycastle.operator.jcajce.JcaContentVerifierProviderBuilder;
import org.bouncycastle.pkcs.PKCSException;
import org.bouncycastle.pkcs.jcajce.JcaPKCS10CertificationRequest;

/** Reads requests for certificates, and makes these. One intermediate authority signs them all; each of several roots vouches for it. */
final class AcmeIssuer {
    static final int ROOTS = 3;

    private static final Duration LIFE = Duration.ofDays(90);
    private static final SecureRandom RANDOM = new SecureRandom();

    private final KeyPair keys = TestAuthority.newKeys();
    private final X500Name name = new X500Name("CN=strict intermediate");
    private final List<X509Certificate> vouchers = new ArrayList<>();

    AcmeIssuer() {
        for (int i = 0; i < ROOTS; i++) {
            vouchers.add(vouched(new X500Name("CN=" + root(i)), TestAuthority.newKeys()));
        }
    }

    static String root(int index) {
        return "strict root " + index;
    }

    /**
     * What is asked for.
     *
     * @param names addresses at length
     */
    record Wanted(PublicKey key, Set<String> names) {}

    /** @throws AcmeProblem {@code badCSR} */
    static Wanted read(byte[] der) throws AcmeProblem {
        try {
            JcaPKCS10CertificationRequest request = new JcaPKCS10CertificationRequest(der);
            PublicKey key = request.getPublicKey();
            if (!request.isSignatureValid(new JcaContentVerifierProviderBuilder().build(key))) {
                throw new AcmeProblem(400, "badCSR", "the request is not signed by its key");
            }
            Set<String> names = new TreeSet<>();
            Extensions extensions = request.getRequestedExtensions();
            GeneralNames alternatives = extensions == null
                    ? null
                    : GeneralNames.fromExtensions(extensions, Extension.subjectAlternativeName);
            if (alternatives != null) {
                for (GeneralName each : alternatives.getNames()) {
                    names.add(text(each));
                }
            }
            for (RDN common : request.getSubject().getRDNs(BCStyle.CN)) {
                names.add(IETFUtils.valueToString(common.getFirst().getValue()));
            }
            return new Wanted(key, names);
        } catch (IOException | GeneralSecurityException | OperatorException | PKCSException unreadable) {
            throw new AcmeProblem(400, "badCSR", String.valueOf(unreadable.getMessage()));
        }
    }

    private static String text(GeneralName name) throws AcmeProblem {
        return switch (name.getTagNo()) {
            case GeneralName.dNSName -> name.getName().toString();
            case GeneralName.iPAddress -> address(name);
            default -> throw new AcmeProblem(400, "badCSR", "a name of another kind");
        };
    }

    private static String address(GeneralName name) throws AcmeProblem {
        try {
            byte[] bytes = ASN1OctetString.getInstance(name.getName()).getOctets();
            return InetAddress.getByAddress(bytes).getHostAddress();
        } catch (UnknownHostException unreadable) {
            throw new AcmeProblem(400, "badCSR", "an address of another length");
        }
    }

    X509Certificate issue(Wanted wanted, Wrong wrong, Instant now) {
        PublicKey key = wrong == Wrong.KEY ? TestAuthority.newKeys().getPublic() : wanted.key();
        Set<String> names = wrong == Wrong.NAMES ? Set.of("another.example.test") : wanted.names();
        Instant begin = wrong == Wrong.OVER ? now.minus(LIFE).minus(LIFE) : now.minusSeconds(60);
        GeneralName[] alternatives = names.stream()
                .map(each -> new GeneralName(
                        each.matches("[0-9.]+|.*:.*") ? GeneralName.iPAddress : GeneralName.dNSName, each))
                .toArray(GeneralName[]::new);
        return signed(name, keys.getPrivate(), new X500Name(""), key, begin, (builder, tools) -> {
            builder.addExtension(Extension.subjectAlternativeName, true, new GeneralNames(alternatives));
            builder.addExtension(Extension.keyUsage, true, new KeyUsage(KeyUsage.digitalSignature));
            builder.addExtension(
                    Extension.extendedKeyUsage, false, new ExtendedKeyUsage(KeyPurposeId.id_kp_serverAuth));
            builder.addExtension(
                    Extension.authorityKeyIdentifier, false, tools.createAuthorityKeyIdentifier(keys.getPublic()));
        });
    }

    private X509Certificate vouched(X500Name root, KeyPair rootKeys) {
        Instant begin = Instant.now().minus(Duration.ofDays(1_000));
        return signed(root, rootKeys.getPrivate(), name, keys.getPublic(), begin, (builder, tools) -> {
            builder.addExtension(Extension.basicConstraints, true, new BasicConstraints(0));
            builder.addExtension(Extension.keyUsage, true, new KeyUsage(KeyUsage.keyCertSign | KeyUsage.cRLSign));
            builder.addExtension(
                    Extension.subjectKeyIdentifier, false, tools.createSubjectKeyIdentifier(keys.getPublic()));
        });
    }

    private static X509Certificate signed(
            X500Name issuer, PrivateKey by, X500Name subject, PublicKey key, Instant begin, Contents contents) {
        try {
            Instant end = begin.plus(subject.size() == 0 ? LIFE : Duration.ofDays(5_000));
            JcaX509v3CertificateBuilder builder = new JcaX509v3CertificateBuilder(
                    issuer, new BigInteger(120, RANDOM).setBit(100), Date.from(begin), Date.from(end), subject, key);
            contents.add(builder, new JcaX509ExtensionUtils());
            return new JcaX509CertificateConverter()
                    .getCertificate(builder.build(new JcaContentSignerBuilder("SHA256withECDSA").build(by)));
        } catch (GeneralSecurityException | OperatorException | IOException e) {
            throw new IllegalStateException(e);
        }
    }

    /** The certificate and the intermediate authority's, as that root vouches for it. */
    String chain(X509Certificate leaf, int root) {
        try (StringWriter text = new StringWriter();
                JcaPEMWriter pem = new JcaPEMWriter(text)) {
            for (X509Certificate each : Stream.of(leaf, vouchers.get(root)).toList()) {
                pem.writeObject(each);
            }
            pem.flush();
            return text.toString();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private interface Contents {
        void add(JcaX509v3CertificateBuilder builder, JcaX509ExtensionUtils tools) throws IOException;
    }
}
