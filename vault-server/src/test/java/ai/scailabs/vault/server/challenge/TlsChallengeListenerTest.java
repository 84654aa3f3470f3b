package ai.scailabs.vault.server.challenge;

import static org.assertj.core.api.Assertions.assertThat;

import ai.scailabs.vault.server.settings.ListenAddress;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;

class TlsChallengeListenerTest {
    /** Of a record with a ClientHello: 16,384 bytes follow. */
    private static final byte[] BEGIN = HexFormat.of().parseHex("1603014000" + "01003ffc");

    /** Ten times as long as a handshake may take. */
    private static final int MANY = 100;

    @Test
    void byteNowAndThen_doesNotKeepAPlaceInUse() throws IOException {
        ListenAddress any = ListenAddress.parse("127.0.0.1:0").orElseThrow();
        try (TlsChallengeListener listener = new TlsChallengeListener(any, null);
                Socket socket = new Socket(InetAddress.getLoopbackAddress(), listener.port())) {
            socket.setSoTimeout(500);
            socket.getOutputStream().write(BEGIN);
            int sent = 0;
            while (sent < MANY && !isHungUpOn(socket)) {
                sent++;
            }
            assertThat(sent).isBetween(1, MANY - 1);
        }
    }

    /** Else one more byte is sent, after a while. */
    private static boolean isHungUpOn(Socket socket) throws IOException {
        try {
            // An alert may come before the end.
            while (socket.getInputStream().read() >= 0) {}
            return true;
        } catch (SocketTimeoutException open) {
            try {
                socket.getOutputStream().write(0);
                return false;
            } catch (IOException closedMeanwhile) {
                return true;
            }
        } catch (IOException reset) {
            return true;
        }
    }
}
