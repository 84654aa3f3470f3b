package ai.scailabs.vault.credentials.connector.mongodb;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.regex.Pattern;
import org.bson.BsonBinaryReader;
import org.bson.BsonReader;
import org.bson.BsonType;

/** What an answer may be: one document, not deep, that asks for no more hashing than a login takes. MongoDB Wire Protocol, OP_MSG and OP_REPLY. */
final class MongoAnswer {
    private static final int OP_REPLY = 1;
    private static final int OP_MSG = 2013;
    private static final int OPERATION_AT = 12;
    private static final int FLAGS_AT = 16;
    private static final int CHECKSUM_PRESENT = 1;
    private static final int CHECKSUM_BYTES = 4;
    /** Of OP_MSG. */
    private static final int SECTION_AT = 20;
    /** Of OP_REPLY, the last before its document. */
    private static final int COUNT_AT = 32;

    private static final int DEEPEST = 16;
    private static final String PAYLOAD = "payload";
    private static final int MOST_ITERATIONS = 1_000_000;
    private static final Pattern ITERATIONS = Pattern.compile("i=[0-9]{1,7}");

    private MongoAnswer() {}

    /** @param answer of the length that it says */
    static void require(byte[] answer) throws IOException {
        ByteBuffer bytes = ByteBuffer.wrap(answer).order(ByteOrder.LITTLE_ENDIAN);
        int begin = begin(bytes);
        int end = answer.length;
        if (bytes.getInt(OPERATION_AT) == OP_MSG && (bytes.getInt(FLAGS_AT) & CHECKSUM_PRESENT) != 0) {
            end -= CHECKSUM_BYTES;
        }
        if (end - begin < Integer.BYTES || bytes.getInt(begin) != end - begin) {
            throw refused();
        }
        try (BsonBinaryReader reader = new BsonBinaryReader(bytes.slice(begin, end - begin))) {
            document(reader, DEEPEST);
        }
    }

    private static int begin(ByteBuffer bytes) throws IOException {
        int operation = bytes.getInt(OPERATION_AT);
        if (operation == OP_MSG && bytes.capacity() > SECTION_AT && bytes.get(SECTION_AT) == 0) {
            return SECTION_AT + 1;
        }
        if (operation == OP_REPLY && bytes.capacity() > COUNT_AT + Integer.BYTES && bytes.getInt(COUNT_AT) == 1) {
            return COUNT_AT + Integer.BYTES;
        }
        throw refused();
    }

    private static void document(BsonReader reader, int deepest) throws IOException {
        reader.readStartDocument();
        members(reader, false, deepest);
        reader.readEndDocument();
    }

    private static void members(BsonReader reader, boolean ofArray, int deepest) throws IOException {
        if (deepest == 0) {
            throw refused();
        }
        for (BsonType type = reader.readBsonType(); type != BsonType.END_OF_DOCUMENT; type = reader.readBsonType()) {
            String name = ofArray ? "" : reader.readName();
            if (type == BsonType.DOCUMENT) {
                document(reader, deepest - 1);
            } else if (type == BsonType.ARRAY) {
                reader.readStartArray();
                members(reader, true, deepest - 1);
                reader.readEndArray();
            } else if (type == BsonType.JAVASCRIPT_WITH_SCOPE) {
                throw refused();
            } else if (type == BsonType.BINARY && name.equals(PAYLOAD)) {
                iterations(reader.readBinaryData().getData());
            } else {
                reader.skipValue();
            }
        }
    }

    /** RFC 5802, section 7, as the driver reads it: the server says how often the password is hashed. */
    private static void iterations(byte[] payload) throws IOException {
        for (String part : new String(payload, StandardCharsets.UTF_8).split(",", -1)) {
            if (part.startsWith("i=")
                    && (!ITERATIONS.matcher(part).matches() || Integer.parseInt(part.substring(2)) > MOST_ITERATIONS)) {
                throw refused();
            }
        }
    }

    private static IOException refused() {
        return new IOException("the server answers what no server answers");
    }
}
