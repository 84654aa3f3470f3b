package ai.scailabs.vault.kms.tpm;

import java.io.IOException;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;

/** Carries one command at a time to a TPM and its answer back. After anything but an answer it is closed: what comes late would be taken for the answer to something else. */
sealed interface Transport extends AutoCloseable permits DeviceTransport, SocketTransport {
    /** Of an answer, before its size and code are read (TPM 2.0 Library, part 1, 18). */
    int HEADER_BYTES = 10;

    /** Longer than any answer to what is asked here. */
    int MAX_ANSWER_BYTES = 4_096;

    byte[] exchange(byte[] command, Deadline deadline) throws IOException, TpmUnavailable;

    /** Whether sessions end with the connection, as the kernel sees to it. */
    boolean endsSessions();

    @Override
    void close() throws IOException;

    static Transport connect(TpmAddress address, Deadline deadline) throws TpmUnavailable {
        try {
            return switch (address) {
                case TpmAddress.Port port -> SocketTransport.connect(port.address(), deadline);
                case TpmAddress.File file -> connect(file.path(), deadline);
            };
        } catch (IOException | UnsupportedOperationException e) {
            throw new TpmUnavailable("the TPM at " + address + " cannot be reached", e);
        }
    }

    private static Transport connect(Path path, Deadline deadline) throws IOException, TpmUnavailable {
        if (!Files.exists(path)) {
            throw new TpmUnavailable("there is no device or socket " + path);
        }
        if (!Files.isReadable(path) || !Files.isWritable(path)) {
            throw new TpmUnavailable("this user may not read and write " + path);
        }
        int mode = (int) Files.getAttribute(path, "unix:mode");
        return switch (mode & FileKind.MASK) {
            case FileKind.CHARACTER_DEVICE -> DeviceTransport.open(path);
            case FileKind.SOCKET -> SocketTransport.connect(UnixDomainSocketAddress.of(path), deadline);
            default -> throw new TpmUnavailable(path + " is neither a character device nor a socket");
        };
    }

    /** Of the whole answer, as its header says. */
    static int size(ByteBuffer header) throws TpmUnavailable {
        int size = header.getInt(2);
        if (size < HEADER_BYTES || size > MAX_ANSWER_BYTES) {
            throw garbage();
        }
        return size;
    }

    static TpmUnavailable garbage() {
        return new TpmUnavailable("the TPM gave an answer that makes no sense");
    }

    static TpmUnavailable late() {
        return new TpmUnavailable("the TPM did not answer in time");
    }

    /** POSIX, sys/stat.h. */
    final class FileKind {
        private static final int MASK = 0xf000;
        private static final int CHARACTER_DEVICE = 0x2000;
        private static final int SOCKET = 0xc000;

        private FileKind() {}
    }
}
