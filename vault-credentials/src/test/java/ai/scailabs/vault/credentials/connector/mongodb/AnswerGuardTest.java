package ai.scailabs.vault.credentials.connector.mongodb;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.codec.DecoderException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import org.bson.BsonArray;
import org.bson.BsonBinary;
import org.bson.BsonBinaryWriter;
import org.bson.BsonDocument;
import org.bson.BsonDouble;
import org.bson.BsonInt32;
import org.bson.BsonJavaScriptWithScope;
import org.bson.BsonString;
import org.bson.BsonValue;
import org.bson.codecs.BsonDocumentCodec;
import org.bson.codecs.EncoderContext;
import org.bson.io.BasicOutputBuffer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class AnswerGuardTest {
    private static final int OP_REPLY = 1;
    private static final int OP_COMPRESSED = 2012;
    private static final int OP_MSG = 2013;
    private static final BsonDocument DONE = new BsonDocument("ok", new BsonDouble(1));

    private final EmbeddedChannel channel = new EmbeddedChannel(new AnswerGuard());

    private boolean passes(byte[] bytes) {
        return channel.writeInbound(Unpooled.wrappedBuffer(bytes));
    }

    private void refused(byte[] bytes) {
        assertThatThrownBy(() -> passes(bytes)).isInstanceOf(DecoderException.class);
        assertThat(channel.isOpen()).isFalse();
        assertThat((Object) channel.readInbound()).isNull();
    }

    private static byte[] bytes(BsonDocument document) {
        try (BasicOutputBuffer buffer = new BasicOutputBuffer();
                BsonBinaryWriter writer = new BsonBinaryWriter(buffer)) {
            new BsonDocumentCodec()
                    .encode(writer, document, EncoderContext.builder().build());
            return buffer.toByteArray();
        }
    }

    private static byte[] message(BsonDocument document) {
        return message(OP_MSG, new byte[5], bytes(document));
    }

    private static byte[] message(int operation, byte[] between, byte[] document) {
        int length = 16 + between.length + document.length;
        return ByteBuffer.allocate(length)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putInt(length)
                .putInt(1)
                .putInt(1)
                .putInt(operation)
                .put(between)
                .put(document)
                .array();
    }

    private static byte[] announced(int length) {
        return ByteBuffer.allocate(4)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putInt(length)
                .array();
    }

    @ParameterizedTest
    @ValueSource(ints = {0, -1, 15, 16, 20, 21, 64 * 1024 + 1, Integer.MAX_VALUE, Integer.MIN_VALUE})
    void lengthThatNoAnswerHas_endsTheConnection(int length) {
        byte[] answer = Arrays.copyOf(announced(length), 32);
        refused(answer);
    }

    @Test
    void announcementInPieces_isOneNevertheless() {
        byte[] length = announced(Integer.MAX_VALUE);
        assertThat(passes(Arrays.copyOf(length, 3))).isFalse();
        refused(Arrays.copyOfRange(length, 3, 4));
    }

    @Test
    void answerInPieces_comesAsAWhole() {
        byte[] answer = message(DONE);
        for (int i = 0; i < answer.length - 1; i++) {
            assertThat(passes(new byte[] {answer[i]})).isFalse();
        }
        assertThat(passes(new byte[] {answer[answer.length - 1]})).isTrue();
        ByteBuf whole = channel.readInbound();
        assertThat(whole.readableBytes()).isEqualTo(answer.length);
        whole.release();
    }

    @Test
    void documentsWithinDocuments_endTheConnection() {
        BsonValue deep = new BsonInt32(1);
        for (int i = 0; i < 20; i++) {
            deep = i % 2 == 0 ? new BsonDocument("a", deep) : new BsonArray(List.of(deep));
        }
        refused(message(new BsonDocument("a", deep)));
    }

    @Test
    void codeWithAScope_endsTheConnection() {
        refused(message(new BsonDocument("a", new BsonJavaScriptWithScope("x", new BsonDocument()))));
    }

    @Test
    void otherOperations_orSeveralDocuments_endTheConnection() {
        refused(message(OP_COMPRESSED, new byte[9], bytes(DONE)));
        refusedByAnother(message(OP_MSG, new byte[] {0, 0, 0, 0, 1}, bytes(DONE)));
        refusedByAnother(message(OP_REPLY, reply(2), bytes(DONE)));
        refusedByAnother(message(OP_MSG, new byte[5], new byte[] {50, 0, 0, 0, 0}));
    }

    private static void refusedByAnother(byte[] bytes) {
        new AnswerGuardTest().refused(bytes);
    }

    private static byte[] reply(int documents) {
        return ByteBuffer.allocate(20)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putInt(16, documents)
                .array();
    }

    /** A login at such a server would hash for minutes, or for hours. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "r=a,s=YQ==,i=2147483647",
                "r=a,s=YQ==,i=1000001",
                "i=2147483647,r=a,s=YQ==",
                "r=a,s=YQ==,i=+2147483647",
                "r=a,s=YQ==,i=\u0662\u0661\u0664\u0667\u0664\u0668\u0663\u0666\u0664\u0667",
                "r=a,s=YQ==,i=15000,i=2147483647",
                "r=a,s=YQ==,i="
            })
    void moreHashingThanALoginTakes_endsTheConnection(String first) {
        BsonBinary payload = new BsonBinary(first.getBytes(StandardCharsets.UTF_8));
        refused(message(new BsonDocument("payload", payload)));
        refusedByAnother(message(
                new BsonDocument("speculativeAuthenticate", new BsonDocument("payload", payload)).append("ok", DONE)));
        BsonBinary other = new BsonBinary((byte) 0x80, payload.getData());
        refusedByAnother(message(new BsonDocument("payload", other)));
    }

    @Test
    void moreBytesThanAllAnswersHave_endTheConnection() {
        byte[] answer = message(new BsonDocument("text", new BsonString("a".repeat(60 * 1024))));
        for (int i = 0; i < 17; i++) {
            assertThat(passes(answer)).isTrue();
            ByteBuf through = channel.readInbound();
            through.release();
        }
        refused(answer);
    }

    @Test
    void answersOfAnHonestServer_pass() {
        BsonBinary payload = new BsonBinary("r=a+i=9,s=i=,i=15000".getBytes(StandardCharsets.UTF_8));
        assertThat(passes(message(new BsonDocument("payload", payload).append("ok", new BsonDouble(1)))))
                .isTrue();
        assertThat(
                        passes(
                                message(
                                        BsonDocument.parse(
                                                "{users: [{_id: 'admin.a', roles: [{role: 'read', db: 'app'}], mechanisms: ['SCRAM-SHA-256']}], ok: 1}"))))
                .isTrue();
        assertThat(passes(message(OP_REPLY, reply(1), bytes(DONE)))).isTrue();
        byte[] checked = Arrays.copyOf(bytes(DONE), bytes(DONE).length + 4);
        assertThat(passes(message(OP_MSG, new byte[] {1, 0, 0, 0, 0}, checked))).isTrue();
        assertThat(channel.isOpen()).isTrue();
        channel.releaseInbound();
    }
}
