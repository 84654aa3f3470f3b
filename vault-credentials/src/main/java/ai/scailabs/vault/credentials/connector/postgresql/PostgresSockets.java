package ai.scailabs.vault.credentials.connector.postgresql;

import ai.scailabs.vault.credentials.connector.Route;
import ai.scailabs.vault.credentials.connector.RoutedSocket;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import javax.net.SocketFactory;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLSocket;

/**
 * What the driver is told to make sockets by: connected to an address that was checked, encrypted already where that is wanted, and showing no message longer than any to us is. Belongs to the
 * route that its maker had; without one it cannot be made.
 */
public final class PostgresSockets extends SocketFactory {
    /** PostgreSQL, Frontend/Backend Protocol, "SSLRequest". */
    private static final byte[] ASK_FOR_TLS = {0, 0, 0, 8, 4, (byte) 210, 22, 47};

    private final Route route = Route.current();

    @Override
    public Socket createSocket() throws IOException {
        RoutedSocket socket = route.connect();
        try {
            InputStream in = socket.getInputStream();
            OutputStream out = socket.getOutputStream();
            if (route.isEncrypted()) {
                SSLSocket tls = encrypted(socket, in, out);
                in = tls.getInputStream();
                out = tls.getOutputStream();
            }
            socket.show(new MessageGuard(in), out);
            return socket;
        } catch (IOException refused) {
            socket.close();
            throw refused;
        }
    }

    /** The answer is one byte, after which the next is TLS's. */
    private SSLSocket encrypted(Socket plain, InputStream in, OutputStream out) throws IOException {
        out.write(ASK_FOR_TLS);
        out.flush();
        if (in.read() != 'S') {
            throw new SSLException("the server has no TLS");
        }
        SSLSocket tls = route.tls().over(plain, route.host(), route.port());
        tls.startHandshake();
        return tls;
    }

    @Override
    public Socket createSocket(String host, int port) throws IOException {
        throw elsewhere();
    }

    @Override
    public Socket createSocket(String host, int port, InetAddress localHost, int localPort) throws IOException {
        throw elsewhere();
    }

    @Override
    public Socket createSocket(InetAddress host, int port) throws IOException {
        throw elsewhere();
    }

    @Override
    public Socket createSocket(InetAddress address, int port, InetAddress localAddress, int localPort)
            throws IOException {
        throw elsewhere();
    }

    private static IOException elsewhere() {
        return new IOException("the driver wants to go where it was not sent");
    }
}
