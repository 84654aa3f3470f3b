package ai.scailabs.vault.audit.export;

import ai.scailabs.vault.audit.merkle.TreeHash;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Base64;

/** Writes the lines of a proof: hashes of exported leaves, and between them the largest complete subtrees of what was left out. Not thread-safe. */
final class ProofWriter {
    /** Of one line. */
    private static final int MOST_LEAVES = 1_024;

    private final OutputStream out;
    private final byte[] leaves = new byte[MOST_LEAVES * TreeHash.LENGTH];
    private final ArrayDeque<Subtree> leftOut = new ArrayDeque<>();
    private int count;
    private long index;

    ProofWriter(OutputStream out) {
        this.out = out;
    }

    /** The leaf of the next index was exported. */
    void exported(TreeHash leaf) throws IOException {
        writeLeftOut();
        leaf.copyTo(leaves, count++);
        index++;
        if (count == MOST_LEAVES) {
            writeLeaves();
        }
    }

    /** As many leaves as a complete subtree has, which begins at the next index, were not. */
    void leftOut(int height, TreeHash hash) throws IOException {
        writeLeaves();
        Subtree merged = new Subtree(height, hash, index);
        index += 1L << height;
        while (!leftOut.isEmpty() && leftOut.getLast().isLeftOf(merged)) {
            merged = leftOut.removeLast().and(merged);
        }
        leftOut.addLast(merged);
    }

    long index() {
        return index;
    }

    void finish() throws IOException {
        writeLeaves();
        writeLeftOut();
    }

    private void writeLeaves() throws IOException {
        if (count > 0) {
            byte[] hashes = Arrays.copyOf(leaves, count * TreeHash.LENGTH);
            line("{\"leaves\":\"" + Base64.getEncoder().encodeToString(hashes) + "\"}\n");
            count = 0;
        }
    }

    private void writeLeftOut() throws IOException {
        for (Subtree subtree : leftOut) {
            line("{\"height\":" + subtree.height() + ",\"hash\":\""
                    + subtree.hash().base64() + "\"}\n");
        }
        leftOut.clear();
    }

    private void line(String line) throws IOException {
        out.write(line.getBytes(StandardCharsets.US_ASCII));
    }

    private record Subtree(int height, TreeHash hash, long first) {
        /** Whether both are the halves of one. */
        boolean isLeftOf(Subtree right) {
            return height == right.height && (first >>> height & 1) == 0;
        }

        Subtree and(Subtree right) {
            return new Subtree(height + 1, TreeHash.ofChildren(hash, right.hash), first);
        }
    }
}
