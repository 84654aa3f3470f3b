package ai.scailabs.vault.audit.merkle;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.Base64;

/** The hash of a leaf or of all that lies under a node; SHA-256, {@value #LENGTH} bytes (RFC 9162 §2.1.1). Public, as all hashes of a log are. */
public final class TreeHash {
    /** Bytes. */
    public static final int LENGTH = 32;

    private static final byte LEAF = 0;
    private static final byte NODE = 1;

    /** Copied for each hash, which is done sooner than it is looked up. */
    private static final MessageDigest UNUSED = sha256();

    /** Of a tree without leaves. */
    public static final TreeHash EMPTY = new TreeHash(begun().digest());

    private final byte[] bytes;

    private TreeHash(byte[] bytes) {
        this.bytes = bytes;
    }

    public static TreeHash ofLeaf(byte[] leaf) {
        MessageDigest digest = begun();
        digest.update(LEAF);
        return new TreeHash(digest.digest(leaf));
    }

    public static TreeHash ofChildren(TreeHash left, TreeHash right) {
        MessageDigest digest = begun();
        digest.update(NODE);
        digest.update(left.bytes);
        return new TreeHash(digest.digest(right.bytes));
    }

    /** @throws IllegalArgumentException unless there are {@value #LENGTH} bytes */
    public static TreeHash of(byte[] bytes) {
        return at(bytes, 0, bytes.length);
    }

    /** The hash that lies at that place among others. */
    public static TreeHash at(byte[] hashes, int number) {
        return at(hashes, number * LENGTH, LENGTH);
    }

    private static TreeHash at(byte[] bytes, int from, int length) {
        if (length != LENGTH) {
            throw new IllegalArgumentException("a hash has " + LENGTH + " bytes");
        }
        return new TreeHash(Arrays.copyOfRange(bytes, from, from + LENGTH));
    }

    /** A copy. */
    public byte[] bytes() {
        return bytes.clone();
    }

    public void copyTo(byte[] hashes, int number) {
        System.arraycopy(bytes, 0, hashes, number * LENGTH, LENGTH);
    }

    public String base64() {
        return Base64.getEncoder().encodeToString(bytes);
    }

    private static MessageDigest begun() {
        try {
            return (MessageDigest) UNUSED.clone();
        } catch (CloneNotSupportedException e) {
            throw new IllegalStateException("SHA-256 of this Java platform cannot be copied", e);
        }
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof TreeHash hash && Arrays.equals(bytes, hash.bytes);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(bytes);
    }

    @Override
    public String toString() {
        return base64();
    }
}
