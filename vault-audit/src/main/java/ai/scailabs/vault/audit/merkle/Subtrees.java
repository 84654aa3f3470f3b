package ai.scailabs.vault.audit.merkle;

/** The complete subtrees of a tree: of the height h, number i, over the leaves from i·2^h to (i+1)·2^h, all of which are there. */
@FunctionalInterface
public interface Subtrees {
    /**
     * @param height 0 for a leaf
     * @param index from 0
     */
    TreeHash hash(int height, long index);
}
