package ai.scailabs.vault.pki.x509;

import java.io.IOException;
import java.security.GeneralSecurityException;
import java.security.PrivateKey;
import org.bouncycastle.asn1.ASN1EncodableVector;
import org.bouncycastle.asn1.ASN1Encoding;
import org.bouncycastle.asn1.ASN1Primitive;
import org.bouncycastle.asn1.DERBitString;
import org.bouncycastle.asn1.DERSequence;

/** Signs what was linted, once, and hands nothing out whose signature the issuer's public key does not verify. Thread-safe. */
public final class CertificateSigner {
    private final SignatureProvider signatures;

    public CertificateSigner(SignatureProvider signatures) {
        this.signatures = signatures;
    }

    /**
     * @param issuer the one that the certificate was linted for
     * @param key the issuer's; read for this signature only
     * @return the certificate in DER
     * @throws IllegalStateException when the proof is another issuer's or was redeemed before, or the key is not the issuer's
     */
    public byte[] sign(LintedCertificate linted, IssuerView issuer, PrivateKey key) {
        byte[] tbsCertificate = linted.redeem(issuer);
        SignatureScheme scheme = linted.issuer().scheme();
        try {
            byte[] signature = signatures.sign(scheme, key, tbsCertificate);
            if (!signatures.verify(scheme, issuer.key().publicKey(), tbsCertificate, signature)) {
                throw new IllegalStateException("the signature is not the issuer's");
            }
            ASN1EncodableVector parts = new ASN1EncodableVector();
            parts.add(ASN1Primitive.fromByteArray(tbsCertificate));
            parts.add(scheme.identifier());
            parts.add(new DERBitString(signature));
            return new DERSequence(parts).getEncoded(ASN1Encoding.DER);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("the issuer's key does not sign", e);
        } catch (IOException e) {
            throw new IllegalStateException("a certificate that was linted does not encode", e);
        }
    }
}
