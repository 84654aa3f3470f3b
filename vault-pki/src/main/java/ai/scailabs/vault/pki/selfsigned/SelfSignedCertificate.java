package ai.scailabs.vault.pki.selfsigned;

import java.io.IOException;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.security.KeyPair;
import java.time.Instant;
import java.util.Base64;
import java.util.Date;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x500.X500NameBuilder;
import org.bouncycastle.asn1.x500.style.BCStyle;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.KeyUsage;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;

/** A key of RSA with a name and an end. It is no authority, and signs no certificates. */
public final class SelfSignedCertificate {
    private SelfSignedCertificate() {}

    /**
     * In PEM.
     *
     * @param notBefore in whole seconds, as {@code notAfter}
     */
    public static String pem(KeyPair pair, String commonName, Instant notBefore, Instant notAfter) {
        X500Name name = new X500NameBuilder().addRDN(BCStyle.CN, commonName).build();
        try {
            byte[] der = new JcaX509v3CertificateBuilder(
                            name, BigInteger.ONE, Date.from(notBefore), Date.from(notAfter), name, pair.getPublic())
                    .addExtension(Extension.basicConstraints, true, new BasicConstraints(false))
                    .addExtension(Extension.keyUsage, true, new KeyUsage(KeyUsage.digitalSignature))
                    .build(new JcaContentSignerBuilder("SHA256withRSA").build(pair.getPrivate()))
                    .getEncoded();
            String base64 = Base64.getMimeEncoder(64, "\n".getBytes(StandardCharsets.US_ASCII))
                    .encodeToString(der);
            return "-----BEGIN CERTIFICATE-----\n" + base64 + "\n-----END CERTIFICATE-----\n";
        } catch (IOException | OperatorCreationException impossible) {
            throw new IllegalStateException("a certificate could not be made", impossible);
        }
    }
}
