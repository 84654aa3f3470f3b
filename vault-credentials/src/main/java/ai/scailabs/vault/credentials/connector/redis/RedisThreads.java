package ai.scailabs.vault.credentials.connector.redis;

import ai.scailabs.vault.credentials.connector.Route;
import io.lettuce.core.RedisURI;
import io.lettuce.core.protocol.CommandHandler;
import io.lettuce.core.resource.ClientResources;
import io.lettuce.core.resource.DefaultClientResources;
import io.lettuce.core.resource.DefaultEventLoopGroupProvider;
import io.lettuce.core.resource.NettyCustomizer;
import io.lettuce.core.resource.SocketAddressResolver;
import io.netty.bootstrap.Bootstrap;
import io.netty.channel.Channel;
import io.netty.channel.EventLoopGroup;
import java.net.SocketAddress;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.TimeUnit;

/** The threads that all connections to Redis share, of which each goes to the address that its route has checked. Thread-safe. */
public final class RedisThreads implements AutoCloseable {
    private static final int THREADS = 2;
    private static final long PATIENCE_MILLIS = 1_000;

    private final KeptThreads threads = new KeptThreads();
    private final ClientResources resources = DefaultClientResources.builder()
            .eventLoopGroupProvider(threads)
            .computationThreadPoolSize(THREADS)
            .socketAddressResolver(new RoutedAddresses())
            .nettyCustomizer(new Guarded())
            .build();

    ClientResources resources() {
        return resources;
    }

    @Override
    public void close() {
        resources.shutdown(0, PATIENCE_MILLIS, TimeUnit.MILLISECONDS).awaitUninterruptibly();
        threads.shutdown(0, PATIENCE_MILLIS, TimeUnit.MILLISECONDS).awaitUninterruptibly();
    }

    /** The driver's own ends its threads with the last client, while the next one may have been given them already. These stay until they are shut down. */
    private static final class KeptThreads extends DefaultEventLoopGroupProvider {
        private final Set<Class<?>> kept = new HashSet<>();

        KeptThreads() {
            super(THREADS);
        }

        @Override
        public synchronized <T extends EventLoopGroup> T allocate(Class<T> type) {
            if (kept.add(type)) {
                super.allocate(type);
            }
            return super.allocate(type);
        }
    }

    /** Asked on the thread that connects. */
    private static final class RoutedAddresses extends SocketAddressResolver {
        @Override
        public SocketAddress resolve(RedisURI uri) {
            return Route.current().address();
        }
    }

    private static final class Guarded implements NettyCustomizer {
        @Override
        public void afterBootstrapInitialized(Bootstrap connecting) {
            AnswerGuard.keep(connecting);
        }

        @Override
        public void afterChannelInitialized(Channel channel) {
            AnswerGuard.put(
                    channel, channel.pipeline().context(CommandHandler.class).name());
        }
    }
}
