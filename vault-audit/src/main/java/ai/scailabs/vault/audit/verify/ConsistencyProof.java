package ai.scailabs.vault.audit.verify;

import ai.scailabs.vault.audit.merkle.ProofCheck;
import ai.scailabs.vault.audit.merkle.TreeHash;
import java.util.ArrayList;
import java.util.List;
import tools.jackson.core.JacksonException;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** What {@code GET /v1/audit/proof/consistency} answers: that the tree of the first size is the beginning of that of the second. */
record ConsistencyProof(String source, long first, long second, List<TreeHash> hashes) {
    private static final JsonMapper JSON = JsonMapper.builder()
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .build();

    static ConsistencyProof read(String source, byte[] json) throws Refuted {
        try {
            JsonNode root = JSON.readTree(json);
            List<TreeHash> hashes = new ArrayList<>();
            for (JsonNode hash : root.required("hashes").asArray()) {
                hashes.add(TreeHash.of(ProofStep.bytes(hash.stringValue())));
            }
            return new ConsistencyProof(
                    source,
                    root.required("first").longValue(),
                    root.required("second").longValue(),
                    hashes);
        } catch (JacksonException | IllegalArgumentException e) {
            throw new Refuted(Finding.PROOF_ALTERED, Place.file(source), "the file is no proof of consistency");
        }
    }

    boolean holds(KnownCheckpoint older, KnownCheckpoint newer) {
        return ProofCheck.consistency(first, older.root(), second, newer.root(), hashes);
    }
}
