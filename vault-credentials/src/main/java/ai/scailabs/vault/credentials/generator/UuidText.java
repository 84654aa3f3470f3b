package ai.scailabs.vault.credentials.generator;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import tools.jackson.databind.node.ObjectNode;

/**
 * An identifier of RFC 9562: of version 4, which is random, or of version 7, which begins with the time in milliseconds, so that it tells when it was made.
 *
 * @param version 4 or 7
 */
record UuidText(int version) implements Generator {
    static final String NAME = "uuid";

    /** Of version 4. */
    static final int RANDOM_BITS = 122;

    static final int LENGTH = 36;

    private static final int RANDOM_BITS_AFTER_TIME = 74;
    private static final byte[] HEX = NamedCharset.HEX.alphabet().getBytes(StandardCharsets.US_ASCII);

    static UuidText read(FieldConfig config) {
        return new UuidText(config.oneOf("version", 4, List.of(4, 7)));
    }

    /** Whoever asks wipes it. */
    byte[] draw(SecureRandom random, Instant now) {
        byte[] id = new byte[16];
        random.nextBytes(id);
        if (version == 7) {
            byte[] millis =
                    ByteBuffer.allocate(Long.BYTES).putLong(now.toEpochMilli()).array();
            System.arraycopy(millis, 2, id, 0, 6);
        }
        id[6] = (byte) (id[6] & 0x0f | version << 4);
        id[8] = (byte) (id[8] & 0x3f | 0x80);
        byte[] text = text(id);
        Arrays.fill(id, (byte) 0);
        return text;
    }

    private static byte[] text(byte[] id) {
        ByteBuffer text = ByteBuffer.allocate(LENGTH);
        for (int i = 0; i < id.length; i++) {
            if (i == 4 || i == 6 || i == 8 || i == 10) {
                text.put((byte) '-');
            }
            text.put(HEX[id[i] >> 4 & 0xf]).put(HEX[id[i] & 0xf]);
        }
        return text.array();
    }

    @Override
    public String wireName() {
        return NAME;
    }

    @Override
    public void describe(ObjectNode config) {
        config.put("version", version);
    }

    @Override
    public Map<String, Double> entropy(String field) {
        return Map.of(field, (double) (version == 4 ? RANDOM_BITS : RANDOM_BITS_AFTER_TIME));
    }

    @Override
    public int maxBytes() {
        return LENGTH;
    }
}
