package ai.scailabs.vault.pki.issuance;

import ai.scailabs.vault.pki.x509.KeySpec;
import ai.scailabs.vault.pki.x509.SubjectKey;
import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.SecureRandom;
import java.security.spec.RSAKeyGenParameterSpec;
import java.security.spec.RSAPublicKeySpec;
import java.util.concurrent.ConcurrentHashMap;

/** Public keys to try certificates with: one of each kind, whose private key nobody has. Thread-safe. */
final class SampleKeys {
    private final SecureRandom random;
    private final ConcurrentHashMap<KeySpec, SubjectKey> keys = new ConcurrentHashMap<>();

    SampleKeys(SecureRandom random) {
        this.random = random;
    }

    SubjectKey of(KeySpec spec) {
        return keys.computeIfAbsent(spec, this::made);
    }

    private SubjectKey made(KeySpec spec) {
        return spec.isRsa()
                ? ofModulus(spec.keySize())
                : SubjectKey.of(spec.generate(random).getPublic());
    }

    /** A number of the right size, which takes no seconds to find: nothing is ever encrypted to it, and nothing signed. */
    private SubjectKey ofModulus(int bits) {
        BigInteger modulus = new BigInteger(bits, random).setBit(bits - 1).setBit(0);
        try {
            return SubjectKey.of(KeyFactory.getInstance("RSA")
                    .generatePublic(new RSAPublicKeySpec(modulus, RSAKeyGenParameterSpec.F4)));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("the Java runtime makes no public keys of RSA", e);
        }
    }
}
