package ai.scailabs.vault.pki.ocsp;

import java.io.IOException;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.Map;
import org.bouncycastle.asn1.ASN1Encoding;
import org.bouncycastle.asn1.x509.Certificate;

/** What questions call a key of an authority, by each hash: counted once, and kept. */
final class IssuerNames {
    private final Map<IssuerHash, byte[]> names = new EnumMap<>(IssuerHash.class);
    private final Map<IssuerHash, byte[]> keys = new EnumMap<>(IssuerHash.class);

    private IssuerNames() {}

    /** @param certificate DER, of the authority */
    static IssuerNames of(byte[] certificate) {
        Certificate parsed = Certificate.getInstance(certificate);
        IssuerNames found = new IssuerNames();
        try {
            byte[] name = parsed.getSubject().getEncoded(ASN1Encoding.DER);
            // The bits alone: no tag, no length, not the octet that counts unused bits.
            byte[] key = parsed.getSubjectPublicKeyInfo().getPublicKeyData().getOctets();
            for (IssuerHash hash : IssuerHash.values()) {
                found.names.put(hash, hash.of(name));
                found.keys.put(hash, hash.of(key));
            }
            return found;
        } catch (IOException e) {
            throw new IllegalStateException("a certificate of ours does not encode", e);
        }
    }

    boolean isIssuerOf(CertificateName asked) {
        return asked.hash()
                .map(hash -> Arrays.equals(names.get(hash), asked.issuerName())
                        && Arrays.equals(keys.get(hash), asked.issuerKey()))
                .orElse(false);
    }
}
