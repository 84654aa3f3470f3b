package ai.scailabs.vault.audit.verify;

import java.io.BufferedInputStream;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.zip.GZIPInputStream;
import org.jspecify.annotations.Nullable;

/** A packed file of an export: its lines, and afterwards how many bytes it has and which. */
final class MeasuredFile implements AutoCloseable {
    private static final int BUFFER = 64 * 1024;

    private final DigestInputStream raw;
    private final MessageDigest digest = sha256();
    private final Counted counted;

    /** @throws IOException when it is not a file, or a link to one */
    MeasuredFile(Path file) throws IOException {
        if (!Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)) {
            throw new IOException("not a file");
        }
        counted = new Counted(new BufferedInputStream(Files.newInputStream(file, LinkOption.NOFOLLOW_LINKS), BUFFER));
        raw = new DigestInputStream(counted, digest);
    }

    /** @param maxBytes of a line */
    BoundedLines lines(int maxBytes) throws IOException {
        return new BoundedLines(new Unpacked(raw), maxBytes);
    }

    /** Reads what is left. */
    Measure measure() throws IOException {
        raw.transferTo(OutputStream.nullOutputStream());
        return new Measure(counted.bytes, HexFormat.of().formatHex(digest.digest()));
    }

    @Override
    public void close() throws IOException {
        raw.close();
    }

    static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }

    /** Of a file as it lies there. */
    record Measure(long bytes, String sha256) {}

    /** Gives all that can be unpacked before it says that no more can, so that the place can be named. */
    private static final class Unpacked extends GZIPInputStream {
        private @Nullable IOException damage;

        Unpacked(InputStream in) throws IOException {
            super(in, BUFFER);
        }

        @Override
        public int read(byte[] buffer, int from, int length) throws IOException {
            if (damage != null) {
                throw damage;
            }
            long before = inf.getBytesWritten();
            try {
                return super.read(buffer, from, length);
            } catch (IOException e) {
                damage = e;
                int unpacked = (int) Math.max(0, inf.getBytesWritten() - before);
                if (unpacked == 0) {
                    throw e;
                }
                return unpacked;
            }
        }
    }

    private static final class Counted extends FilterInputStream {
        private long bytes;

        Counted(InputStream in) {
            super(in);
        }

        @Override
        public int read() throws IOException {
            int read = super.read();
            bytes += read < 0 ? 0 : 1;
            return read;
        }

        @Override
        public int read(byte[] buffer, int from, int length) throws IOException {
            int read = super.read(buffer, from, length);
            bytes += Math.max(0, read);
            return read;
        }
    }
}
