package ai.scailabs.vault.audit.verify;

import ai.scailabs.vault.audit.merkle.TreeHash;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A line of {@code proof.jsonl.gz}: what lies at the next indexes of the log. */
sealed interface ProofStep {
    int MAX_LINE = 64 * 1024;

    /** Entries that the export holds, by their leaf hashes. */
    record Leaves(List<TreeHash> hashes) implements ProofStep {}

    /** Entries that it does not hold: 2^height of them. */
    record LeftOut(int height, TreeHash hash) implements ProofStep {}

    /** @throws IllegalArgumentException when it is none */
    static ProofStep parse(String line) {
        Matcher leaves = Lines.LEAVES.matcher(line);
        if (leaves.matches()) {
            byte[] hashes = bytes(leaves.group(1));
            if (hashes.length == 0 || hashes.length % TreeHash.LENGTH != 0 || hashes.length > 1024 * TreeHash.LENGTH) {
                throw new IllegalArgumentException("not hashes");
            }
            List<TreeHash> read = new ArrayList<>();
            for (int i = 0; i < hashes.length / TreeHash.LENGTH; i++) {
                read.add(TreeHash.at(hashes, i));
            }
            return new Leaves(read);
        }
        Matcher leftOut = Lines.LEFT_OUT.matcher(line);
        if (leftOut.matches()) {
            return new LeftOut(Integer.parseInt(leftOut.group(1)), TreeHash.of(bytes(leftOut.group(2))));
        }
        throw new IllegalArgumentException("not a line of a proof");
    }

    /** Hashes in the base64 that there is of them. @throws IllegalArgumentException when it is any other */
    static byte[] bytes(String base64) {
        byte[] bytes = Base64.getDecoder().decode(base64);
        if (!Base64.getEncoder().encodeToString(bytes).equals(base64)) {
            throw new IllegalArgumentException("not the base64 that there is");
        }
        return bytes;
    }

    /** Written in one way only. */
    final class Lines {
        private static final Pattern LEAVES = Pattern.compile("\\{\"leaves\":\"([A-Za-z0-9+/=]+)\"}");
        private static final Pattern LEFT_OUT =
                Pattern.compile("\\{\"height\":(0|[1-9][0-9]?),\"hash\":\"([A-Za-z0-9+/=]{44})\"}");

        private Lines() {}
    }
}
