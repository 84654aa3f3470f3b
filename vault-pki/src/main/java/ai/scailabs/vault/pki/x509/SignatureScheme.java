package ai.scailabs.vault.pki.x509;

import java.security.spec.MGF1ParameterSpec;
import java.security.spec.PSSParameterSpec;
import java.util.Arrays;
import java.util.Optional;
import org.bouncycastle.asn1.ASN1Encodable;
import org.bouncycastle.asn1.ASN1Integer;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.DERNull;
import org.bouncycastle.asn1.edec.EdECObjectIdentifiers;
import org.bouncycastle.asn1.nist.NISTObjectIdentifiers;
import org.bouncycastle.asn1.pkcs.PKCSObjectIdentifiers;
import org.bouncycastle.asn1.pkcs.RSASSAPSSparams;
import org.bouncycastle.asn1.x509.AlgorithmIdentifier;
import org.bouncycastle.asn1.x9.X9ObjectIdentifiers;
import org.jspecify.annotations.Nullable;

/**
 * How an issuer signs: SHA-2 and later only. RSA has NULL for parameters (RFC 4055), RSASSA-PSS its hash, the same for the mask, and a salt as long as the hash, spelled as the public web has it; all others have none (RFC
 * 5758, 8410, 9881).
 */
public enum SignatureScheme {
    RSA_SHA256("rsa", 256, "SHA256withRSA", PKCSObjectIdentifiers.sha256WithRSAEncryption, DERNull.INSTANCE),
    RSA_SHA384("rsa", 384, "SHA384withRSA", PKCSObjectIdentifiers.sha384WithRSAEncryption, DERNull.INSTANCE),
    RSA_SHA512("rsa", 512, "SHA512withRSA", PKCSObjectIdentifiers.sha512WithRSAEncryption, DERNull.INSTANCE),
    RSA_PSS_SHA256(256, NISTObjectIdentifiers.id_sha256, MGF1ParameterSpec.SHA256),
    RSA_PSS_SHA384(384, NISTObjectIdentifiers.id_sha384, MGF1ParameterSpec.SHA384),
    RSA_PSS_SHA512(512, NISTObjectIdentifiers.id_sha512, MGF1ParameterSpec.SHA512),
    ECDSA_SHA256("ec", 256, "SHA256withECDSA", X9ObjectIdentifiers.ecdsa_with_SHA256, null),
    ECDSA_SHA384("ec", 384, "SHA384withECDSA", X9ObjectIdentifiers.ecdsa_with_SHA384, null),
    ED25519("ed25519", 0, "Ed25519", EdECObjectIdentifiers.id_Ed25519, null),
    ML_DSA_65("ml-dsa-65", 0, "ML-DSA-65", NISTObjectIdentifiers.id_ml_dsa_65, null);

    private final String keyType;
    private final int hashBits;
    private final String jcaName;
    private final @Nullable PSSParameterSpec parameters;
    private final AlgorithmIdentifier identifier;

    SignatureScheme(
            String keyType,
            int hashBits,
            String jcaName,
            ASN1ObjectIdentifier oid,
            @Nullable ASN1Encodable parameters) {
        this.keyType = keyType;
        this.hashBits = hashBits;
        this.jcaName = jcaName;
        this.parameters = null;
        this.identifier = parameters == null ? new AlgorithmIdentifier(oid) : new AlgorithmIdentifier(oid, parameters);
    }

    /** RSASSA-PSS by a key that is not for it alone. */
    SignatureScheme(int hashBits, ASN1ObjectIdentifier hash, MGF1ParameterSpec mask) {
        int salt = hashBits / 8;
        AlgorithmIdentifier hashing = new AlgorithmIdentifier(hash, DERNull.INSTANCE);
        this.keyType = "rsa";
        this.hashBits = hashBits;
        this.jcaName = "RSASSA-PSS";
        this.parameters =
                new PSSParameterSpec("SHA-" + hashBits, "MGF1", mask, salt, PSSParameterSpec.TRAILER_FIELD_BC);
        this.identifier = new AlgorithmIdentifier(
                PKCSObjectIdentifiers.id_RSASSA_PSS,
                new RSASSAPSSparams(
                        hashing,
                        new AlgorithmIdentifier(PKCSObjectIdentifiers.id_mgf1, hashing),
                        new ASN1Integer(salt),
                        RSASSAPSSparams.DEFAULT_TRAILER_FIELD));
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

    /**
     * As somebody chose; empty where a key of this kind cannot sign so.
     *
     * @param hashBits the size of the hash ({@code signature_bits}); 0 for the one that it signs with by itself
     * @param pss RSASSA-PSS instead of PKCS #1 v1.5
     */
    public static Optional<SignatureScheme> of(KeySpec key, int hashBits, boolean pss) {
        SignatureScheme usual = of(key);
        int bits = hashBits == 0 ? usual.hashBits : hashBits;
        return Arrays.stream(values())
                .filter(scheme -> scheme.fits(key) && scheme.hashBits == bits && scheme.isPss() == pss)
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

    private boolean isPss() {
        return parameters != null;
    }

    /** The name by which a {@link java.security.Provider} knows it. */
    public String jcaName() {
        return jcaName;
    }

    /** What a provider is told besides the name; absent where that says it all. */
    @Nullable
    PSSParameterSpec parameters() {
        return parameters;
    }

    AlgorithmIdentifier identifier() {
        return identifier;
    }
}
