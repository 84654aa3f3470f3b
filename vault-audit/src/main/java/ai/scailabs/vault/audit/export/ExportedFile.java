package ai.scailabs.vault.audit.export;

import org.jspecify.annotations.Nullable;

/**
 * An object that an export wrote.
 *
 * @param part of which it is
 * @param name below the folder of the part
 * @param entries 0 for a proof or a manifest
 * @param sha256 in hexadecimal
 * @param locked whether nobody can delete it before some time
 * @param spanFrom the first index that it decided on
 * @param spanTo before which it ended to
 * @param firstIndex of its first entry; null when it holds none
 * @param endIndex behind its last entry; null when it holds none
 */
public record ExportedFile(
        int part,
        String name,
        Kind kind,
        long entries,
        long bytes,
        String sha256,
        boolean locked,
        long spanFrom,
        long spanTo,
        @Nullable Long firstIndex,
        @Nullable Long endIndex) {
    static final String PROOF = "proof.jsonl.gz";
    static final String MANIFEST = "manifest.json";

    /** What is in a file. */
    public enum Kind {
        ENTRIES,
        PROOF,
        MANIFEST
    }
}
