package ai.scailabs.vault.audit.store;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;

/** The bytes of an object, whose every failure is a {@link StoreException}. */
public final class StoreInput extends FilterInputStream {
    public StoreInput(InputStream in) {
        super(in);
    }

    @Override
    public int read() throws StoreException {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] bytes, int offset, int length) throws StoreException {
        try {
            return in.read(bytes, offset, length);
        } catch (IOException | RuntimeException broken) {
            throw failed(broken);
        }
    }

    @Override
    public long skip(long n) throws StoreException {
        try {
            return in.skip(n);
        } catch (IOException | RuntimeException broken) {
            throw failed(broken);
        }
    }

    @Override
    public boolean markSupported() {
        return false;
    }

    @Override
    public void close() throws StoreException {
        try {
            in.close();
        } catch (IOException | RuntimeException broken) {
            throw failed(broken);
        }
    }

    private static StoreException failed(Exception broken) {
        return new StoreException(StoreFailure.UNAVAILABLE, StoreException.kinds(broken));
    }
}
