package ai.scailabs.vault.testkit;

import com.amazon.corretto.crypto.provider.AmazonCorrettoCryptoProvider;
import com.nimbusds.jose.jwk.Curve;
import com.nimbusds.jose.jwk.ECKey;
import com.nimbusds.jose.jwk.JWK;
import com.nimbusds.jose.jwk.OctetKeyPair;
import com.nimbusds.jose.jwk.RSAKey;
import com.nimbusds.jose.util.Base64URL;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.Provider;
import java.security.Signature;
import java.security.interfaces.ECPublicKey;
import java.security.interfaces.RSAPublicKey;
import java.security.spec.ECGenParameterSpec;
import java.util.Arrays;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/** A key pair with the name under which the issuer publishes it. */
record IssuerKey(String keyId, TokenAlgorithm algorithm, KeyPair pair) {

    /** Tests run before the JVM has compiled what makes a signature, which then takes twenty milliseconds. */
    private static final @Nullable Provider NATIVE = AmazonCorrettoCryptoProvider.INSTANCE.getLoadingError() == null
            ? AmazonCorrettoCryptoProvider.INSTANCE
            : null;

    private static final int POOL_SIZE = 6;
    private static final AtomicInteger TAKEN = new AtomicInteger();
    private static final ConcurrentHashMap<Integer, KeyPair> POOL = new ConcurrentHashMap<>();

    /** Of an issuer. RSA keys take long to make, so issuers of one JVM take turns with {@value #POOL_SIZE} of them; one issuer has the same again after as many only. */
    static IssuerKey ofIssuer(String keyId, TokenAlgorithm algorithm) {
        if (algorithm != TokenAlgorithm.RS256) {
            return generate(keyId, algorithm);
        }
        int turn = TAKEN.getAndIncrement() % POOL_SIZE;
        KeyPair pair =
                POOL.computeIfAbsent(turn, missing -> generate(keyId, algorithm).pair());
        return new IssuerKey(keyId, algorithm, pair);
    }

    /** A key that nobody else has. */
    static IssuerKey generate(String keyId, TokenAlgorithm algorithm) {
        try {
            KeyPairGenerator generator = switch (algorithm) {
                case RS256 -> {
                    KeyPairGenerator rsa = NATIVE == null
                            ? KeyPairGenerator.getInstance("RSA")
                            : KeyPairGenerator.getInstance("RSA", NATIVE);
                    rsa.initialize(2048);
                    yield rsa;
                }
                case ES256 -> {
                    KeyPairGenerator ec = KeyPairGenerator.getInstance("EC");
                    ec.initialize(new ECGenParameterSpec("secp256r1"));
                    yield ec;
                }
                case EDDSA -> KeyPairGenerator.getInstance("Ed25519");
            };
            return new IssuerKey(keyId, algorithm, generator.generateKeyPair());
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    byte[] sign(byte[] message) {
        try {
            Signature signature = NATIVE == null
                    ? Signature.getInstance(algorithm.signature())
                    : Signature.getInstance(algorithm.signature(), NATIVE);
            signature.initSign(pair.getPrivate());
            signature.update(message);
            return signature.sign();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    /** The public half only. */
    JWK published() {
        return switch (algorithm) {
            case RS256 ->
                new RSAKey.Builder((RSAPublicKey) pair.getPublic())
                        .keyID(keyId)
                        .keyUse(com.nimbusds.jose.jwk.KeyUse.SIGNATURE)
                        .build();
            case ES256 ->
                new ECKey.Builder(Curve.P_256, (ECPublicKey) pair.getPublic())
                        .keyID(keyId)
                        .build();
            case EDDSA ->
                new OctetKeyPair.Builder(Curve.Ed25519, Base64URL.encode(rawEd25519()))
                        .keyID(keyId)
                        .build();
        };
    }

    /** An Ed25519 SubjectPublicKeyInfo ends in the 32 bytes of the key (RFC 8410 §4). */
    private byte[] rawEd25519() {
        byte[] encoded = pair.getPublic().getEncoded();
        return Arrays.copyOfRange(encoded, encoded.length - 32, encoded.length);
    }
}
