package ai.scailabs.vault.audit.export;

import java.io.ByteArrayOutputStream;
import java.io.IOException;

/** Which of the indexes that follow each other were exported: lengths of runs, of those left out and of those exported in turn, seven bits a byte with the lowest first. */
final class Selection {
    private final byte[] encoded;

    private Selection(byte[] encoded) {
        this.encoded = encoded;
    }

    static Selection of(byte[] encoded) {
        return new Selection(encoded);
    }

    /** Tells the runs in their order; none is empty. */
    void forEach(Runs runs) throws IOException {
        int at = 0;
        boolean exported = false;
        while (at < encoded.length) {
            long length = 0;
            int shift = 0;
            byte next;
            do {
                next = encoded[at++];
                length |= (long) (next & 0x7f) << shift;
                shift += 7;
            } while (next < 0);
            if (length > 0) {
                runs.run(exported, length);
            }
            exported = !exported;
        }
    }

    /** Is told of runs. */
    @FunctionalInterface
    interface Runs {
        void run(boolean exported, long length) throws IOException;
    }

    /** Takes down one index after the other. */
    static final class Builder {
        private final ByteArrayOutputStream out = new ByteArrayOutputStream();
        private boolean exported;
        private long length;

        void add(boolean isExported) {
            if (isExported != exported) {
                end();
                exported = isExported;
            }
            length++;
        }

        private void end() {
            long left = length;
            while (left > 0x7f) {
                out.write((int) (left & 0x7f | 0x80));
                left >>>= 7;
            }
            out.write((int) left);
            length = 0;
        }

        byte[] encoded() {
            end();
            return out.toByteArray();
        }
    }
}
