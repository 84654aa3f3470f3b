package ai.scailabs.vault.audit.merkle;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class TreeProofsTest {
    private static final int LARGEST = 70;
    private static final GrownTree TREE = GrownTree.of(LARGEST);
    private static final TreeProofs PROOFS = new TreeProofs(TREE);

    /** The leaves and roots that implementations of RFC 6962 have been compared by from the beginning. */
    @Test
    void knownLeaves_giveTheKnownRoots() {
        String[] leaves = {
            "", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f"
        };
        String[] roots = {
            "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
            "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
            "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
            "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
            "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
            "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
            "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
            "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328"
        };
        Frontier frontier = new Frontier();
        GrownTree grown = new GrownTree();
        for (int i = 0; i < leaves.length; i++) {
            byte[] leaf = HexFormat.of().parseHex(leaves[i]);
            grown.add(leaf);
            frontier.append(TreeHash.ofLeaf(leaf), (height, index, hash) -> {});
            assertThat(HexFormat.of().formatHex(frontier.root().bytes())).isEqualTo(roots[i]);
            assertThat(new TreeProofs(grown).root(i + 1)).isEqualTo(frontier.root());
        }
        assertThat(HexFormat.of().formatHex(new Frontier().root().bytes()))
                .isEqualTo("e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    }

    @Test
    void everyLeafOfEverySize_isProven() {
        for (int size = 1; size <= LARGEST; size++) {
            for (int index = 0; index < size; index++) {
                List<TreeHash> proof = PROOFS.inclusion(index, size);
                assertThat(ProofCheck.inclusion(TREE.leaf(index), index, size, proof, TREE.root(size)))
                        .isTrue();
            }
        }
    }

    @Test
    void inclusionOfAnythingElse_isRefused() {
        for (int size = 1; size <= LARGEST; size += 3) {
            for (int index = 0; index < size; index++) {
                List<TreeHash> proof = PROOFS.inclusion(index, size);
                TreeHash leaf = TREE.leaf(index);
                TreeHash root = TREE.root(size);
                for (int other = -1; other <= size; other++) {
                    if (other != index) {
                        assertThat(ProofCheck.inclusion(leaf, other, size, proof, root))
                                .isFalse();
                    }
                }
                assertThat(ProofCheck.inclusion(TREE.leaf((index + 1) % LARGEST), index, size, proof, root))
                        .isFalse();
                assertThat(ProofCheck.inclusion(leaf, index, size, proof, TREE.root(size - 1)))
                        .isFalse();
                for (List<TreeHash> altered : alterations(proof)) {
                    assertThat(ProofCheck.inclusion(leaf, index, size, altered, root))
                            .isFalse();
                }
            }
        }
    }

    @Test
    void everyBeginning_isConsistent() {
        for (int second = 0; second <= LARGEST; second++) {
            for (int first = 0; first <= second; first++) {
                List<TreeHash> proof = PROOFS.consistency(first, second);
                assertThat(ProofCheck.consistency(first, TREE.root(first), second, TREE.root(second), proof))
                        .isTrue();
            }
        }
    }

    @Test
    void anotherHistory_isNotConsistent() {
        GrownTree other = new GrownTree();
        for (int i = 0; i < LARGEST; i++) {
            other.add(new byte[] {(byte) i});
        }
        for (int second = 1; second <= LARGEST; second++) {
            for (int first = 1; first <= second; first++) {
                List<TreeHash> proof = PROOFS.consistency(first, second);
                TreeHash firstRoot = TREE.root(first);
                TreeHash secondRoot = TREE.root(second);
                assertThat(ProofCheck.consistency(first, other.root(first), second, secondRoot, proof))
                        .isFalse();
                assertThat(ProofCheck.consistency(first, firstRoot, second, other.root(second), proof))
                        .isFalse();
                assertThat(ProofCheck.consistency(second + 1, secondRoot, second, firstRoot, proof))
                        .isFalse();
                for (List<TreeHash> altered : alterations(proof)) {
                    assertThat(ProofCheck.consistency(first, firstRoot, second, secondRoot, altered))
                            .isFalse();
                }
            }
        }
    }

    private static List<List<TreeHash>> alterations(List<TreeHash> proof) {
        List<List<TreeHash>> altered = new ArrayList<>();
        for (int i = 0; i < proof.size(); i++) {
            List<TreeHash> flipped = new ArrayList<>(proof);
            byte[] bytes = proof.get(i).bytes();
            bytes[i % TreeHash.LENGTH] ^= (byte) (1 << (i % 8));
            flipped.set(i, TreeHash.of(bytes));
            altered.add(flipped);
            List<TreeHash> shorter = new ArrayList<>(proof);
            shorter.remove(i);
            altered.add(shorter);
        }
        List<TreeHash> longer = new ArrayList<>(proof);
        longer.add(TreeHash.EMPTY);
        altered.add(longer);
        return altered;
    }

    @Test
    void frontier_knowsTheRootAfterEachLeaf_andTellsOfEverySubtree() {
        Frontier frontier = new Frontier();
        Map<String, TreeHash> told = new HashMap<>();
        for (int size = 1; size <= LARGEST; size++) {
            frontier.append(TREE.leaf(size - 1), (height, index, hash) -> told.put(height + "/" + index, hash));
            assertThat(frontier.root()).isEqualTo(TREE.root(size));
            frontier = Frontier.of(size, frontier.encoded());
        }
        int complete = 0;
        for (int height = 0; 1 << height <= LARGEST; height++) {
            for (long index = 0; (index + 1) << height <= LARGEST; index++) {
                assertThat(told.get(height + "/" + index)).isEqualTo(TREE.hash(height, index));
                complete++;
            }
        }
        assertThat(told).hasSize(complete);
    }

    @Test
    void subtreesInThePlaceOfLeaves_giveTheSameRoot() {
        Frontier frontier = new Frontier();
        frontier.appendSubtree(5, TREE.hash(5, 0));
        frontier.appendSubtree(0, TREE.leaf(32));
        frontier.appendSubtree(0, TREE.leaf(33));
        frontier.appendSubtree(1, TREE.hash(1, 17));
        frontier.appendSubtree(2, TREE.hash(2, 9));
        assertThat(frontier.size()).isEqualTo(40);
        assertThat(frontier.root()).isEqualTo(TREE.root(40));
        assertThatThrownBy(() -> frontier.appendSubtree(4, TREE.hash(4, 2)))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void sizesThatNeverWere_areRefused() {
        assertThatThrownBy(() -> PROOFS.inclusion(5, 5)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> PROOFS.inclusion(-1, 5)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> PROOFS.consistency(6, 5)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> PROOFS.consistency(-1, 5)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> Frontier.of(3, new byte[TreeHash.LENGTH]))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> TreeHash.of(new byte[31])).isInstanceOf(IllegalArgumentException.class);
    }
}
