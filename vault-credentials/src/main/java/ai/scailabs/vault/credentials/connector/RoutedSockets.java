package ai.scailabs.vault.credentials.connector;

import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import javax.net.SocketFactory;

/**
 * What a driver is told to make sockets by, so that it connects to addresses that were checked and resolves nothing: {@link #createSocket()} gives one that is connected already. Belongs to
 * the route that its maker had; without one it cannot be made.
 */
public abstract class RoutedSockets extends SocketFactory {
    protected final Route route = Route.current();

    @Override
    public abstract Socket createSocket() throws IOException;

    @Override
    public final Socket createSocket(String host, int port) throws IOException {
        throw elsewhere();
    }

    @Override
    public final Socket createSocket(String host, int port, InetAddress localHost, int localPort) throws IOException {
        throw elsewhere();
    }

    @Override
    public final Socket createSocket(InetAddress host, int port) throws IOException {
        throw elsewhere();
    }

    @Override
    public final Socket createSocket(InetAddress address, int port, InetAddress localAddress, int localPort)
            throws IOException {
        throw elsewhere();
    }

    private static IOException elsewhere() {
        return new IOException("the driver wants to go where it was not sent");
    }
}
