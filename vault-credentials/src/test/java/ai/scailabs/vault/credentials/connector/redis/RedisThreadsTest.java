package ai.scailabs.vault.credentials.connector.redis;

import static org.assertj.core.api.Assertions.assertThat;

import io.lettuce.core.resource.EventLoopGroupProvider;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class RedisThreadsTest {
    @Test
    void threads_stayWhenNobodyUsesThem_andEndWithTheirOwner() {
        RedisThreads threads = new RedisThreads();
        EventLoopGroupProvider provider = threads.resources().eventLoopGroupProvider();
        MultiThreadIoEventLoopGroup used = provider.allocate(MultiThreadIoEventLoopGroup.class);
        provider.release(used, 0, 1, TimeUnit.SECONDS).awaitUninterruptibly();
        assertThat(used.isShuttingDown()).isFalse();
        assertThat(provider.allocate(MultiThreadIoEventLoopGroup.class)).isSameAs(used);
        provider.release(used, 0, 1, TimeUnit.SECONDS).awaitUninterruptibly();
        threads.close();
        assertThat(used.isTerminated()).isTrue();
    }
}
