package ai.scailabs.vault.server.challenge;

import ai.scailabs.vault.server.settings.ListenAddress;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;

/** A listener, and somebody who begins more requests there than it has room for and ends none of them: in a JVM of its own, where nobody has made an HTTP server before. */
final class StalledConnections {
    /** More than the threads and the queue of the listener take. */
    private static final int CONNECTIONS = 400;

    /** Descriptors that the JVM opens for itself once threads wait for sockets. */
    private static final int OF_THE_JVM = 20;

    private static final byte[] QUESTION = "GET / HTTP/1.1\r\nHost: a\r\n\r\n".getBytes(StandardCharsets.US_ASCII);

    private StalledConnections() {}

    public static void main(String[] arguments) throws Exception {
        ListenAddress any = ListenAddress.parse("127.0.0.1:0").orElseThrow();
        // No question here is for a challenge.
        try (HttpChallengeListener listener = new HttpChallengeListener(any, null)) {
            int port = listener.port();
            System.out.println(answered(port) ? "answers" : "does not answer");
            long before = descriptors();
            List<Socket> stalled = new ArrayList<>();
            for (int i = 0; i < CONNECTIONS; i++) {
                stalled.add(begun(port));
            }
            System.out.println(holds(() -> answered(port)) ? "answers again" : "does not answer again");
            for (Socket socket : stalled) {
                socket.close();
            }
            System.out.println(
                    holds(() -> descriptors() <= before + OF_THE_JVM)
                            ? "lets go"
                            : "holds on to " + (descriptors() - before));
        }
    }

    private static Socket begun(int port) throws IOException {
        Socket socket = new Socket(InetAddress.getLoopbackAddress(), port);
        try {
            socket.getOutputStream().write('G');
        } catch (IOException hungUpOn) {
            // So it shall be where there is no room.
        }
        return socket;
    }

    private static boolean answered(int port) {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            socket.setSoTimeout(1_000);
            socket.getOutputStream().write(QUESTION);
            return new String(socket.getInputStream().readNBytes(12), StandardCharsets.US_ASCII).equals("HTTP/1.1 404");
        } catch (IOException notNow) {
            return false;
        }
    }

    private static long descriptors() {
        try (Stream<Path> open = Files.list(Path.of("/proc/self/fd"))) {
            return open.count();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static boolean holds(BooleanSupplier condition) {
        long begin = System.nanoTime();
        while (System.nanoTime() - begin < TimeUnit.SECONDS.toNanos(40)) {
            if (condition.getAsBoolean()) {
                return true;
            }
            Thread.yield();
        }
        return false;
    }
}
