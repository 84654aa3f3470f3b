package ai.scailabs.vault.credentials.connector.mysql;

import ai.scailabs.vault.credentials.connector.Route;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import javax.net.SocketFactory;

/**
 * What the driver is told to make sockets by, so that it connects to addresses that were checked and resolves nothing. Belongs to the route that its maker had; without one it cannot be
 * made.
 */
public final class MysqlSockets extends SocketFactory {
    private final Route route = Route.current();

    /** Connected already. */
    @Override
    public Socket createSocket() throws IOException {
        return route.connect();
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
