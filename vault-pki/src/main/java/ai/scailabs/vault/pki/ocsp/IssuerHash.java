package ai.scailabs.vault.pki.ocsp;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.Optional;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.nist.NISTObjectIdentifiers;
import org.bouncycastle.asn1.oiw.OIWObjectIdentifiers;

/** By which a question may name the issuer. SHA-1 names, and proves nothing: most programs use no other. */
enum IssuerHash {
    SHA_1(OIWObjectIdentifiers.idSHA1, "SHA-1"),
    SHA_256(NISTObjectIdentifiers.id_sha256, "SHA-256"),
    SHA_384(NISTObjectIdentifiers.id_sha384, "SHA-384"),
    SHA_512(NISTObjectIdentifiers.id_sha512, "SHA-512");

    private final ASN1ObjectIdentifier identifier;
    private final String algorithm;

    IssuerHash(ASN1ObjectIdentifier identifier, String algorithm) {
        this.identifier = identifier;
        this.algorithm = algorithm;
    }

    static Optional<IssuerHash> of(ASN1ObjectIdentifier identifier) {
        return Arrays.stream(values())
                .filter(hash -> hash.identifier.equals(identifier))
                .findFirst();
    }

    byte[] of(byte[] content) {
        try {
            return MessageDigest.getInstance(algorithm).digest(content);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has " + algorithm, e);
        }
    }
}
