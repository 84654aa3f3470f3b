package ai.scailabs.vault.credentials.connector;

import java.io.Closeable;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/**
 * A way to a target over addresses that were checked, for one piece of work. What was connected is cut off when that takes too long, and when the route is closed.
 * Drivers, which make their sockets by factories that are named to them, find it in {@link #CURRENT}. Thread-safe.
 */
public final class Route implements AutoCloseable {
    /** Bound while a driver connects. */
    static final ScopedValue<Route> CURRENT = ScopedValue.newInstance();

    private static final int ADDRESSES_TRIED = 2;
    private static final long MOST_BYTES = 4L * 1024 * 1024;

    private final InetAddress[] addresses;
    private final TargetConfig config;
    private final TargetLimits limits;
    private final TargetTls tls;
    private final List<Closeable> connections = new ArrayList<>();
    private final CompletableFuture<Void> end = new CompletableFuture<>();
    private boolean closed;
    private volatile boolean late;

    Route(InetAddress[] addresses, TargetConfig config, TargetLimits limits, TargetTls tls) {
        this.addresses = addresses.clone();
        this.config = config;
        this.limits = limits;
        this.tls = tls;
        // Time-outs of sockets are for one read each: whoever sends a byte now and then would hold the thread for ever.
        end.orTimeout(limits.whole().toMillis(), TimeUnit.MILLISECONDS).exceptionally(tooLong -> {
            late = true;
            cut();
            return null;
        });
    }

    /** The route that the driver on this thread is to use. */
    public static Route current() {
        return CURRENT.get();
    }

    /** Does what the driver does on this thread with this route. */
    public <T> T during(Callable<T> driver) throws Exception {
        return ScopedValue.where(CURRENT, this).call(driver::call);
    }

    /** One connection, in plain text as yet. */
    public RoutedSocket connect() throws IOException {
        IOException last = new IOException("there is no address");
        for (int i = 0; i < Math.min(addresses.length, ADDRESSES_TRIED); i++) {
            RoutedSocket socket = new RoutedSocket(MOST_BYTES);
            try {
                keep(socket);
                socket.setTcpNoDelay(true);
                socket.setSoTimeout((int) limits.read().toMillis());
                socket.connect(new InetSocketAddress(addresses[i], config.port()), (int)
                        limits.connect().toMillis());
                return socket;
            } catch (IOException failed) {
                socket.close();
                last = failed;
            }
        }
        throw last;
    }

    /** For a library that makes no sockets of others: the address to connect to, which bears the name of the target. */
    public InetSocketAddress address() {
        return new InetSocketAddress(addresses[0], config.port());
    }

    public TargetTls tls() {
        return tls;
    }

    /** Whether it is to be by {@link #tls}. */
    public boolean isEncrypted() {
        return config.encrypted();
    }

    public String host() {
        return config.host();
    }

    public int port() {
        return config.port();
    }

    /** Whether it was cut off for taking too long. */
    public boolean isLate() {
        return late;
    }

    /**
     * A connection that a library has made to {@link #address}, which is cut off with the others.
     *
     * @throws IOException if that has been already
     */
    public synchronized void keep(Closeable connection) throws IOException {
        if (closed) {
            throw new IOException("given up");
        }
        connections.add(connection);
    }

    private synchronized void cut() {
        closed = true;
        for (Closeable connection : connections) {
            try {
                connection.close();
            } catch (IOException broken) {
                late |= end.isCompletedExceptionally();
            }
        }
    }

    @Override
    public void close() {
        end.complete(null);
        cut();
    }
}
