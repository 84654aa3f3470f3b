package ai.scailabs.vault.pki.validation;

import java.security.GeneralSecurityException;
import java.security.PublicKey;
import java.security.Signature;
import java.security.spec.MGF1ParameterSpec;
import java.security.spec.PSSParameterSpec;
import java.util.Map;
import java.util.Set;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.edec.EdECObjectIdentifiers;
import org.bouncycastle.asn1.nist.NISTObjectIdentifiers;
import org.bouncycastle.asn1.oiw.OIWObjectIdentifiers;
import org.bouncycastle.asn1.pkcs.PKCSObjectIdentifiers;
import org.bouncycastle.asn1.pkcs.RSASSAPSSparams;
import org.bouncycastle.asn1.x509.AlgorithmIdentifier;
import org.bouncycastle.asn1.x9.X9ObjectIdentifiers;
import org.jspecify.annotations.Nullable;

/** Which signatures are verified, and which say nothing any more. */
final class SignatureAlgorithms {
    private static final Map<ASN1ObjectIdentifier, String> VERIFIED = Map.ofEntries(
            Map.entry(PKCSObjectIdentifiers.sha256WithRSAEncryption, "SHA256withRSA"),
            Map.entry(PKCSObjectIdentifiers.sha384WithRSAEncryption, "SHA384withRSA"),
            Map.entry(PKCSObjectIdentifiers.sha512WithRSAEncryption, "SHA512withRSA"),
            Map.entry(X9ObjectIdentifiers.ecdsa_with_SHA256, "SHA256withECDSA"),
            Map.entry(X9ObjectIdentifiers.ecdsa_with_SHA384, "SHA384withECDSA"),
            Map.entry(X9ObjectIdentifiers.ecdsa_with_SHA512, "SHA512withECDSA"),
            Map.entry(EdECObjectIdentifiers.id_Ed25519, "Ed25519"),
            Map.entry(EdECObjectIdentifiers.id_Ed448, "Ed448"),
            Map.entry(NISTObjectIdentifiers.id_ml_dsa_44, "ML-DSA-44"),
            Map.entry(NISTObjectIdentifiers.id_ml_dsa_65, "ML-DSA-65"),
            Map.entry(NISTObjectIdentifiers.id_ml_dsa_87, "ML-DSA-87"));

    private static final Set<ASN1ObjectIdentifier> WEAK = Set.of(
            PKCSObjectIdentifiers.md2WithRSAEncryption,
            PKCSObjectIdentifiers.md4WithRSAEncryption,
            PKCSObjectIdentifiers.md5WithRSAEncryption,
            PKCSObjectIdentifiers.sha1WithRSAEncryption,
            PKCSObjectIdentifiers.sha224WithRSAEncryption,
            OIWObjectIdentifiers.sha1WithRSA,
            X9ObjectIdentifiers.ecdsa_with_SHA1,
            X9ObjectIdentifiers.ecdsa_with_SHA224,
            X9ObjectIdentifiers.id_dsa_with_sha1,
            OIWObjectIdentifiers.dsaWithSHA1);

    private static final Map<ASN1ObjectIdentifier, String> HASHES = Map.of(
            NISTObjectIdentifiers.id_sha256, "SHA-256",
            NISTObjectIdentifiers.id_sha384, "SHA-384",
            NISTObjectIdentifiers.id_sha512, "SHA-512");

    private SignatureAlgorithms() {}

    /** Null where the signature can be verified. */
    static @Nullable PathProblem problem(AlgorithmIdentifier algorithm) {
        ASN1ObjectIdentifier oid = algorithm.getAlgorithm();
        if (WEAK.contains(oid)) {
            return PathProblem.SIGNATURE_WEAK;
        }
        if (oid.equals(PKCSObjectIdentifiers.id_RSASSA_PSS)) {
            try {
                return pss(algorithm) == null ? PathProblem.SIGNATURE_WEAK : null;
            } catch (RuntimeException malformed) {
                return PathProblem.ALGORITHM_UNSUPPORTED;
            }
        }
        return VERIFIED.containsKey(oid) ? null : PathProblem.ALGORITHM_UNSUPPORTED;
    }

    /** Of an algorithm without a problem. */
    static boolean verify(AlgorithmIdentifier algorithm, PublicKey key, byte[] signed, byte[] signature) {
        try {
            Signature engine = engine(algorithm);
            engine.initVerify(key);
            engine.update(signed);
            return engine.verify(signature);
        } catch (GeneralSecurityException | RuntimeException notByThisKey) {
            return false;
        }
    }

    private static Signature engine(AlgorithmIdentifier algorithm) throws GeneralSecurityException {
        PSSParameterSpec pss =
                algorithm.getAlgorithm().equals(PKCSObjectIdentifiers.id_RSASSA_PSS) ? pss(algorithm) : null;
        if (pss != null) {
            Signature engine = Signature.getInstance("RSASSA-PSS");
            engine.setParameter(pss);
            return engine;
        }
        String name = VERIFIED.get(algorithm.getAlgorithm());
        if (name == null) {
            throw new IllegalStateException("asked for an algorithm that has a problem");
        }
        return Signature.getInstance(name);
    }

    /** Null for a hash that is weak: the default of the parameters is SHA-1. */
    private static @Nullable PSSParameterSpec pss(AlgorithmIdentifier algorithm) {
        RSASSAPSSparams parameters = RSASSAPSSparams.getInstance(algorithm.getParameters());
        String hash = HASHES.get(parameters.getHashAlgorithm().getAlgorithm());
        String mask = HASHES.get(
                AlgorithmIdentifier.getInstance(parameters.getMaskGenAlgorithm().getParameters())
                        .getAlgorithm());
        if (hash == null || mask == null) {
            return null;
        }
        return new PSSParameterSpec(
                hash,
                "MGF1",
                new MGF1ParameterSpec(mask),
                parameters.getSaltLength().intValueExact(),
                parameters.getTrailerField().intValueExact());
    }
}
