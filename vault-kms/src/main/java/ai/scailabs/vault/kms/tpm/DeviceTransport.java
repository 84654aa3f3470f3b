package ai.scailabs.vault.kms.tpm;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/** A character device of the kernel. A command cannot be broken off; the kernel itself gives up what takes too long, and callers do not wait for that. */
final class DeviceTransport implements Transport {
    private final FileChannel device;

    private DeviceTransport(FileChannel device) {
        this.device = device;
    }

    static DeviceTransport open(Path path) throws IOException {
        return new DeviceTransport(FileChannel.open(path, StandardOpenOption.READ, StandardOpenOption.WRITE));
    }

    @Override
    public byte[] exchange(byte[] command, Deadline deadline) throws IOException, TpmUnavailable {
        // The kernel takes a command in one piece, and gives an answer in one to whoever has room for it.
        if (device.write(ByteBuffer.wrap(command)) != command.length) {
            throw new TpmUnavailable("the TPM did not take the whole command");
        }
        ByteBuffer answer = ByteBuffer.allocate(MAX_ANSWER_BYTES);
        int size = HEADER_BYTES;
        while (answer.position() < size) {
            if (device.read(answer) <= 0) {
                throw new TpmUnavailable("the TPM gave no answer");
            }
            if (answer.position() >= HEADER_BYTES) {
                size = Transport.size(answer);
            }
        }
        byte[] bytes = new byte[answer.position()];
        answer.flip().get(bytes);
        return bytes;
    }

    @Override
    public boolean endsSessions() {
        return true;
    }

    @Override
    public void close() throws IOException {
        device.close();
    }
}
