package ai.scailabs.vault.credentials.connector.mongodb;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.ByteToMessageDecoder;
import java.io.IOException;
import java.util.List;

/** Looks at answers before the driver does, which makes room for as much as a server announces and reads documents within documents without end. Lets each through as a whole, or none any more. */
final class AnswerGuard extends ByteToMessageDecoder {
    private static final int MOST_BYTES = 64 * 1024;
    private static final int MOST_BYTES_IN_ALL = 1024 * 1024;
    private static final int HEAD_BYTES = 16;

    private int passed;

    @Override
    protected void decode(ChannelHandlerContext context, ByteBuf in, List<Object> out) throws IOException {
        if (in.readableBytes() < Integer.BYTES) {
            return;
        }
        int length = in.getIntLE(in.readerIndex());
        if (length < HEAD_BYTES || length > MOST_BYTES || passed + length > MOST_BYTES_IN_ALL) {
            context.close();
            throw new IOException("the server announces more than it was asked for");
        }
        if (in.readableBytes() < length) {
            return;
        }
        byte[] answer = new byte[length];
        in.getBytes(in.readerIndex(), answer);
        try {
            MongoAnswer.require(answer);
        } catch (IOException | RuntimeException refused) {
            context.close();
            throw refused;
        }
        passed += length;
        out.add(in.readRetainedSlice(length));
    }
}
