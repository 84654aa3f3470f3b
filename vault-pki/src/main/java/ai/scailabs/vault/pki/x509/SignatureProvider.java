package ai.scailabs.vault.pki.x509;

import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.SecureRandom;

/** Who makes keys and computes signatures: the Java runtime, a native library, or an HSM that holds the key. Thread-safe. */
public interface SignatureProvider {
    /**
     * A new key pair. RSA takes up to seconds of processor time: never on the thread of a request without a bound.
     *
     * @param random for those that do not bring their own
     */
    KeyPair generate(KeySpec spec, SecureRandom random);

    /**
     * A key to sign with, in the form in which {@link #sign} takes it without changing it first.
     *
     * @param pkcs8 still the caller's to wipe
     * @throws IllegalArgumentException when it is not of that kind
     */
    PrivateKey read(byte[] pkcs8, KeySpec spec);

    /** The signature as X.509 holds it: ECDSA in DER. */
    byte[] sign(SignatureScheme scheme, PrivateKey key, byte[] message) throws GeneralSecurityException;

    boolean verify(SignatureScheme scheme, PublicKey key, byte[] message, byte[] signature)
            throws GeneralSecurityException;

    /** As {@link #sign(SignatureScheme, PrivateKey, byte[])}, of a message that is read piece by piece. Some schemes hold it whole all the same. */
    byte[] sign(SignatureScheme scheme, PrivateKey key, MessageSource message) throws GeneralSecurityException;

    boolean verify(SignatureScheme scheme, PublicKey key, MessageSource message, byte[] signature)
            throws GeneralSecurityException;
}
