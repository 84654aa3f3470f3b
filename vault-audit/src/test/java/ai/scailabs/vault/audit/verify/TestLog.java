package ai.scailabs.vault.audit.verify;

import ai.scailabs.vault.audit.merkle.GrownTree;
import ai.scailabs.vault.audit.merkle.TreeHash;
import ai.scailabs.vault.audit.merkle.TreeProofs;
import ai.scailabs.vault.audit.note.Checkpoint;
import ai.scailabs.vault.audit.note.LogKey;
import ai.scailabs.vault.audit.note.NoteSigner;
import ai.scailabs.vault.kernel.id.Ids;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.erdtman.jcs.JsonCanonicalizer;
import tools.jackson.databind.json.JsonMapper;

/** The log of one tenant with its key: entries in the form that is hashed, made canonical by a library that the program does not use. */
final class TestLog {
    /** In every entry, and never to be shown. */
    static final String MARK = "only-in-entries";

    private static final SecureRandom RANDOM = new SecureRandom();
    private static final Instant START = Instant.parse("2026-11-26T09:00:00Z");

    final String tenant;
    final String origin;
    final LogKey key;
    final List<byte[]> leaves = new ArrayList<>();

    private final NoteSigner signer;
    private final Ids ids = new Ids(Clock.systemUTC(), RANDOM);

    TestLog(String tenant, int entries) {
        this.tenant = tenant;
        this.origin = "scaivault/audit/" + tenant;
        NoteSigner.NewKey made = NoteSigner.generate(origin, RANDOM);
        this.key = made.key();
        this.signer = new NoteSigner(key, made.privateKey());
        for (int i = 0; i < entries; i++) {
            leaves.add(entry());
        }
    }

    /** Not yet in the log. */
    byte[] entry() {
        Map<String, Object> entry = new LinkedHashMap<>();
        entry.put("id", ids.next("log_"));
        entry.put("timestamp", time(leaves.size()));
        entry.put("tenant_id", tenant);
        entry.put("acting_tenant_id", null);
        entry.put("action", "read");
        entry.put("identity_type", "user");
        entry.put("identity_id", "user:" + MARK + "@example.test");
        entry.put("secret_path", "app/" + MARK);
        entry.put("source_ip", "192.0.2.7");
        entry.put("user_agent", MARK + " \u20ac\u000f\"\\");
        entry.put("success", true);
        entry.put("error_code", null);
        entry.put("duration_ms", leaves.size() % 90);
        entry.put("request_id", ids.next("req_"));
        entry.put("extra_data", Map.of("version", 3, MARK, List.of(1.5, false)));
        return canonical(entry);
    }

    static String time(int second) {
        return START.plusSeconds(second).toString().replace("Z", ".000000Z");
    }

    static byte[] canonical(Map<String, ?> json) {
        try {
            return new JsonCanonicalizer(JsonMapper.shared().writeValueAsString(json)).getEncodedUTF8();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    GrownTree tree() {
        GrownTree tree = new GrownTree();
        leaves.forEach(tree::add);
        return tree;
    }

    /** As the log itself signs it. */
    byte[] checkpoint(int size) {
        return signed(size, tree().root(size));
    }

    byte[] signed(long size, TreeHash root) {
        return new Checkpoint(origin, size, root).sign(signer).render().getBytes(StandardCharsets.UTF_8);
    }

    byte[] consistency(int first, int second) {
        List<String> hashes = new TreeProofs(tree())
                .consistency(first, second).stream().map(TreeHash::base64).toList();
        return JsonMapper.shared().writeValueAsBytes(Map.of("first", first, "second", second, "hashes", hashes));
    }
}
