package ai.scailabs.vault.pki.x509;

import ai.scailabs.vault.crypto.hsm.HsmScheme;
import java.io.IOException;
import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.InvalidKeyException;
import java.security.KeyPair;
import java.security.MessageDigest;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.SecureRandom;
import java.security.SignatureException;
import java.util.Arrays;
import org.bouncycastle.asn1.ASN1EncodableVector;
import org.bouncycastle.asn1.ASN1Encoding;
import org.bouncycastle.asn1.ASN1Integer;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.DERNull;
import org.bouncycastle.asn1.DERSequence;
import org.bouncycastle.asn1.nist.NISTObjectIdentifiers;
import org.bouncycastle.asn1.x509.AlgorithmIdentifier;
import org.bouncycastle.asn1.x509.DigestInfo;

/** Has keys that lie in an HSM sign there, and all others where they signed before. What is sent is a hash, however long the message is. Signatures are verified outside. */
public final class HsmSignatures implements SignatureProvider {
    private final SignatureProvider others;

    public HsmSignatures(SignatureProvider others) {
        this.others = others;
    }

    @Override
    public byte[] sign(SignatureScheme scheme, PrivateKey key, byte[] message) throws GeneralSecurityException {
        return key instanceof HsmPrivateKey held
                ? signed(scheme, held, sink -> sink.take(message))
                : others.sign(scheme, key, message);
    }

    @Override
    public byte[] sign(SignatureScheme scheme, PrivateKey key, MessageSource message) throws GeneralSecurityException {
        return key instanceof HsmPrivateKey held ? signed(scheme, held, message) : others.sign(scheme, key, message);
    }

    @Override
    public boolean verify(SignatureScheme scheme, PublicKey key, byte[] message, byte[] signature)
            throws GeneralSecurityException {
        return others.verify(scheme, key, message, signature);
    }

    @Override
    public boolean verify(SignatureScheme scheme, PublicKey key, MessageSource message, byte[] signature)
            throws GeneralSecurityException {
        return others.verify(scheme, key, message, signature);
    }

    @Override
    public PrivateKey read(byte[] pkcs8, KeySpec spec) {
        return others.read(pkcs8, spec);
    }

    @Override
    public KeyPair generate(KeySpec spec, SecureRandom random) {
        return others.generate(spec, random);
    }

    private static byte[] signed(SignatureScheme scheme, HsmPrivateKey key, MessageSource message)
            throws GeneralSecurityException {
        return switch (scheme) {
            case RSA_SHA256 ->
                key.sign(HsmScheme.RSA_PKCS1, info(NISTObjectIdentifiers.id_sha256, hash("SHA-256", message)));
            case RSA_SHA384 ->
                key.sign(HsmScheme.RSA_PKCS1, info(NISTObjectIdentifiers.id_sha384, hash("SHA-384", message)));
            case RSA_SHA512 ->
                key.sign(HsmScheme.RSA_PKCS1, info(NISTObjectIdentifiers.id_sha512, hash("SHA-512", message)));
            case RSA_PSS_SHA256 -> key.sign(HsmScheme.RSA_PSS, hash("SHA-256", message));
            case RSA_PSS_SHA384 -> key.sign(HsmScheme.RSA_PSS, hash("SHA-384", message));
            case RSA_PSS_SHA512 -> key.sign(HsmScheme.RSA_PSS, hash("SHA-512", message));
            case ECDSA_SHA256 -> encoded(key.sign(HsmScheme.ECDSA, hash("SHA-256", message)));
            case ECDSA_SHA384 -> encoded(key.sign(HsmScheme.ECDSA, hash("SHA-384", message)));
            case ED25519, ML_DSA_65 -> throw new InvalidKeyException("no such key is in an HSM");
        };
    }

    private static byte[] hash(String algorithm, MessageSource message) throws GeneralSecurityException {
        MessageDigest digest = MessageDigest.getInstance(algorithm);
        message.writeTo(digest::update);
        return digest.digest();
    }

    private static byte[] info(ASN1ObjectIdentifier algorithm, byte[] hash) throws SignatureException {
        try {
            return new DigestInfo(new AlgorithmIdentifier(algorithm, DERNull.INSTANCE), hash)
                    .getEncoded(ASN1Encoding.DER);
        } catch (IOException e) {
            throw new SignatureException("a hash does not encode", e);
        }
    }

    /** As certificates have it (RFC 3279 §2.2.3). */
    private static byte[] encoded(byte[] halves) throws SignatureException {
        int half = halves.length / 2;
        ASN1EncodableVector numbers = new ASN1EncodableVector();
        numbers.add(new ASN1Integer(new BigInteger(1, Arrays.copyOf(halves, half))));
        numbers.add(new ASN1Integer(new BigInteger(1, Arrays.copyOfRange(halves, half, halves.length))));
        try {
            return new DERSequence(numbers).getEncoded(ASN1Encoding.DER);
        } catch (IOException e) {
            throw new SignatureException("a signature does not encode", e);
        }
    }
}
