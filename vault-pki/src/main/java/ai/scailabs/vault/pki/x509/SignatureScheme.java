package ai.scailabs.vault.pki.x509;

import java.util.Arrays;
import java.util.Optional;
import org.bouncycastle.asn1.ASN1Encodable;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.DERNull;
import org.bouncycastle.asn1.edec.EdECObjectIdentifiers;
import org.bouncycastle.asn1.nist.NISTObjectIdentifiers;
import org.bouncycastle.asn1.pkcs.PKCSObjectIdentifiers;
import org.bouncycastle.asn1.x509.AlgorithmIdentifier;
import org.bouncycastle.asn1.x9.X9ObjectIdentifiers;
import org.jspecify.annotations.Nullable;

/** How an issuer signs: SHA-2 and later only. RSA has NULL for parameters (RFC 4055), all others have none (RFC 5758, 8410, 9881). */
public enum SignatureScheme {
    RSA_SHA256("rsa", "SHA256withRSA", PKCSObjectIdentifiers.sha256WithRSAEncryption, DERNull.INSTANCE),
    RSA_SHA384("rsa", "SHA384withRSA", PKCSObjectIdentifiers.sha384WithRSAEncryption, DERNull.INSTANCE),
    RSA_SHA512("rsa", "SHA512withRSA", PKCSObjectIdentifiers.sha512WithRSAEncryption, DERNull.INSTANCE),
    ECDSA_SHA256("ec", "SHA256withECDSA", X9ObjectIdentifiers.ecdsa_with_SHA256, null),
    ECDSA_SHA384("ec", "SHA384withECDSA", X9ObjectIdentifiers.ecdsa_with_SHA384, null),
    ED25519("ed25519", "Ed25519", EdECObjectIdentifiers.id_Ed25519, null),
    ML_DSA_65("ml-dsa-65", "ML-DSA-65", NISTObjectIdentifiers.id_ml_dsa_65, null);

    private final String keyType;
    private final String jcaName;
    private final AlgorithmIdentifier identifier;

    SignatureScheme(String keyType, String jcaName, ASN1ObjectIdentifier oid, @Nullable ASN1Encodable parameters) {
        this.keyType = keyType;
        this.jcaName = jcaName;
        this.identifier = parameters == null ? new AlgorithmIdentifier(oid) : new AlgorithmIdentifier(oid, parameters);
    }

    /** The one that a key of this kind signs with unless somebody chose another. */
    public static SignatureScheme of(KeySpec key) {
        return switch (key) {
            case RSA_2048, RSA_3072 -> RSA_SHA256;
            case RSA_4096 -> RSA_SHA512;
            case EC_P256 -> ECDSA_SHA256;
            case EC_P384 -> ECDSA_SHA384;
            case ED25519 -> ED25519;
            case ML_DSA_65 -> ML_DSA_65;
        };
    }

    /** By the size of the hash ({@code signature_bits}), for keys of RSA; empty where the key has no such choice. */
    public static Optional<SignatureScheme> of(KeySpec key, int signatureBits) {
        return Arrays.stream(values())
                .filter(scheme -> key.isRsa() && scheme.fits(key) && scheme.jcaName.startsWith("SHA" + signatureBits))
                .findFirst();
    }

    static Optional<SignatureScheme> of(AlgorithmIdentifier identifier) {
        return Arrays.stream(values())
                .filter(scheme -> scheme.identifier.equals(identifier))
                .findFirst();
    }

    /** ECDSA uses the hash of its curve's size; anything else is refused by strict verifiers. */
    public boolean fits(KeySpec key) {
        return key.isRsa() ? keyType.equals("rsa") : this == of(key);
    }

    /** Whether such a key can sign so at all: requests of others may pair a curve with another hash. */
    boolean isOf(KeySpec key) {
        return keyType.equals(key.keyType());
    }

    /** The name by which a {@link java.security.Provider} knows it. */
    public String jcaName() {
        return jcaName;
    }

    AlgorithmIdentifier identifier() {
        return identifier;
    }
}
