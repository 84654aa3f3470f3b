package ai.scailabs.vault.credentials.connector.postgresql;

import ai.scailabs.vault.credentials.connector.RoutedSocket;
import ai.scailabs.vault.credentials.connector.RoutedSockets;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.Socket;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLSocket;

/** What the driver, which is told its name, makes sockets by: encrypted already where that is wanted, and showing no message longer than any to us is. */
public final class PostgresSockets extends RoutedSockets {
    /** PostgreSQL, Frontend/Backend Protocol, "SSLRequest". */
    private static final byte[] ASK_FOR_TLS = {0, 0, 0, 8, 4, (byte) 210, 22, 47};

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
}
