package ai.scailabs.vault.access.redis;

import io.lettuce.core.ClientOptions;
import io.lettuce.core.MaintNotificationsConfig;
import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisURI;
import io.lettuce.core.SocketOptions;
import io.lettuce.core.SslOptions;
import io.lettuce.core.SslVerifyMode;
import io.lettuce.core.TimeoutOptions;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.codec.ByteArrayCodec;
import io.lettuce.core.resource.ClientResources;
import io.lettuce.core.resource.DefaultClientResources;
import java.nio.file.Path;
import java.time.Duration;
import java.util.OptionalDouble;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One connection to Redis, or none. The first command that fails or takes too long ends its use at once, for everybody; from then on nobody waits, and only a
 * thread of its own looks whether Redis is back: every second, and more rarely when it keeps failing soon after it was back. Commands are never queued for a
 * connection that is not there. Thread-safe.
 */
public final class RedisLink implements AutoCloseable {
    private static final Duration CONNECT_PATIENCE = Duration.ofSeconds(1);
    private static final Duration LOOK_EVERY = Duration.ofSeconds(1);
    private static final Duration LONGEST_PAUSE = Duration.ofSeconds(30);
    /** Commands that wait for their answers at once; one more is refused. */
    private static final int MAX_IN_FLIGHT = 2_000;

    private static final String USED_MEMORY = "used_memory:";

    private static final Logger LOG = LoggerFactory.getLogger(RedisLink.class);

    private final RedisURI address;
    private final ClientResources resources;
    private final RedisClient client;
    private final Duration patience;
    private final LongConsumer latencies;
    private final ScheduledExecutorService looker;
    private final ReentrantLock changing = new ReentrantLock();
    private volatile @Nullable StatefulRedisConnection<byte[], byte[]> usable;
    private volatile String problem = "Redis has not been reached yet";
    private volatile long lastLatencyNanos;
    private boolean problemLogged;
    private long usableSinceNanos;
    private long notBeforeNanos = System.nanoTime();
    private Duration pause = LOOK_EVERY;

    private RedisLink(RedisLogin login, @Nullable Path caFile, Duration patience, LongConsumer latencies) {
        this.address = address(login);
        this.patience = patience;
        this.latencies = latencies;
        this.resources = DefaultClientResources.builder()
                .ioThreadPoolSize(2)
                .computationThreadPoolSize(2)
                .build();
        this.client = RedisClient.create(resources);
        client.setOptions(options(caFile, patience));
        this.looker = Executors.newSingleThreadScheduledExecutor(
                Thread.ofPlatform().name("redis-link").daemon().factory());
    }

    /**
     * Tries once, for about a second, and returns whether or not Redis is there.
     *
     * @param caFile PEM certificates that vouch for the server's; absent: those that the runtime trusts
     * @param patience how long a command may take
     * @param latencies hears of the duration of every command, in nanoseconds
     */
    public static RedisLink open(RedisLogin login, @Nullable Path caFile, Duration patience, LongConsumer latencies) {
        RedisLink link = new RedisLink(login, caFile, patience, latencies);
        link.look();
        link.looker.scheduleWithFixedDelay(
                link::look, LOOK_EVERY.toMillis(), LOOK_EVERY.toMillis(), TimeUnit.MILLISECONDS);
        return link;
    }

    private static RedisURI address(RedisLogin login) {
        RedisURI.Builder builder = RedisURI.builder()
                .withHost(login.host())
                .withPort(login.port())
                .withDatabase(login.database())
                .withClientName("scaivault")
                .withTimeout(CONNECT_PATIENCE);
        if (login.tls()) {
            builder.withSsl(true).withVerifyPeer(SslVerifyMode.FULL);
        }
        if (!login.password().isEmpty() && login.user().isEmpty()) {
            builder.withPassword(login.password().toCharArray());
        } else if (!login.password().isEmpty()) {
            builder.withAuthentication(login.user(), login.password().toCharArray());
        }
        return builder.build();
    }

    private static ClientOptions options(@Nullable Path caFile, Duration patience) {
        SslOptions.Builder tls = SslOptions.builder()
                .jdkSslProvider()
                .protocols("TLSv1.3", "TLSv1.2")
                .handshakeTimeout(CONNECT_PATIENCE);
        if (caFile != null) {
            tls.trustManager(caFile.toFile());
        }
        return ClientOptions.builder()
                .autoReconnect(false)
                .disconnectedBehavior(ClientOptions.DisconnectedBehavior.REJECT_COMMANDS)
                .requestQueueSize(MAX_IN_FLIGHT)
                .maintNotificationsConfig(MaintNotificationsConfig.disabled())
                .socketOptions(SocketOptions.builder()
                        .connectTimeout(CONNECT_PATIENCE)
                        .keepAlive(true)
                        .build())
                .timeoutOptions(TimeoutOptions.enabled(patience))
                .sslOptions(tls.build())
                .build();
    }

    /** Null while Redis does not serve. Who uses it tells of every outcome. */
    public @Nullable StatefulRedisConnection<byte[], byte[]> connection() {
        return usable;
    }

    /** How long a command may take. */
    public Duration patience() {
        return patience;
    }

    public boolean isUp() {
        return usable != null;
    }

    /** In words without address or password; empty when Redis serves. */
    public String problem() {
        return problem;
    }

    /** Of the last command that was answered. */
    public long lastLatencyNanos() {
        return lastLatencyNanos;
    }

    /** Asks now; empty when Redis does not serve or its login may not know. */
    public OptionalDouble memoryUsedMb() {
        StatefulRedisConnection<byte[], byte[]> connection = usable;
        if (connection == null) {
            return OptionalDouble.empty();
        }
        try {
            String memory = connection
                    .async()
                    .info("memory")
                    .toCompletableFuture()
                    .get(patience.toMillis(), TimeUnit.MILLISECONDS);
            return memory.lines()
                    .filter(line -> line.startsWith(USED_MEMORY))
                    .mapToDouble(line ->
                            Long.parseLong(line.substring(USED_MEMORY.length()).strip()) / 1_048_576.0)
                    .findFirst();
        } catch (InterruptedException stopping) {
            Thread.currentThread().interrupt();
            return OptionalDouble.empty();
        } catch (ExecutionException | TimeoutException | NumberFormatException unknown) {
            LOG.debug("the memory of Redis is not known", unknown);
            return OptionalDouble.empty();
        }
    }

    public void answered(long nanos) {
        lastLatencyNanos = nanos;
        latencies.accept(nanos);
    }

    /** Ends the use of the connection, if it is still that one. */
    public void failed(StatefulRedisConnection<byte[], byte[]> connection, Throwable failure) {
        changing.lock();
        try {
            if (usable != connection) {
                return;
            }
            long now = System.nanoTime();
            boolean soon = now - usableSinceNanos < LONGEST_PAUSE.toNanos();
            pause = !soon ? LOOK_EVERY : min(pause.multipliedBy(2), LONGEST_PAUSE);
            notBeforeNanos = now + pause.toNanos();
            becameUnusable(RedisProblem.of(failure));
        } finally {
            changing.unlock();
        }
        connection.closeAsync();
    }

    private void becameUnusable(String why) {
        usable = null;
        problem = why;
        if (!problemLogged) {
            problemLogged = true;
            LOG.warn("{}: rate limits are kept by this instance alone until it is back", why);
        }
    }

    /** Runs on the looker's thread, once on the opener's. */
    private void look() {
        StatefulRedisConnection<byte[], byte[]> current = usable;
        if (current != null) {
            ping(current);
        } else if (System.nanoTime() - notBeforeNanos >= 0) {
            reconnect();
        }
    }

    private void ping(StatefulRedisConnection<byte[], byte[]> connection) {
        long before = System.nanoTime();
        try {
            connection.async().ping().toCompletableFuture().get(patience.toMillis(), TimeUnit.MILLISECONDS);
            answered(System.nanoTime() - before);
        } catch (InterruptedException stopping) {
            Thread.currentThread().interrupt();
        } catch (Exception failure) {
            failed(connection, failure);
        }
    }

    private void reconnect() {
        try {
            StatefulRedisConnection<byte[], byte[]> connection = client.connect(ByteArrayCodec.INSTANCE, address);
            changing.lock();
            try {
                usable = connection;
                usableSinceNanos = System.nanoTime();
                problem = "";
                if (problemLogged) {
                    problemLogged = false;
                    LOG.info("Redis is back: rate limits are shared by all instances again");
                }
            } finally {
                changing.unlock();
            }
            ping(connection);
        } catch (RuntimeException failure) {
            changing.lock();
            try {
                becameUnusable(RedisProblem.of(failure));
            } finally {
                changing.unlock();
            }
        }
    }

    private static Duration min(Duration one, Duration other) {
        return one.compareTo(other) < 0 ? one : other;
    }

    @Override
    public void close() {
        looker.shutdownNow();
        client.shutdown(Duration.ZERO, CONNECT_PATIENCE);
        resources
                .shutdown(0, CONNECT_PATIENCE.toMillis(), TimeUnit.MILLISECONDS)
                .awaitUninterruptibly();
    }
}
