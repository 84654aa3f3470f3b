package ai.scailabs.vault.audit.merkle;

import java.util.List;

/** Checks proofs against roots, as somebody does who has nothing but these. False for any proof that is not exactly the one that there is. */
public final class ProofCheck {
    private ProofCheck() {}

    /** RFC 9162 §2.1.3.2. */
    public static boolean inclusion(TreeHash leaf, long index, long size, List<TreeHash> proof, TreeHash root) {
        if (index < 0 || index >= size) {
            return false;
        }
        long node = index;
        long last = size - 1;
        TreeHash hash = leaf;
        for (TreeHash sibling : proof) {
            if (last == 0) {
                return false;
            }
            if ((node & 1) == 1 || node == last) {
                hash = TreeHash.ofChildren(sibling, hash);
                // What ends its level without a right sibling moves up until it has a left one.
                int levels = Long.numberOfTrailingZeros(node);
                node >>>= levels;
                last >>>= levels;
            } else {
                hash = TreeHash.ofChildren(hash, sibling);
            }
            node >>>= 1;
            last >>>= 1;
        }
        return last == 0 && hash.equals(root);
    }

    /** RFC 9162 §2.1.4.2. An empty tree is the beginning of every tree. */
    public static boolean consistency(
            long first, TreeHash firstRoot, long second, TreeHash secondRoot, List<TreeHash> proof) {
        if (first < 0 || first > second) {
            return false;
        }
        if (first == second) {
            return proof.isEmpty() && firstRoot.equals(secondRoot);
        }
        if (first == 0) {
            return proof.isEmpty() && firstRoot.equals(TreeHash.EMPTY);
        }
        boolean startsAtFirst = Long.bitCount(first) == 1;
        if (proof.isEmpty() && !startsAtFirst) {
            return false;
        }
        TreeHash start = startsAtFirst ? firstRoot : proof.getFirst();
        List<TreeHash> rest = startsAtFirst ? proof : proof.subList(1, proof.size());
        int odd = Long.numberOfTrailingZeros(first);
        long node = (first - 1) >>> odd;
        long last = (second - 1) >>> odd;
        TreeHash firstHash = start;
        TreeHash secondHash = start;
        for (TreeHash hash : rest) {
            if (last == 0) {
                return false;
            }
            if ((node & 1) == 1 || node == last) {
                firstHash = TreeHash.ofChildren(hash, firstHash);
                secondHash = TreeHash.ofChildren(hash, secondHash);
                int levels = Long.numberOfTrailingZeros(node);
                node >>>= levels;
                last >>>= levels;
            } else {
                secondHash = TreeHash.ofChildren(secondHash, hash);
            }
            node >>>= 1;
            last >>>= 1;
        }
        return last == 0 && firstHash.equals(firstRoot) && secondHash.equals(secondRoot);
    }
}
