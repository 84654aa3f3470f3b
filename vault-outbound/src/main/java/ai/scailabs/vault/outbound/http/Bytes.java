package ai.scailabs.vault.outbound.http;

import java.io.IOException;
import java.io.OutputStream;

/** A body that lies in memory. */
record Bytes(byte[] bytes) implements Outgoing.Body {
    @Override
    public long length() {
        return bytes.length;
    }

    @Override
    public void writeTo(OutputStream out) throws IOException {
        out.write(bytes);
    }

    @Override
    public String toString() {
        return "Bytes[" + bytes.length + "]";
    }
}
