package ai.scailabs.vault.crypto.root;

import ai.scailabs.vault.crypto.key.KeyId;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Map;

/**
 * What a wrapped key is bound to. Adapters pass it as associated data, or as the encryption context of a KMS; it is not secret and may show up in the KMS's own log.
 *
 * @param owner whose key it is, for example a partner id; 1 to 255 printable ASCII characters
 * @param keyId the generation
 * @param purpose what the key is for; 1 to 255 printable ASCII characters
 */
public record WrapContext(String owner, KeyId keyId, String purpose) {
    public WrapContext {
        requirePrintable("owner", owner);
        requirePrintable("purpose", purpose);
    }

    /** Unambiguous and the same for equal contexts: length (2 bytes) and text of the owner, the 16 bytes of the key id, length and text of the purpose. */
    public byte[] bytes() {
        byte[] ownerBytes = owner.getBytes(StandardCharsets.US_ASCII);
        byte[] purposeBytes = purpose.getBytes(StandardCharsets.US_ASCII);
        return ByteBuffer.allocate(2 + ownerBytes.length + KeyId.BYTES + 2 + purposeBytes.length)
                .putShort((short) ownerBytes.length)
                .put(ownerBytes)
                .putLong(keyId.value().getMostSignificantBits())
                .putLong(keyId.value().getLeastSignificantBits())
                .putShort((short) purposeBytes.length)
                .put(purposeBytes)
                .array();
    }

    /** {@code owner}, {@code key_id} and {@code purpose}, for a KMS that takes pairs of text. */
    public Map<String, String> asMap() {
        return Map.of("owner", owner, "key_id", keyId.toString(), "purpose", purpose);
    }

    private static void requirePrintable(String field, String text) {
        if (text.isEmpty() || text.length() > 255) {
            throw new IllegalArgumentException(field + " takes 1 to 255 characters");
        }
        for (int i = 0; i < text.length(); i++) {
            if (text.charAt(i) < 0x20 || text.charAt(i) > 0x7e) {
                throw new IllegalArgumentException(field + " takes printable ASCII");
            }
        }
    }
}
