package ai.scailabs.vault.pki.x509;

import ai.scailabs.vault.crypto.provider.NativeProvider;
import java.security.GeneralSecurityException;
import java.security.InvalidAlgorithmParameterException;
import java.security.InvalidKeyException;
import java.security.KeyFactory;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.NoSuchAlgorithmException;
import java.security.PrivateKey;
import java.security.Provider;
import java.security.PublicKey;
import java.security.SecureRandom;
import java.security.Signature;
import java.security.SignatureException;
import java.security.spec.PKCS8EncodedKeySpec;
import java.security.spec.PSSParameterSpec;
import org.jspecify.annotations.Nullable;

/**
 * Signatures by a provider of the Java runtime: the one that was chosen where it knows the algorithm and takes the key, else the runtime's own choice. Never registered for the whole process, so
 * that nothing else is computed by it.
 */
public final class JavaSignatures implements SignatureProvider {
    private final @Nullable Provider preferred;

    private JavaSignatures(@Nullable Provider preferred) {
        this.preferred = preferred;
    }

    /** By native code where this machine has it, else by the runtime: what is signed is the same. */
    public static JavaSignatures fastest() {
        return new JavaSignatures(NativeProvider.get().orElse(null));
    }

    public static JavaSignatures ofTheRuntime() {
        return new JavaSignatures(null);
    }

    @Override
    public KeyPair generate(KeySpec spec, SecureRandom random) {
        // The newer kinds are written in more than one way.
        boolean settled = spec.isRsa() || spec.keyType().equals("ec");
        if (preferred == null || !settled || preferred.getService("KeyPairGenerator", spec.jcaName()) == null) {
            return spec.generate(random);
        }
        try {
            return spec.generate(KeyPairGenerator.getInstance(spec.jcaName(), preferred), random);
        } catch (GeneralSecurityException notByIt) {
            return spec.generate(random);
        }
    }

    @Override
    public PrivateKey read(byte[] pkcs8, KeySpec spec) {
        if (preferred != null && spec.keyType().equals("ec") && preferred.getService("KeyFactory", "EC") != null) {
            try {
                return KeyFactory.getInstance("EC", preferred).generatePrivate(new PKCS8EncodedKeySpec(pkcs8));
            } catch (GeneralSecurityException notByIt) {
                return PrivateKeyFormat.read(pkcs8, spec);
            }
        }
        return PrivateKeyFormat.read(pkcs8, spec);
    }

    @Override
    public byte[] sign(SignatureScheme scheme, PrivateKey key, byte[] message) throws GeneralSecurityException {
        return sign(scheme, key, sink -> sink.take(message));
    }

    @Override
    public byte[] sign(SignatureScheme scheme, PrivateKey key, MessageSource message) throws GeneralSecurityException {
        Signature signature = signature(scheme, engine -> engine.initSign(key));
        message.writeTo(signature::update);
        return signature.sign();
    }

    @Override
    public boolean verify(SignatureScheme scheme, PublicKey key, byte[] message, byte[] signature)
            throws GeneralSecurityException {
        return verify(scheme, key, sink -> sink.take(message), signature);
    }

    @Override
    public boolean verify(SignatureScheme scheme, PublicKey key, MessageSource message, byte[] signature)
            throws GeneralSecurityException {
        Signature engine = signature(scheme, each -> each.initVerify(key));
        message.writeTo(engine::update);
        try {
            return engine.verify(signature);
        } catch (SignatureException malformed) {
            return false;
        }
    }

    private interface Start {
        void on(Signature engine) throws InvalidKeyException;
    }

    private Signature signature(SignatureScheme scheme, Start start) throws GeneralSecurityException {
        if (preferred != null && preferred.getService("Signature", scheme.jcaName()) != null) {
            try {
                return started(Signature.getInstance(scheme.jcaName(), preferred), scheme, start);
            } catch (NoSuchAlgorithmException | InvalidKeyException | InvalidAlgorithmParameterException notByIt) {
                return runtime(scheme, start);
            }
        }
        return runtime(scheme, start);
    }

    private static Signature runtime(SignatureScheme scheme, Start start) throws GeneralSecurityException {
        return started(Signature.getInstance(scheme.jcaName()), scheme, start);
    }

    private static Signature started(Signature engine, SignatureScheme scheme, Start start)
            throws InvalidKeyException, InvalidAlgorithmParameterException {
        PSSParameterSpec parameters = scheme.parameters();
        if (parameters != null) {
            engine.setParameter(parameters);
        }
        start.on(engine);
        return engine;
    }

    /** Who computes, for a line at start: {@code SUN} and the like are the runtime's. */
    @Override
    public String toString() {
        return preferred == null ? "the Java runtime" : preferred.getName();
    }
}
