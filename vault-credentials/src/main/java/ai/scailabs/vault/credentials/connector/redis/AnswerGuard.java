package ai.scailabs.vault.credentials.connector.redis;

import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.util.ReferenceCountUtil;
import java.io.IOException;

/**
 * Looks at answers before the driver does, which makes room for as many elements as a server announces and keeps all that it sends. Closes the connection to one that announces or sends more
 * than any answer to us has.
 */
final class AnswerGuard extends ChannelInboundHandlerAdapter {
    private static final int MOST_BYTES = 1024 * 1024;
    private static final int MOST_ELEMENTS = 1_000;
    private static final int LINE_FEED = '\n';

    private long received;
    private boolean lineBegins = true;
    private boolean counts;
    private long announced;

    /** Where the driver's own handler is, behind TLS. */
    static void put(Channel channel, String driver) {
        channel.pipeline().addBefore(driver, "answer-guard", new AnswerGuard());
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) throws Exception {
        if (message instanceof ByteBuf bytes && isTooMuch(bytes)) {
            ReferenceCountUtil.release(message);
            context.fireExceptionCaught(new IOException("the server sends more than it was asked for"));
            context.close();
            return;
        }
        super.channelRead(context, message);
    }

    private boolean isTooMuch(ByteBuf bytes) {
        received += bytes.readableBytes();
        if (received > MOST_BYTES) {
            return true;
        }
        for (int i = bytes.readerIndex(); i < bytes.writerIndex(); i++) {
            look(bytes.getByte(i));
            if (counts && announced > MOST_ELEMENTS) {
                return true;
            }
        }
        return false;
    }

    /** Of a text within an answer a line may look like an announcement; then it counts as one. */
    private void look(byte next) {
        if (next == LINE_FEED) {
            lineBegins = true;
            counts = false;
        } else if (lineBegins) {
            lineBegins = false;
            // Arrays, pushes, maps, sets and attributes.
            counts = "*>%~|".indexOf(next) >= 0;
            announced = 0;
        } else if (counts && next >= '0' && next <= '9') {
            announced = Math.min(Integer.MAX_VALUE, announced * 10 + next - '0');
        }
    }
}
