package ai.scailabs.vault.credentials.connector.redis;

import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.util.AttributeKey;
import io.netty.util.ReferenceCountUtil;
import java.io.IOException;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;

/**
 * Looks at the answers of one connection before the driver does, which makes room for as many elements as a server announces and keeps all that it sends. Closes the connection to one that
 * announces or sends more than any answer to us has. Remembers how a login was refused, which the driver forgets where the connection is over before the thread that connected has looked.
 */
final class AnswerGuard extends ChannelInboundHandlerAdapter {
    private static final int MOST_BYTES = 1024 * 1024;
    private static final int MOST_ELEMENTS = 1_000;
    private static final int MOST_OF_A_WORD = 32;
    private static final int LINE_FEED = '\n';

    /** Bound while the driver connects. */
    private static final ScopedValue<AnswerGuard> CURRENT = ScopedValue.newInstance();

    private static final AttributeKey<AnswerGuard> OF_CHANNEL = AttributeKey.valueOf(AnswerGuard.class, "guard");

    private final StringBuilder refusal = new StringBuilder();
    private volatile @Nullable String refused;
    private boolean refuses;
    private long received;
    private boolean lineBegins = true;
    private boolean counts;
    private long announced;

    /** Guards the connection that the driver makes on this thread. */
    <T> T during(Callable<T> driver) throws Exception {
        return ScopedValue.where(CURRENT, this).call(driver::call);
    }

    /** On the thread that connects. */
    static void keep(Bootstrap connecting) {
        connecting.attr(OF_CHANNEL, CURRENT.get());
    }

    /** Where the driver's own handler is, behind TLS. */
    static void put(Channel channel, String driver) {
        channel.pipeline()
                .addBefore(driver, "answer-guard", channel.attr(OF_CHANNEL).get());
    }

    /** The first word of the first answer, which is that to the login; null where it was no refusal. */
    @Nullable
    String refusal() {
        return refused;
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
        if (received == 0 && bytes.isReadable()) {
            refuses = bytes.getByte(bytes.readerIndex()) == '-';
        }
        received += bytes.readableBytes();
        if (received > MOST_BYTES) {
            return true;
        }
        for (int i = bytes.readerIndex(); i < bytes.writerIndex(); i++) {
            byte next = bytes.getByte(i);
            look(next);
            spell(next);
            if (counts && announced > MOST_ELEMENTS) {
                return true;
            }
        }
        return false;
    }

    private void spell(byte next) {
        if (!refuses) {
            return;
        }
        if (next > ' ' && refusal.length() < MOST_OF_A_WORD) {
            refusal.append((char) next);
        } else {
            refuses = false;
            refused = refusal.substring(1);
        }
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
