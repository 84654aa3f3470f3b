package ai.scailabs.vault.kms.tpm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.SocketAddress;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SocketTransportTest {
    private static final int TIMES = 50;

    @TempDir
    Path folder;

    @Test
    void refusedConnections_leaveNoDescriptors() throws IOException {
        UnixDomainSocketAddress path = UnixDomainSocketAddress.of(folder.resolve("tpm"));
        try (ServerSocketChannel gone = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
            gone.bind(path);
        }
        InetSocketAddress port;
        try (ServerSocket gone = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            port = new InetSocketAddress(InetAddress.getLoopbackAddress(), gone.getLocalPort());
        }
        for (SocketAddress address : new SocketAddress[] {path, port}) {
            refused(address);
            long before = descriptors();
            for (int i = 0; i < TIMES; i++) {
                refused(address);
            }
            // Others in this process may have opened one or the other.
            assertThat(descriptors()).isLessThan(before + TIMES / 2);
        }
    }

    private static void refused(SocketAddress address) {
        assertThatThrownBy(() -> SocketTransport.connect(address, Deadline.in(Duration.ofSeconds(30))))
                .isInstanceOf(IOException.class);
    }

    private static long descriptors() throws IOException {
        try (Stream<Path> open = Files.list(Path.of("/proc/self/fd"))) {
            return open.count();
        }
    }
}
