package ai.scailabs.vault.audit.store;

import java.io.InputStream;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * One bucket, below one prefix. An object is visible only when it is whole, and is never overwritten: to write what is there already, byte for byte, is a success, so that whoever was
 * interrupted may begin again; anything else under that name is {@link StoreFailure#CONFLICT}. Every call ends in bounded time; one that meets throttling or a fault is tried again a few times.
 * Thread-safe; an {@link ObjectUpload} is not.
 */
public interface ObjectStore extends AutoCloseable {
    /**
     * Bytes of an upload that are in memory at a time, and the size of its parts. An object has at most 10,000 parts: 78 GiB.
     */
    int PART_BYTES = 8 * 1024 * 1024;

    /**
     * Begins an object of any size. Nothing is visible before {@link ObjectUpload#complete()}, and nothing ever when the process dies before.
     *
     * @param contentType as readers are told: {@code application/gzip}
     * @param retention how long nobody may delete it, where the bucket can hold it; null for what the bucket does by itself
     */
    ObjectUpload create(ObjectName name, String contentType, @Nullable Retention retention) throws StoreException;

    /**
     * Writes a small object, in one request.
     *
     * @param content at most {@link #PART_BYTES}
     * @param retention as for {@link #create}
     * @return what is there now, whether it was written now or before
     */
    StoredObject put(ObjectName name, String contentType, byte[] content, @Nullable Retention retention)
            throws StoreException;

    /** What is there under this name, whole; empty when nothing is. */
    Optional<StoredObject> find(ObjectName name) throws StoreException;

    /** Whether something is there under this name, as far as these credentials may look: to those that may write and not look it is not, and that nothing is overwritten is the vendor's to hold. */
    default boolean isThere(ObjectName name) throws StoreException {
        try {
            return find(name).isPresent();
        } catch (StoreException blind) {
            if (blind.failure() == StoreFailure.DENIED) {
                return false;
            }
            throw blind;
        }
    }

    /**
     * The bytes, as they are stored. A stream that breaks off throws a {@link StoreException}; it is never silently short. The caller closes it.
     *
     * @throws StoreException {@link StoreFailure#OBJECT_MISSING}
     */
    InputStream read(ObjectName name) throws StoreException;

    /**
     * Whether the bucket can hold an object until a time. Asked once and then remembered.
     *
     * @throws StoreException {@link StoreFailure#DENIED} when the credentials may not ask: then nothing is promised
     */
    boolean canRetain() throws StoreException;

    /**
     * Gives up uploads that somebody began and did not complete, and whose parts cost money. An upload that is under way is given up too: its {@code complete()} fails.
     *
     * @param prefix of the names: {@code exp_…/}; empty for all below the store's own prefix
     * @return how many; zero where the vendor has no such list and discards them by itself, after a week
     */
    int abandonUploads(String prefix) throws StoreException;

    /** Where it is, for people: {@code s3://acme-audit/exports/}. Holds nothing secret. */
    String location();

    /** Wipes the credentials, as far as they are ours. */
    @Override
    void close();
}
