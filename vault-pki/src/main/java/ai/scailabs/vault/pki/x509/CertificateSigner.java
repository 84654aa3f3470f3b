package ai.scailabs.vault.pki.x509;

import java.nio.ByteBuffer;
import java.security.GeneralSecurityException;
import java.security.PrivateKey;
import java.util.Arrays;
import org.bouncycastle.asn1.BERTags;
import org.bouncycastle.asn1.DERBitString;

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
            return sequence(tbsCertificate, TbsView.der(scheme.identifier()), TbsView.der(new DERBitString(signature)));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("the issuer's key does not sign", e);
        }
    }

    /** A DER SEQUENCE (X.690 §8.9, §10.1) of what is encoded already: what was signed goes in byte for byte, and is not read once more. */
    private static byte[] sequence(byte[]... parts) {
        int length = Arrays.stream(parts).mapToInt(part -> part.length).sum();
        int lengthOctets = length < 0x80 ? 0 : (Integer.SIZE - Integer.numberOfLeadingZeros(length) + 7) / 8;
        ByteBuffer encoded = ByteBuffer.allocate(2 + lengthOctets + length);
        encoded.put((byte) (BERTags.CONSTRUCTED | BERTags.SEQUENCE));
        encoded.put((byte) (lengthOctets == 0 ? length : 0x80 | lengthOctets));
        for (int octet = lengthOctets - 1; octet >= 0; octet--) {
            encoded.put((byte) (length >>> 8 * octet));
        }
        for (byte[] part : parts) {
            encoded.put(part);
        }
        return encoded.array();
    }
}
