package ai.scailabs.vault.bench.stand;

import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** Connections that each wait in a poll of one subscription. */
public final class LongPolls implements AutoCloseable {
    private static final int LONGEST_SECONDS = 60;
    private static final int OPENING_SECONDS = 10;

    private final List<Socket> sockets = new ArrayList<>();

    private LongPolls() {}

    /**
     * Returns when all of them wait.
     *
     * @param seconds that they wait from then on, or a little longer
     */
    static LongPolls open(ApiCaller api, int port, String subscription, int count, int seconds)
            throws InterruptedException {
        LongPolls polls = new LongPolls();
        try {
            byte[] request = ("GET /v1/subscriptions/" + subscription + "/poll?timeout="
                            + Math.min(LONGEST_SECONDS, seconds + OPENING_SECONDS)
                            + " HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer " + api.token()
                            + "\r\nConnection: close\r\n\r\n")
                    .getBytes(StandardCharsets.US_ASCII);
            for (int i = 0; i < count; i++) {
                Socket socket = new Socket(InetAddress.getLoopbackAddress(), port);
                polls.sockets.add(socket);
                socket.getOutputStream().write(request);
            }
            polls.awaitWaiting(api, count);
            return polls;
        } catch (IOException | RuntimeException | InterruptedException failed) {
            polls.close();
            if (failed instanceof IOException io) {
                throw new UncheckedIOException(io);
            }
            if (failed instanceof InterruptedException interrupted) {
                throw interrupted;
            }
            throw (RuntimeException) failed;
        }
    }

    private void awaitWaiting(ApiCaller api, int count) throws InterruptedException {
        long patience = System.nanoTime() + TimeUnit.SECONDS.toNanos(OPENING_SECONDS);
        while (!api.send("GET", "/v1/metrics", "").contains("scaivault_events_polls_waiting " + count + ".0")) {
            if (System.nanoTime() > patience) {
                throw new IllegalStateException("the polls do not wait");
            }
            TimeUnit.MILLISECONDS.sleep(100);
        }
    }

    /** Returns when all have had their answer: the service would go on waiting for those who are gone. */
    @Override
    public void close() {
        try {
            for (Socket socket : sockets) {
                try (socket) {
                    socket.getInputStream().transferTo(OutputStream.nullOutputStream());
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
