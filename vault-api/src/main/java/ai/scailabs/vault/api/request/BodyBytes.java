package ai.scailabs.vault.api.request;

import ai.scailabs.vault.kernel.error.ErrorCode;
import ai.scailabs.vault.kernel.error.VaultException;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.util.Arrays;
import java.util.function.LongSupplier;

/** Reads a body in a bounded time: who is allowed something when it begins to come may not be any more when it has come. */
final class BodyBytes {
    /** In all. The container bounds each wait for the next byte alone. */
    static final Duration PATIENCE = Duration.ofSeconds(30);

    private static final int FIRST = 8192;

    private BodyBytes() {}

    /**
     * @param atMost of which no more is read, 1 or more
     * @param nanos a clock
     * @throws VaultException {@code invalid_request} when it takes too long
     */
    static byte[] read(InputStream in, int atMost, LongSupplier nanos) throws IOException {
        long began = nanos.getAsLong();
        byte[] body = new byte[Math.min(FIRST, atMost)];
        int length = 0;
        try {
            int read = in.read(body, 0, body.length);
            while (read >= 0) {
                length += read;
                if (length == atMost) {
                    break;
                }
                if (nanos.getAsLong() - began > PATIENCE.toNanos()) {
                    throw new VaultException(
                            ErrorCode.INVALID_REQUEST,
                            "The body did not come within " + PATIENCE.toSeconds() + " seconds");
                }
                if (length == body.length) {
                    byte[] shorter = body;
                    body = Arrays.copyOf(shorter, (int) Math.min(2L * shorter.length, atMost));
                    Arrays.fill(shorter, (byte) 0);
                }
                read = in.read(body, length, body.length - length);
            }
            return length == body.length ? body.clone() : Arrays.copyOf(body, length);
        } finally {
            Arrays.fill(body, (byte) 0);
        }
    }
}
