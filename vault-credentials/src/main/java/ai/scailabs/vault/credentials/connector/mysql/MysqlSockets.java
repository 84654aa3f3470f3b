package ai.scailabs.vault.credentials.connector.mysql;

import ai.scailabs.vault.credentials.connector.RoutedSockets;
import java.io.IOException;
import java.net.Socket;

/** What the driver, which is told its name, makes sockets by. It encrypts them itself. */
public final class MysqlSockets extends RoutedSockets {
    /** Connected already. */
    @Override
    public Socket createSocket() throws IOException {
        return route.connect();
    }
}
