package ai.scailabs.vault.kms.tpm;

import java.io.IOException;
import java.net.SocketAddress;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;

/** The socket of a TPM in software, which serves one connection at a time. */
final class SocketTransport implements Transport {
    private final SocketChannel channel;
    private final Selector selector;
    private final SelectionKey key;

    private SocketTransport(SocketChannel channel, Selector selector, SelectionKey key) {
        this.channel = channel;
        this.selector = selector;
        this.key = key;
    }

    static SocketTransport connect(SocketAddress address, Deadline deadline) throws IOException, TpmUnavailable {
        Selector selector = Selector.open();
        try {
            return connect(address, selector, deadline);
        } catch (IOException | TpmUnavailable | RuntimeException failed) {
            // Has descriptors of its own, and keeps that of the channel, though it is closed.
            selector.close();
            throw failed;
        }
    }

    private static SocketTransport connect(SocketAddress address, Selector selector, Deadline deadline)
            throws IOException, TpmUnavailable {
        SocketChannel channel = address instanceof UnixDomainSocketAddress
                ? SocketChannel.open(StandardProtocolFamily.UNIX)
                : SocketChannel.open();
        try {
            channel.configureBlocking(false);
            SocketTransport transport = new SocketTransport(channel, selector, channel.register(selector, 0));
            if (!channel.connect(address)) {
                transport.await(SelectionKey.OP_CONNECT, deadline);
                channel.finishConnect();
            }
            return transport;
        } catch (IOException | TpmUnavailable | RuntimeException failed) {
            channel.close();
            throw failed;
        }
    }

    @Override
    public byte[] exchange(byte[] command, Deadline deadline) throws IOException, TpmUnavailable {
        requireSilence();
        ByteBuffer request = ByteBuffer.wrap(command);
        while (request.hasRemaining()) {
            if (channel.write(request) == 0) {
                await(SelectionKey.OP_WRITE, deadline);
            }
        }
        ByteBuffer header = read(ByteBuffer.allocate(HEADER_BYTES), deadline);
        ByteBuffer answer = ByteBuffer.allocate(Transport.size(header)).put(header.flip());
        return read(answer, deadline).array();
    }

    /** What comes unasked is no answer. */
    private void requireSilence() throws IOException, TpmUnavailable {
        int read = channel.read(ByteBuffer.allocate(1));
        if (read != 0) {
            throw read < 0 ? new TpmUnavailable("the TPM has closed the connection") : Transport.garbage();
        }
    }

    private ByteBuffer read(ByteBuffer target, Deadline deadline) throws IOException, TpmUnavailable {
        while (target.hasRemaining()) {
            int read = channel.read(target);
            if (read < 0) {
                throw new TpmUnavailable("the TPM closed the connection instead of answering");
            }
            if (read == 0) {
                await(SelectionKey.OP_READ, deadline);
            }
        }
        return target;
    }

    private void await(int operation, Deadline deadline) throws IOException, TpmUnavailable {
        key.interestOps(operation);
        // Zero would mean without end.
        if (deadline.isOver() || selector.select(deadline.left().toMillis() + 1) == 0) {
            throw Transport.late();
        }
        selector.selectedKeys().clear();
    }

    @Override
    public boolean endsSessions() {
        return false;
    }

    @Override
    public void close() throws IOException {
        try (selector) {
            channel.close();
        }
    }
}
