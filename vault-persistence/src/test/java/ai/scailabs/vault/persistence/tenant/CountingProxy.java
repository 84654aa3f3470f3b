package ai.scailabs.vault.persistence.tenant;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.ArrayList;
import java.util.List;

/** Stands between the driver and PostgreSQL and counts how often the driver speaks after the server has: each time is a round trip. */
final class CountingProxy implements AutoCloseable {
    private final ServerSocket listener;
    private final int serverPort;
    private final List<Socket> open = new ArrayList<>();
    private boolean serverSpoke = true;
    private int roundTrips;

    CountingProxy(int serverPort) throws IOException {
        this.serverPort = serverPort;
        this.listener = new ServerSocket(0, 10, InetAddress.getLoopbackAddress());
        Thread.ofVirtual().start(this::accept);
    }

    int port() {
        return listener.getLocalPort();
    }

    synchronized int roundTrips() {
        return roundTrips;
    }

    private synchronized void clientSpeaks() {
        if (serverSpoke) {
            roundTrips++;
            serverSpoke = false;
        }
    }

    private synchronized void serverSpeaks() {
        serverSpoke = true;
    }

    private void accept() {
        try {
            while (true) {
                Socket client = remember(listener.accept());
                Socket server = remember(new Socket(InetAddress.getLoopbackAddress(), serverPort));
                Thread.ofVirtual().start(() -> forward(client, server, this::clientSpeaks));
                Thread.ofVirtual().start(() -> forward(server, client, this::serverSpeaks));
            }
        } catch (IOException closed) {
            closeAll();
        }
    }

    /** Counts before it passes on, so that a driver that has its answer finds it counted. */
    private void forward(Socket from, Socket to, Runnable count) {
        byte[] buffer = new byte[65_536];
        try {
            for (int length = from.getInputStream().read(buffer);
                    length >= 0;
                    length = from.getInputStream().read(buffer)) {
                count.run();
                to.getOutputStream().write(buffer, 0, length);
            }
        } catch (IOException ended) {
            closeAll();
        }
    }

    private synchronized Socket remember(Socket socket) throws IOException {
        socket.setTcpNoDelay(true);
        open.add(socket);
        return socket;
    }

    private synchronized void closeAll() {
        for (Socket socket : open) {
            try {
                socket.close();
            } catch (IOException e) {
                throw new IllegalStateException(e);
            }
        }
    }

    @Override
    public void close() throws IOException {
        listener.close();
        closeAll();
    }
}
