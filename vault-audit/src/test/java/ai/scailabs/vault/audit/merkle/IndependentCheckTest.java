package ai.scailabs.vault.audit.merkle;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.scailabs.vault.audit.note.Checkpoint;
import ai.scailabs.vault.audit.note.InvalidNote;
import ai.scailabs.vault.audit.note.NoteSigner;
import ai.scailabs.vault.audit.note.SignedNote;
import ai.scailabs.vault.testkit.GoProgram;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Our proofs and checkpoints in the eyes of the libraries that the world's logs are checked with: a program in Go, built from {@code src/test/go}. */
class IndependentCheckTest {
    private static final int[] SIZES = {
        1, 2, 3, 4, 5, 6, 7, 8, 9, 15, 16, 17, 31, 32, 33, 63, 64, 65, 127, 128, 129, 1000, 1023, 1024, 1025, 4095,
        4096, 4097
    };
    private static final GrownTree TREE = GrownTree.of(4097);
    private static final TreeProofs PROOFS = new TreeProofs(TREE);
    private static final Random RANDOM = new Random(9162);

    private static GoProgram program;

    @BeforeAll
    static void start() {
        program = GoProgram.start("vault-audit/src/test/go");
    }

    @AfterAll
    static void stop() {
        program.close();
    }

    @Test
    void inclusionProofs_areAccepted() {
        for (int size : SIZES) {
            TreeHash root = TREE.root(size);
            for (int i = 0; i < Math.min(size, 24); i++) {
                int index = size <= 24 ? i : i < 2 ? i * (size - 1) : RANDOM.nextInt(size);
                assertThat(inclusion(leaf(index), index, size, PROOFS.inclusion(index, size), root))
                        .as("%d of %d", index, size)
                        .isTrue();
            }
        }
    }

    @Test
    void consistencyProofs_areAccepted() {
        for (int second : SIZES) {
            for (int first : SIZES) {
                if (first <= second) {
                    assertThat(consistency(
                                    first,
                                    second,
                                    PROOFS.consistency(first, second),
                                    TREE.root(first),
                                    TREE.root(second)))
                            .as("%d of %d", first, second)
                            .isTrue();
                }
            }
        }
    }

    @Test
    void changedInclusionProofs_areRefused() {
        for (int[] place : new int[][] {{0, 2}, {4, 5}, {6, 7}, {0, 129}, {128, 129}, {700, 1025}}) {
            int index = place[0];
            int size = place[1];
            List<TreeHash> proof = PROOFS.inclusion(index, size);
            TreeHash root = TREE.root(size);
            for (int bit = 0; bit < proof.size() * 256; bit++) {
                assertThat(inclusion(leaf(index), index, size, flipped(proof, bit), root))
                        .isFalse();
            }
            for (int bit = 0; bit < 256; bit++) {
                assertThat(inclusion(
                                leaf(index),
                                index,
                                size,
                                proof,
                                flipped(List.of(root), bit).getFirst()))
                        .isFalse();
            }
            for (int bit = 0; bit < 62; bit++) {
                assertThat(inclusion(leaf(index), index ^ 1L << bit, size, proof, root))
                        .isFalse();
                // A tree of another size has a path of the same shape here and there; which, is agreed upon. Its root
                // is another.
                long other = size ^ 1L << bit;
                assertThat(inclusion(leaf(index), index, other, proof, root))
                        .isEqualTo(ProofCheck.inclusion(TREE.leaf(index), index, other, proof, root));
            }
            assertThat(inclusion(leaf(index), index, size, proof.subList(1, proof.size()), root))
                    .isFalse();
            assertThat(inclusion(leaf(index), index, size, longer(proof), root)).isFalse();
            assertThat(inclusion(leaf(index + 1), index, size, proof, root)).isFalse();
            // Of another tenant, whose log is as long; replayed against a later root.
            assertThat(inclusion(
                            leaf(index),
                            index,
                            size,
                            proof,
                            GrownTree.of(size + 1).root(size + 1)))
                    .isFalse();
            assertThat(inclusion(utf8("another's"), index, size, proof, root)).isFalse();
        }
    }

    @Test
    void changedConsistencyProofs_areRefused() {
        for (int[] pair : new int[][] {{1, 2}, {3, 7}, {4, 8}, {6, 8}, {128, 129}, {700, 1025}}) {
            int first = pair[0];
            int second = pair[1];
            List<TreeHash> proof = PROOFS.consistency(first, second);
            TreeHash older = TREE.root(first);
            TreeHash newer = TREE.root(second);
            for (int bit = 0; bit < proof.size() * 256; bit++) {
                assertThat(consistency(first, second, flipped(proof, bit), older, newer))
                        .isFalse();
            }
            for (int bit = 0; bit < 256; bit++) {
                assertThat(consistency(
                                first,
                                second,
                                proof,
                                flipped(List.of(older), bit).getFirst(),
                                newer))
                        .isFalse();
                assertThat(consistency(
                                first,
                                second,
                                proof,
                                older,
                                flipped(List.of(newer), bit).getFirst()))
                        .isFalse();
            }
            for (int bit = 0; bit < 62; bit++) {
                long otherFirst = first ^ 1L << bit;
                long otherSecond = second ^ 1L << bit;
                if (otherFirst > 0) {
                    assertThat(consistency(otherFirst, second, proof, older, newer))
                            .isEqualTo(ProofCheck.consistency(otherFirst, older, second, newer, proof));
                }
                assertThat(consistency(first, otherSecond, proof, older, newer))
                        .isEqualTo(ProofCheck.consistency(first, older, otherSecond, newer, proof));
            }
            assertThat(consistency(first, second, longer(proof), older, newer)).isFalse();
            assertThat(consistency(first, second, List.of(), older, newer)).isFalse();
            assertThat(consistency(first, second, proof, newer, older)).isFalse();
        }
    }

    @Test
    void checkpoints_areRead_andChangedOnesRefused() {
        String origin = "scaivault/audit/tnt_acme";
        try (NoteSigner.NewKey key = NoteSigner.generate(origin, new SecureRandom());
                NoteSigner.NewKey other = NoteSigner.generate(origin, new SecureRandom())) {
            NoteSigner signer = new NoteSigner(key.key(), key.privateKey());
            for (int size : SIZES) {
                Checkpoint checkpoint = new Checkpoint(origin, size, TREE.root(size));
                JsonNode read = checkpoint(
                        checkpoint.sign(signer).render(), origin, key.key().line());
                assertThat(read.path("ok").asBoolean()).as(read.toString()).isTrue();
                assertThat(read.path("size").asLong()).isEqualTo(size);
                assertThat(read.path("root").asString())
                        .isEqualTo(checkpoint.root().base64());
            }
            String note =
                    new Checkpoint(origin, 129, TREE.root(129)).sign(signer).render();
            byte[] bytes = utf8(note);
            for (int bit = 0; bit < bytes.length * 8; bit++) {
                byte[] changed = bytes.clone();
                changed[bit / 8] ^= (byte) (1 << bit % 8);
                String text = new String(changed, StandardCharsets.UTF_8);
                if (bit / 8 == bytes.length - 3 && isSameSignature(note, text)) {
                    // The last letter has bits to spare, which Go does not look at, and we do.
                    assertThatThrownBy(() -> SignedNote.parse(changed)).isInstanceOf(InvalidNote.class);
                    continue;
                }
                assertThat(checkpoint(text, origin, key.key().line()).path("ok").asBoolean())
                        .as("bit %d", bit)
                        .isFalse();
            }
            assertThat(checkpoint(note, origin, other.key().line()).path("ok").asBoolean())
                    .isFalse();
            assertThat(checkpoint(note, "scaivault/audit/tnt_globex", key.key().line())
                            .path("ok")
                            .asBoolean())
                    .isFalse();
        }
    }

    private static boolean inclusion(byte[] leaf, long index, long size, List<TreeHash> proof, TreeHash root) {
        Map<String, Object> question = new LinkedHashMap<>();
        question.put("op", "inclusion");
        question.put("leaf", Base64.getEncoder().encodeToString(leaf));
        question.put("index", index);
        question.put("size", size);
        question.put("root", root.base64());
        question.put("hashes", proof.stream().map(TreeHash::base64).toList());
        return ask(question).path("ok").asBoolean();
    }

    private static boolean consistency(long first, long second, List<TreeHash> proof, TreeHash older, TreeHash newer) {
        Map<String, Object> question = new LinkedHashMap<>();
        question.put("op", "consistency");
        question.put("first", first);
        question.put("second", second);
        question.put("first_root", older.base64());
        question.put("root", newer.base64());
        question.put("hashes", proof.stream().map(TreeHash::base64).toList());
        return ask(question).path("ok").asBoolean();
    }

    private static JsonNode checkpoint(String note, String origin, String key) {
        return ask(Map.of("op", "checkpoint", "note", note, "origin", origin, "key", key));
    }

    private static JsonNode ask(Map<String, Object> question) {
        return JsonMapper.shared().readTree(program.ask(JsonMapper.shared().writeValueAsString(question)));
    }

    private static boolean isSameSignature(String note, String other) {
        try {
            return Arrays.equals(signature(note), signature(other));
        } catch (IllegalArgumentException e) {
            return false;
        }
    }

    private static byte[] signature(String note) {
        return Base64.getDecoder().decode(note.substring(note.lastIndexOf(' ') + 1, note.length() - 1));
    }

    private static byte[] leaf(int index) {
        return utf8("leaf " + index);
    }

    private static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static List<TreeHash> flipped(List<TreeHash> hashes, int bit) {
        List<TreeHash> flipped = new ArrayList<>(hashes);
        byte[] bytes = hashes.get(bit / 256).bytes();
        bytes[bit % 256 / 8] ^= (byte) (1 << bit % 8);
        flipped.set(bit / 256, TreeHash.of(bytes));
        return flipped;
    }

    private static List<TreeHash> longer(List<TreeHash> proof) {
        List<TreeHash> longer = new ArrayList<>(proof);
        longer.add(TreeHash.EMPTY);
        return longer;
    }
}
