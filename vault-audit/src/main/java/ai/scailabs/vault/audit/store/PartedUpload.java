package ai.scailabs.vault.audit.store;

import java.io.IOException;
import java.io.InputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Optional;

/**
 * What uploads to all vendors have in common: one part in memory, the SHA-256 of all, and what becomes of a name that is taken. An object that fits into one part is written in one request, as by
 * {@link ObjectStore#put}. When the object is there already nothing is sent: what is written is compared with its bytes, not with what somebody noted of them.
 */
public abstract class PartedUpload extends ObjectUpload {
    private static final int MOST_PARTS = 10_000;

    private final ObjectStore store;
    private final ObjectName name;
    private final MessageDigest digest = sha256();
    private byte[] part = new byte[64 * 1024];
    private int filled;
    private int sent;
    private long bytes;
    private boolean there;
    private boolean over;

    /** @param there whether there is an object of this name already */
    protected PartedUpload(ObjectStore store, ObjectName name, boolean there) {
        this.store = store;
        this.name = name;
        this.there = there;
    }

    /**
     * Sends a part.
     *
     * @param number from 1
     * @param content not to be kept
     * @param length of the part, at the array's beginning
     */
    protected abstract void send(int number, byte[] content, int length) throws StoreException;

    /** Makes the parts an object, or fails with {@link StoreFailure#CONFLICT} when there is one of its name. */
    protected abstract void join(long size, String sha256) throws StoreException;

    /** Makes an object of one part, or fails with {@link StoreFailure#CONFLICT} when there is one of its name. */
    protected abstract void sendWhole(byte[] content, String sha256) throws StoreException;

    /** Gives up the parts that were sent; there is at least one, or sending it has failed. */
    protected abstract void discard();

    @Override
    public final void write(byte[] more, int offset, int length) throws StoreException {
        if (over) {
            throw new IllegalStateException("the upload is over");
        }
        digest.update(more, offset, length);
        bytes += length;
        int from = offset;
        int left = there ? 0 : length;
        while (left > 0) {
            if (filled == ObjectStore.PART_BYTES) {
                sendPart();
            }
            int count = Math.min(left, ObjectStore.PART_BYTES - filled);
            makeRoom(count);
            System.arraycopy(more, from, part, filled, count);
            filled += count;
            from += count;
            left -= count;
        }
    }

    private void makeRoom(int count) {
        int wanted = filled + count;
        if (wanted > part.length) {
            part = Arrays.copyOf(part, Math.min(ObjectStore.PART_BYTES, Math.max(wanted, part.length * 2)));
        }
    }

    private void sendPart() throws StoreException {
        if (sent == MOST_PARTS) {
            throw new StoreException(StoreFailure.UNSUPPORTED, "more than " + MOST_PARTS + " parts");
        }
        sent++;
        send(sent, part, filled);
        filled = 0;
    }

    @Override
    public final StoredObject complete() throws StoreException {
        if (over) {
            throw new IllegalStateException("the upload is over");
        }
        String sha256 = HexFormat.of().formatHex(digest.digest());
        try {
            if (!there) {
                write(sha256);
            }
            over = true;
        } catch (StoreException refused) {
            abort();
            if (!isTaken(refused)) {
                throw refused;
            }
            there = true;
        }
        over = true;
        return is(store, name, bytes, sha256, there);
    }

    /** Some look at rights, or at locks, before they look at the condition that there be nothing of this name. */
    private boolean isTaken(StoreException refused) throws StoreException {
        return switch (refused.failure()) {
            case CONFLICT -> true;
            case DENIED, LOCKED -> isThere(refused);
            default -> false;
        };
    }

    private boolean isThere(StoreException refused) throws StoreException {
        try {
            return store.find(name).isPresent();
        } catch (StoreException blind) {
            throw refused;
        }
    }

    private void write(String sha256) throws StoreException {
        if (sent == 0) {
            sendWhole(Arrays.copyOf(part, filled), sha256);
        } else {
            sendPart();
            join(bytes, sha256);
        }
    }

    @Override
    public final void abort() {
        if (!over) {
            over = true;
            if (sent > 0) {
                discard();
            }
        }
    }

    /**
     * What is there now.
     *
     * @param read whether its bytes are to be compared
     * @throws StoreException {@link StoreFailure#CONFLICT} when it is something else
     */
    static StoredObject is(ObjectStore store, ObjectName name, long bytes, String sha256, boolean read)
            throws StoreException {
        StoredObject found;
        try {
            found = store.find(name)
                    .orElseThrow(() -> new StoreException(StoreFailure.UNAVAILABLE, "what was written is not there"));
        } catch (StoreException blind) {
            if (blind.failure() == StoreFailure.DENIED && !read) {
                // Who may write and not look has written all the same.
                return new StoredObject(name, bytes, Optional.of(sha256), Optional.empty());
            }
            throw blind;
        }
        if (found.bytes() != bytes || (read && !hash(store, name).equals(sha256))) {
            throw new StoreException(StoreFailure.CONFLICT, "other content");
        }
        return new StoredObject(name, bytes, Optional.of(sha256), found.lockedUntil());
    }

    private static String hash(ObjectStore store, ObjectName name) throws StoreException {
        MessageDigest digest = sha256();
        try (InputStream in = store.read(name)) {
            byte[] buffer = new byte[64 * 1024];
            for (int count = in.read(buffer); count >= 0; count = in.read(buffer)) {
                digest.update(buffer, 0, count);
            }
            return HexFormat.of().formatHex(digest.digest());
        } catch (StoreException failed) {
            throw failed;
        } catch (IOException failed) {
            throw new StoreException(StoreFailure.UNAVAILABLE, failed.getClass().getSimpleName());
        }
    }

    /** Of a whole object. */
    public static String sha256(byte[] content) {
        return HexFormat.of().formatHex(sha256().digest(content));
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("the Java runtime lacks SHA-256", e);
        }
    }
}
