package ai.scailabs.vault.outbound.http;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.net.UnknownHostException;
import java.time.Duration;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.SSLSocketFactory;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A connection to the server of a URI: its name is resolved once, every address that it leads to is checked, and one of these is connected to. Another thread may {@link #close()} it at any
 * time.
 */
final class GuardedConnection implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(GuardedConnection.class);
    private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(2);
    private static final int ADDRESSES_TRIED = 2;

    private final URI location;
    private final AddressRule rule;
    private final SSLSocketFactory tls;
    private final Duration silence;
    private @Nullable Socket open;
    private boolean closed;

    /** @param silence how long the server may say nothing while it is waited for */
    GuardedConnection(URI location, AddressRule rule, SSLSocketFactory tls, Duration silence) {
        this.location = location;
        this.rule = rule;
        this.tls = tls;
        this.silence = silence;
    }

    /**
     * Connects; once.
     *
     * @throws AddressRefusedException before anything is connected
     */
    Socket connect() throws IOException {
        String host = bare(location.getHost());
        boolean secure = "https".equals(location.getScheme());
        int port = location.getPort() >= 0 ? location.getPort() : secure ? 443 : 80;
        Socket plain = connected(permitted(host), port);
        if (!secure) {
            return plain;
        }
        try {
            return encrypted(plain, host, port);
        } catch (IOException refused) {
            plain.close();
            throw refused;
        }
    }

    /** One address that is not permitted is enough to refuse the name: whoever made it so meant to reach it. */
    private InetAddress[] permitted(String host) throws IOException {
        InetAddress[] addresses;
        try {
            addresses = InetAddress.getAllByName(host);
        } catch (UnknownHostException unknown) {
            throw new AddressRefusedException("the name leads to no address");
        }
        for (InetAddress address : addresses) {
            if (!rule.permits(address)) {
                throw new AddressRefusedException("the name leads to an address that is not permitted");
            }
        }
        return addresses;
    }

    private Socket connected(InetAddress[] addresses, int port) throws IOException {
        IOException last = new AddressRefusedException("the name leads to no address");
        for (int i = 0; i < Math.min(addresses.length, ADDRESSES_TRIED); i++) {
            Socket socket = new Socket();
            try {
                keep(socket);
                socket.setTcpNoDelay(true);
                socket.setSoTimeout((int) silence.toMillis());
                socket.connect(new InetSocketAddress(addresses[i], port), (int) CONNECT_TIMEOUT.toMillis());
                return socket;
            } catch (IOException failed) {
                socket.close();
                last = failed;
            }
        }
        throw last;
    }

    /** With the name of the server in its certificate, whichever address it has. */
    private Socket encrypted(Socket plain, String host, int port) throws IOException {
        SSLSocket socket = (SSLSocket) tls.createSocket(plain, host, port, true);
        SSLParameters parameters = socket.getSSLParameters();
        parameters.setEndpointIdentificationAlgorithm("HTTPS");
        parameters.setProtocols(new String[] {"TLSv1.3", "TLSv1.2"});
        socket.setSSLParameters(parameters);
        socket.startHandshake();
        return socket;
    }

    static String bare(String host) {
        return host.startsWith("[") ? host.substring(1, host.length() - 1) : host;
    }

    private synchronized void keep(Socket socket) throws IOException {
        if (closed) {
            throw new IOException("given up");
        }
        open = socket;
    }

    /** Whatever it waits for ends at once; only the look-up of a name goes on, for nobody. */
    @Override
    public synchronized void close() {
        closed = true;
        try {
            if (open != null) {
                open.close();
            }
        } catch (IOException alreadyBroken) {
            LOG.debug("a connection to {} did not close", location.getHost(), alreadyBroken);
        }
    }
}
