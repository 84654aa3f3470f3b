package ai.scailabs.vault.audit.merkle;

import java.util.ArrayList;
import java.util.List;

/** Makes proofs about a tree out of its complete subtrees. Asks for a number of them that grows with the logarithm of the size. */
public final class TreeProofs {
    private final Subtrees subtrees;

    public TreeProofs(Subtrees subtrees) {
        this.subtrees = subtrees;
    }

    /** The root of the tree as it was when it had that many leaves. */
    public TreeHash root(long size) {
        requireSize(size >= 0);
        return size == 0 ? TreeHash.EMPTY : range(0, size);
    }

    /**
     * That the leaf lies at that index in the tree of that size (RFC 9162 §2.1.3.1).
     *
     * @throws IllegalArgumentException unless 0 ≤ index &lt; size
     */
    public List<TreeHash> inclusion(long index, long size) {
        requireSize(index >= 0 && index < size);
        List<TreeHash> path = new ArrayList<>();
        path(index, 0, size, path);
        return path;
    }

    private void path(long index, long from, long to, List<TreeHash> path) {
        if (to - from == 1) {
            return;
        }
        long middle = from + largestPowerBelow(to - from);
        if (index < middle) {
            path(index, from, middle, path);
            path.add(range(middle, to));
        } else {
            path(index, middle, to, path);
            path.add(range(from, middle));
        }
    }

    /**
     * That the tree of the first size is the beginning of that of the second (RFC 9162 §2.1.4.1). Empty when the sizes are equal, or the first is 0.
     *
     * @throws IllegalArgumentException unless 0 ≤ first ≤ second
     */
    public List<TreeHash> consistency(long first, long second) {
        requireSize(first >= 0 && first <= second);
        List<TreeHash> proof = new ArrayList<>();
        if (first > 0 && first < second) {
            subproof(first, 0, second, true, proof);
        }
        return proof;
    }

    private void subproof(long first, long from, long to, boolean isWholeFirst, List<TreeHash> proof) {
        if (first == to) {
            if (!isWholeFirst) {
                proof.add(range(from, to));
            }
            return;
        }
        long middle = from + largestPowerBelow(to - from);
        if (first <= middle) {
            subproof(first, from, middle, isWholeFirst, proof);
            proof.add(range(middle, to));
        } else {
            subproof(first, middle, to, false, proof);
            proof.add(range(from, middle));
        }
    }

    /** Of leaves that begin where a subtree as large as they are could. */
    private TreeHash range(long from, long to) {
        long length = to - from;
        if (Long.bitCount(length) == 1) {
            int height = Long.numberOfTrailingZeros(length);
            return subtrees.hash(height, from >>> height);
        }
        long middle = from + largestPowerBelow(length);
        return TreeHash.ofChildren(range(from, middle), range(middle, to));
    }

    private static long largestPowerBelow(long length) {
        return Long.highestOneBit(length - 1);
    }

    private static void requireSize(boolean holds) {
        if (!holds) {
            throw new IllegalArgumentException("the tree never had that size");
        }
    }
}
