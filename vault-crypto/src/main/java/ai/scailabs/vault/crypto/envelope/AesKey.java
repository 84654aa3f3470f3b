package ai.scailabs.vault.crypto.envelope;

import java.io.NotSerializableException;
import java.io.ObjectOutputStream;
import javax.crypto.SecretKey;

/**
 * Shows key bytes to a cipher of the JDK without keeping a copy, unlike {@code SecretKeySpec}; the JDK wipes the copy it asks for. Lives as long as the call it is made
 * for.
 */
final class AesKey implements SecretKey {
    private static final long serialVersionUID = 1L;

    private final transient byte[] bytes;

    AesKey(byte[] bytes) {
        this.bytes = bytes;
    }

    @Override
    public String getAlgorithm() {
        return "AES";
    }

    @Override
    public String getFormat() {
        return "RAW";
    }

    @Override
    public byte[] getEncoded() {
        return bytes.clone();
    }

    @Override
    public String toString() {
        return "[redacted]";
    }

    private void writeObject(ObjectOutputStream out) throws NotSerializableException {
        throw new NotSerializableException(AesKey.class.getName());
    }
}
