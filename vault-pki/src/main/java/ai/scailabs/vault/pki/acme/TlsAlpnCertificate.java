package ai.scailabs.vault.pki.acme;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.math.BigInteger;
import java.net.InetAddress;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.Date;
import java.util.regex.Pattern;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.DEROctetString;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;

/** The certificate of RFC 8737 §3, which nobody relies on: its one name and its digest are all that a directory looks at. */
final class TlsAlpnCertificate {
    private static final ASN1ObjectIdentifier ACME_IDENTIFIER = new ASN1ObjectIdentifier("1.3.6.1.5.5.7.1.31");
    private static final X500Name NOBODY = new X500Name("CN=acme.invalid");
    private static final Duration VALID = Duration.ofDays(1);
    private static final Pattern REVERSE_V4 = Pattern.compile("(?:[0-9]{1,3}\\.){4}in-addr\\.arpa");
    private static final Pattern REVERSE_V6 = Pattern.compile("(?:[0-9a-f]\\.){32}ip6\\.arpa");

    private TlsAlpnCertificate() {}

    /**
     * @param serverName as TLS sends it: of an address its name in reverse (RFC 8738 §6)
     * @param digest of the key authorization, 32 octets
     */
    static X509Certificate of(KeyPair pair, String serverName, byte[] digest, Instant now) {
        try {
            byte[] der = new JcaX509v3CertificateBuilder(
                            NOBODY,
                            BigInteger.ONE,
                            Date.from(now.minus(VALID)),
                            Date.from(now.plus(VALID)),
                            NOBODY,
                            pair.getPublic())
                    .addExtension(Extension.subjectAlternativeName, false, new GeneralNames(name(serverName)))
                    .addExtension(ACME_IDENTIFIER, true, new DEROctetString(digest))
                    .build(new JcaContentSignerBuilder("SHA256withECDSA").build(pair.getPrivate()))
                    .getEncoded();
            return (X509Certificate)
                    CertificateFactory.getInstance("X.509").generateCertificate(new ByteArrayInputStream(der));
        } catch (IOException | GeneralSecurityException | OperatorCreationException impossible) {
            throw new IllegalStateException("a certificate could not be made", impossible);
        }
    }

    private static GeneralName name(String serverName) {
        byte[] address = address(serverName);
        return address == null
                ? new GeneralName(GeneralName.dNSName, serverName)
                : new GeneralName(GeneralName.iPAddress, new DEROctetString(address));
    }

    private static byte @org.jspecify.annotations.Nullable [] address(String serverName) {
        if (REVERSE_V4.matcher(serverName).matches()) {
            String[] octets = serverName.split("\\.", -1);
            return InetAddress.ofLiteral(octets[3] + "." + octets[2] + "." + octets[1] + "." + octets[0])
                    .getAddress();
        }
        if (REVERSE_V6.matcher(serverName).matches()) {
            String digits = new StringBuilder(serverName.substring(0, 63).replace(".", ""))
                    .reverse()
                    .toString();
            return java.util.HexFormat.of().parseHex(digits);
        }
        return null;
    }
}
