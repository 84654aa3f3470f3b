package ai.scailabs.vault.crypto.key;

import ai.scailabs.vault.kernel.id.Ids;
import com.github.f4b6a3.ulid.Ulid;
import java.nio.ByteBuffer;
import java.util.Optional;
import java.util.UUID;

/** The name of one generation of a key: {@code key_} + ULID as text, 16 bytes inside stored formats. Public; it says nothing about the key. */
public record KeyId(UUID value) {
    public static final int BYTES = 16;
    private static final String PREFIX = "key_";

    public static KeyId of(UUID value) {
        return new KeyId(value);
    }

    /** Empty when the text is not a key id in its one spelling. */
    public static Optional<KeyId> parse(String text) {
        if (!text.startsWith(PREFIX) || !Ulid.isValid(text.substring(PREFIX.length()))) {
            return Optional.empty();
        }
        KeyId id = new KeyId(Ulid.from(text.substring(PREFIX.length())).toUuid());
        return id.toString().equals(text) ? Optional.of(id) : Optional.empty();
    }

    /** Reads the 16 bytes at the offset. */
    public static KeyId read(byte[] source, int offset) {
        ByteBuffer bytes = ByteBuffer.wrap(source, offset, BYTES);
        return new KeyId(new UUID(bytes.getLong(), bytes.getLong()));
    }

    /** A new array of 16 bytes, big endian. */
    public byte[] bytes() {
        return ByteBuffer.allocate(BYTES)
                .putLong(value.getMostSignificantBits())
                .putLong(value.getLeastSignificantBits())
                .array();
    }

    @Override
    public String toString() {
        return Ids.text(PREFIX, value);
    }
}
