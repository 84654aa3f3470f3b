package ai.scailabs.vault.credentials.connector;

import ai.scailabs.vault.outbound.http.OutboundTls;
import java.io.IOException;
import java.net.Socket;
import java.security.GeneralSecurityException;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.SSLSocketFactory;
import javax.net.ssl.TrustManagerFactory;
import org.jspecify.annotations.Nullable;

/** TLS with a server whose certificate is trusted and bears its name; there is no other. */
public final class TargetTls {
    static final String[] PROTOCOLS = {"TLSv1.3", "TLSv1.2"};

    private final TrustManagerFactory trust;
    private final SSLSocketFactory sockets;

    private TargetTls(TrustManagerFactory trust) {
        this.trust = trust;
        try {
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(null, trust.getTrustManagers(), null);
            this.sockets = context.getSocketFactory();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every Java platform has TLS", e);
        }
    }

    /** @param caPem as the config has it; absent: whom this service trusts */
    static TargetTls of(@Nullable String caPem, TrustManagerFactory trusted) {
        try {
            return new TargetTls(caPem == null ? trusted : OutboundTls.trustOnly(caPem));
        } catch (IOException unreadable) {
            throw new IllegalStateException("they were read when the config was", unreadable);
        }
    }

    static boolean areAuthorities(String pem) {
        try {
            OutboundTls.trustOnly(pem);
            return true;
        } catch (IOException none) {
            return false;
        }
    }

    /** For a library that makes its own connections; it must compare names itself. */
    public TrustManagerFactory trust() {
        return trust;
    }

    /** Over a connection that is there; its handshake is the caller's, and refuses another name. */
    public SSLSocket over(Socket plain, String host, int port) throws IOException {
        SSLSocket socket = (SSLSocket) sockets.createSocket(plain, host, port, true);
        SSLParameters parameters = socket.getSSLParameters();
        parameters.setEndpointIdentificationAlgorithm("HTTPS");
        parameters.setProtocols(PROTOCOLS);
        socket.setSSLParameters(parameters);
        return socket;
    }
}
