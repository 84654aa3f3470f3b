package ai.scailabs.vault.credentials.connector.mysql;

import ai.scailabs.vault.credentials.connector.Route;
import java.io.IOException;
import java.net.Socket;
import javax.net.ssl.KeyManager;
import javax.net.ssl.SSLSession;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.SSLSocketFactory;
import javax.net.ssl.TrustManager;
import org.jspecify.annotations.Nullable;
import org.mariadb.jdbc.Configuration;
import org.mariadb.jdbc.HostAddress;
import org.mariadb.jdbc.export.ExceptionFactory;
import org.mariadb.jdbc.plugin.TlsSocketPlugin;

/** What the driver makes TLS by, found by its name: our own, which trusts whom the route trusts, and compares the name in the handshake. */
public final class RoutedTlsPlugin implements TlsSocketPlugin {
    static final String NAME = "scaivault";

    @Override
    public String type() {
        return NAME;
    }

    /** Of no effect, as {@link #createSocket} has its own. */
    @Override
    public TrustManager[] getTrustManager(Configuration conf, ExceptionFactory exceptions, HostAddress host) {
        return new TrustManager[0];
    }

    @Override
    public KeyManager @Nullable [] getKeyManager(Configuration conf, ExceptionFactory exceptions) {
        return null;
    }

    @Override
    public SSLSocket createSocket(Socket plain, SSLSocketFactory unused) throws IOException {
        Route route = Route.current();
        return route.tls().over(plain, route.host(), route.port());
    }

    /** The handshake has ended only if the name is right. */
    @Override
    public void verify(String host, SSLSession session, long serverThread) {}
}
