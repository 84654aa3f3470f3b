package ai.scailabs.vault.credentials.connector.postgresql;

import ai.scailabs.vault.credentials.connector.Route;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import javax.net.ssl.SSLSocketFactory;

/** What the driver is told to make TLS by. Belongs to the route that its maker had. */
public final class RoutedTls extends SSLSocketFactory {
    private final Route route = Route.current();

    @Override
    public Socket createSocket(Socket plain, String host, int port, boolean autoClose) throws IOException {
        return route.tls().over(plain, route.host(), route.port());
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

    @Override
    public String[] getDefaultCipherSuites() {
        return new String[0];
    }

    @Override
    public String[] getSupportedCipherSuites() {
        return new String[0];
    }
}
