package ai.scailabs.vault.credentials.connector.mongodb;

import ai.scailabs.vault.credentials.connector.Route;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOutboundHandlerAdapter;
import io.netty.channel.ChannelPromise;
import io.netty.channel.DefaultChannelPromise;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.util.concurrent.ImmediateEventExecutor;
import java.io.IOException;
import java.net.SocketAddress;
import java.util.concurrent.TimeUnit;

/** The thread that serves the driver's connections for one piece of work. Each goes to the address of its route and nowhere else, is cut off with it, and passes an {@link AnswerGuard}. */
final class RoutedLoop extends MultiThreadIoEventLoopGroup {
    private final Route route;

    /** @param route stays the caller's */
    RoutedLoop(Route route) {
        super(1, NioIoHandler.newFactory());
        this.route = route;
    }

    /** Before the driver has put its own handlers: TLS will be the first of all, and the rest behind these. */
    @Override
    public ChannelFuture register(Channel channel) {
        try {
            route.keep(channel::close);
        } catch (IOException over) {
            return new DefaultChannelPromise(channel, ImmediateEventExecutor.INSTANCE).setFailure(over);
        }
        channel.pipeline().addLast(new OneAddress(route.address()), new AnswerGuard());
        return super.register(channel);
    }

    @Override
    public void close() {
        shutdownGracefully(0, 0, TimeUnit.MILLISECONDS);
    }

    private static final class OneAddress extends ChannelOutboundHandlerAdapter {
        private final SocketAddress permitted;

        OneAddress(SocketAddress permitted) {
            this.permitted = permitted;
        }

        @Override
        public void connect(
                ChannelHandlerContext context, SocketAddress remote, SocketAddress local, ChannelPromise promise)
                throws Exception {
            if (!remote.equals(permitted)) {
                promise.setFailure(new IOException("the driver wants to go where it was not sent"));
                return;
            }
            super.connect(context, remote, local, promise);
        }
    }
}
