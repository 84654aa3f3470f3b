package ai.scailabs.vault.audit.store.gcs;

import com.google.cloud.ReadChannel;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;

/** The bytes of an object, as Google's library reads them. Not thread-safe. */
final class GcsInput extends InputStream {
    private final ReadChannel channel;

    GcsInput(ReadChannel channel) {
        this.channel = channel;
    }

    @Override
    public int read() throws IOException {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] bytes, int offset, int length) throws IOException {
        if (length == 0) {
            return 0;
        }
        ByteBuffer room = ByteBuffer.wrap(bytes, offset, length);
        int count = channel.read(room);
        while (count == 0) {
            count = channel.read(room);
        }
        return count;
    }

    @Override
    public void close() {
        channel.close();
    }
}
