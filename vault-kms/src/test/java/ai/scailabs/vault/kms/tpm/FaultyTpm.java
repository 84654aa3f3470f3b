package ai.scailabs.vault.kms.tpm;

import java.io.DataInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;

/** Stands between the service and a real TPM, hears everything, and answers as it is told to. One connection at a time, like swtpm. */
final class FaultyTpm implements AutoCloseable {
    private static final int HEADER_BYTES = 10;

    private final ServerSocket server;
    private final Path real;
    private final List<byte[]> heard = new CopyOnWriteArrayList<>();
    private volatile Fault fault = (command, tpm) -> tpm.answer(command);
    private volatile @Nullable SocketChannel channel;

    FaultyTpm(Path real) {
        this.real = real;
        try {
            server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        Thread.ofPlatform().daemon().start(this::serve);
    }

    TpmAddress address() {
        return new TpmAddress.Port(new InetSocketAddress("127.0.0.1", server.getLocalPort()));
    }

    /** From now on. */
    void answers(Fault answers) {
        this.fault = answers;
    }

    void isHonest() {
        this.fault = (command, tpm) -> tpm.answer(command);
    }

    /** Every command and answer so far. */
    List<byte[]> heard() {
        return List.copyOf(heard);
    }

    static int code(byte[] command) {
        return ByteBuffer.wrap(command).getInt(6);
    }

    /** An answer that is a code and nothing else. */
    static byte[] refusal(int code) {
        return ByteBuffer.allocate(HEADER_BYTES)
                .putShort((short) 0x8001)
                .putInt(HEADER_BYTES)
                .putInt(code)
                .array();
    }

    private void serve() {
        while (!server.isClosed()) {
            try (Socket caller = server.accept()) {
                DataInputStream in = new DataInputStream(caller.getInputStream());
                while (true) {
                    byte[] command = message(in);
                    heard.add(command);
                    byte[] answer = fault.to(command, this::answered);
                    if (answer.length == 0) {
                        break;
                    }
                    heard.add(answer);
                    caller.getOutputStream().write(answer);
                }
            } catch (IOException gone) {
                // Of either side; the next caller begins anew.
                heard.add(new byte[0]);
            } finally {
                forget();
            }
        }
    }

    private static byte[] message(DataInputStream in) throws IOException {
        byte[] header = in.readNBytes(HEADER_BYTES);
        if (header.length < HEADER_BYTES) {
            throw new IOException("closed");
        }
        byte[] message = new byte[ByteBuffer.wrap(header).getInt(2)];
        System.arraycopy(header, 0, message, 0, HEADER_BYTES);
        in.readFully(message, HEADER_BYTES, message.length - HEADER_BYTES);
        return message;
    }

    /** By the real one, on a new connection if it went away: so it loses its sessions and the caller does not notice. */
    private byte[] answered(byte[] command) throws IOException {
        try {
            return answeredNow(command);
        } catch (IOException gone) {
            forget();
            return answeredNow(command);
        }
    }

    private byte[] answeredNow(byte[] command) throws IOException {
        SocketChannel open = channel;
        if (open == null) {
            open = SocketChannel.open(StandardProtocolFamily.UNIX);
            open.connect(UnixDomainSocketAddress.of(real));
            channel = open;
        }
        open.write(ByteBuffer.wrap(command));
        return message(new DataInputStream(Channels.newInputStream(open)));
    }

    /** Ends the connection with the real one. */
    private void forget() {
        SocketChannel open = channel;
        channel = null;
        if (open != null) {
            try {
                open.close();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }

    @Override
    public void close() {
        try {
            server.close();
            forget();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** What comes back instead; an empty answer closes the connection. */
    @FunctionalInterface
    interface Fault {
        byte[] to(byte[] command, Tpm tpm) throws IOException;
    }

    /** The real one. */
    @FunctionalInterface
    interface Tpm {
        byte[] answer(byte[] command) throws IOException;
    }
}
