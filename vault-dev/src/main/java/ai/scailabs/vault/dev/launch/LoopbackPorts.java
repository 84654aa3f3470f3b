package ai.scailabs.vault.dev.launch;

import ai.scailabs.vault.dev.folder.DataFolder;
import ai.scailabs.vault.dev.folder.PrivateFile;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.random.RandomGenerator;

/** Ports of what only this machine talks to: the same ones again at every start, as long as they are free. */
final class LoopbackPorts {
    private final DataFolder folder;
    private final RandomGenerator random;

    LoopbackPorts(DataFolder folder, RandomGenerator random) {
        this.folder = folder;
        this.random = random;
    }

    /** The port kept under that name, or a new one when there is none or another program has taken it. */
    int kept(String name) throws IOException {
        Path file = folder.file(name + ".port");
        if (Files.exists(file)) {
            int port = Integer.parseInt(Files.readString(file).strip());
            if (isFree("127.0.0.1", port)) {
                return port;
            }
        }
        int port = anyFree();
        PrivateFile.write(file, port + "\n");
        return port;
    }

    /** Below the range from which the system takes ports for outgoing connections, so that it is still free next time. */
    int anyFree() {
        for (int attempt = 0; attempt < 1_000; attempt++) {
            int port = 20_000 + random.nextInt(12_000);
            if (isFree("127.0.0.1", port)) {
                return port;
            }
        }
        throw new LaunchFailure("found no free port on 127.0.0.1");
    }

    static boolean isFree(String host, int port) {
        try (ServerSocket socket = new ServerSocket()) {
            socket.setReuseAddress(true);
            socket.bind(new InetSocketAddress(InetAddress.getByName(host), port));
            return true;
        } catch (IOException taken) {
            return false;
        }
    }
}
