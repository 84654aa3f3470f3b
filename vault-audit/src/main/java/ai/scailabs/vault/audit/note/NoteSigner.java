package ai.scailabs.vault.audit.note;

import ai.scailabs.vault.crypto.provider.NativeProvider;
import ai.scailabs.vault.kernel.sensitive.SensitiveBytes;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.security.SecureRandom;
import java.security.Signature;
import java.security.interfaces.EdECPrivateKey;
import java.security.spec.EdECPrivateKeySpec;
import java.security.spec.NamedParameterSpec;
import java.util.Arrays;
import java.util.List;

/** Signs texts with the private half of a log's key (RFC 8032, 32 bytes). Meant for one signature or a few: what the runtime keeps of the key is not wiped. Not thread-safe. */
public final class NoteSigner {
    private final LogKey key;
    private final PrivateKey privateKey;

    /** @param privateKey stays the caller's to close */
    public NoteSigner(LogKey key, SensitiveBytes privateKey) {
        if (privateKey.length() != NoteKey.KEY_LENGTH) {
            throw new IllegalArgumentException("not an Ed25519 private key");
        }
        this.key = key;
        try {
            this.privateKey = KeyFactory.getInstance("Ed25519")
                    .generatePrivate(new EdECPrivateKeySpec(NamedParameterSpec.ED25519, privateKey.expose()));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("the Java runtime lacks Ed25519", e);
        }
    }

    /** A new key of that name. */
    public static NewKey generate(String name, SecureRandom random) {
        try {
            KeyPairGenerator generator = KeyPairGenerator.getInstance("Ed25519");
            generator.initialize(NamedParameterSpec.ED25519, random);
            KeyPair pair = generator.generateKeyPair();
            byte[] encoded = pair.getPublic().getEncoded();
            byte[] raw = Arrays.copyOfRange(encoded, encoded.length - NoteKey.KEY_LENGTH, encoded.length);
            byte[] seed = ((EdECPrivateKey) pair.getPrivate()).getBytes().orElseThrow();
            return new NewKey(LogKey.of(name, raw), SensitiveBytes.owning(seed));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("the Java runtime lacks Ed25519", e);
        }
    }

    public LogKey key() {
        return key;
    }

    /**
     * The signature line, verified by the public half before anybody sees it.
     *
     * @throws IllegalStateException when the two halves do not belong together
     */
    public NoteSignature sign(String text) {
        try {
            Signature signer = NativeProvider.signature("Ed25519");
            signer.initSign(privateKey);
            signer.update(text.getBytes(StandardCharsets.UTF_8));
            NoteSignature signature = NoteSignature.of(key.name(), key.id(), signer.sign());
            key.verify(new SignedNote(text, List.of(signature)));
            return signature;
        } catch (InvalidNote mismatch) {
            throw new IllegalStateException("the private key does not belong to the public one", mismatch);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("the Java runtime lacks Ed25519", e);
        }
    }

    /** Both halves; the private one is to be sealed and closed. */
    public record NewKey(LogKey key, SensitiveBytes privateKey) implements AutoCloseable {
        @Override
        public void close() {
            privateKey.close();
        }
    }
}
