package ai.scailabs.vault.audit.merkle;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** A tree in memory, by the recursive definitions of RFC 9162 §2.1, which the program does not use. */
public final class GrownTree implements Subtrees {
    private final List<TreeHash> leaves = new ArrayList<>();

    /** Of leaves that are all different. */
    public static GrownTree of(int size) {
        GrownTree tree = new GrownTree();
        for (int i = 0; i < size; i++) {
            tree.add(("leaf " + i).getBytes(StandardCharsets.UTF_8));
        }
        return tree;
    }

    public void add(byte[] leaf) {
        leaves.add(TreeHash.ofLeaf(leaf));
    }

    public TreeHash leaf(int index) {
        return leaves.get(index);
    }

    public TreeHash root(int size) {
        return size == 0 ? TreeHash.EMPTY : hash(leaves.subList(0, size));
    }

    private static TreeHash hash(List<TreeHash> part) {
        if (part.size() == 1) {
            return part.getFirst();
        }
        int middle = 1;
        while (middle * 2 < part.size()) {
            middle *= 2;
        }
        return TreeHash.ofChildren(hash(part.subList(0, middle)), hash(part.subList(middle, part.size())));
    }

    @Override
    public TreeHash hash(int height, long index) {
        return hash(leaves.subList((int) (index << height), (int) ((index + 1) << height)));
    }
}
