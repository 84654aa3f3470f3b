package ai.scailabs.vault.api.audit;

import ai.scailabs.vault.api.answer.Answer;
import ai.scailabs.vault.api.request.Call;
import ai.scailabs.vault.api.request.Endpoint;
import ai.scailabs.vault.api.request.PathCategory;
import ai.scailabs.vault.api.request.QueryParameters;
import ai.scailabs.vault.audit.merkle.TreeHash;
import ai.scailabs.vault.audit.proof.CanonicalEntry;
import ai.scailabs.vault.audit.proof.Checkpoints;
import ai.scailabs.vault.audit.proof.IndexedLeaf;
import ai.scailabs.vault.audit.proof.LogTree;
import ai.scailabs.vault.audit.trail.AuditAction;
import ai.scailabs.vault.kernel.error.ErrorCode;
import ai.scailabs.vault.kernel.error.VaultException;
import ai.scailabs.vault.kernel.id.Ids;
import jakarta.servlet.http.HttpServletRequest;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import java.util.UUID;
import org.springframework.stereotype.Controller;
import org.springframework.web.bind.annotation.GetMapping;

/** What somebody needs who does not believe us: signed heads of the tenant's log, proofs, and the leaves that they are about. */
@Controller
public class AuditProofController {
    private static final int MAX_ENTRIES = 1_000;
    private static final String PLAIN_TEXT = "text/plain;charset=utf-8";

    private final LogTree trees;
    private final Checkpoints checkpoints;

    public AuditProofController(LogTree trees, Checkpoints checkpoints) {
        this.trees = trees;
        this.checkpoints = checkpoints;
    }

    @GetMapping("/v1/audit/checkpoint")
    @Endpoint(scope = "audit:read", action = AuditAction.AUDIT_READ, category = PathCategory.AUDIT_QUERY)
    public Answer checkpoint(Call call, HttpServletRequest request) {
        QueryParameters.of(request);
        String note = checkpoints.newest(call.tenant(), call.actor().partner()).note();
        return Answer.text(call.recorded(), PLAIN_TEXT, note.getBytes(StandardCharsets.UTF_8));
    }

    @GetMapping("/v1/audit/checkpoint/key")
    @Endpoint(scope = "audit:read", action = AuditAction.AUDIT_READ, category = PathCategory.AUDIT_QUERY)
    public Answer key(Call call, HttpServletRequest request) {
        QueryParameters.of(request);
        String line = checkpoints.key(call.tenant(), call.actor().partner()).line() + "\n";
        return Answer.text(call.recorded(), PLAIN_TEXT, line.getBytes(StandardCharsets.UTF_8));
    }

    /** The entry is named by its index, or by its id. */
    @GetMapping("/v1/audit/proof/inclusion")
    @Endpoint(scope = "audit:read", action = AuditAction.AUDIT_READ, category = PathCategory.AUDIT_QUERY)
    public Answer inclusion(Call call, HttpServletRequest request) {
        QueryParameters parameters = QueryParameters.of(request, "index", "id", "size");
        long size = parameters.place("size");
        String id = parameters.text("id");
        if (id != null && parameters.text("index") != null) {
            throw VaultException.invalidField("index", "and id exclude each other");
        }
        long index = id == null ? parameters.place("index") : indexOf(call, id);
        List<TreeHash> proof = trees.inclusion(call.tenant(), index, size);
        return Answer.ok(
                call.recorded(),
                json -> json.number("index", index).number("size", size).texts("hashes", base64(proof)));
    }

    private long indexOf(Call call, String text) {
        UUID id = Ids.uuid("log_", text)
                .orElseThrow(() -> VaultException.invalidField("id", "must be the id of an audit entry"));
        return trees.indexOf(call.tenant(), id)
                .orElseThrow(() -> new VaultException(
                        ErrorCode.NOT_FOUND, "The log has no such entry, or not for two seconds yet"));
    }

    @GetMapping("/v1/audit/proof/consistency")
    @Endpoint(scope = "audit:read", action = AuditAction.AUDIT_READ, category = PathCategory.AUDIT_QUERY)
    public Answer consistency(Call call, HttpServletRequest request) {
        QueryParameters parameters = QueryParameters.of(request, "first", "second");
        long first = parameters.place("first");
        long second = parameters.place("second");
        List<TreeHash> proof = trees.consistency(call.tenant(), first, second);
        return Answer.ok(
                call.recorded(),
                json -> json.number("first", first).number("second", second).texts("hashes", base64(proof)));
    }

    /** What the log does not hold has no leaf: its retention has ended, or somebody took it away. */
    @GetMapping("/v1/audit/entries")
    @Endpoint(scope = "audit:read", action = AuditAction.AUDIT_READ, category = PathCategory.AUDIT_QUERY)
    public Answer entries(Call call, HttpServletRequest request) {
        QueryParameters parameters = QueryParameters.of(request, "from", "to");
        long from = parameters.place("from");
        long to = parameters.place("to");
        if (to < from || to - from > MAX_ENTRIES) {
            throw VaultException.invalidField("to", "must be up to " + MAX_ENTRIES + " more than from");
        }
        List<IndexedLeaf> leaves = trees.entries(call.tenant(), from, to);
        return Answer.ok(
                call.recorded(),
                json -> json.objects(
                        "entries",
                        leaves,
                        (object, leaf) -> object.number("index", leaf.index())
                                .text(
                                        "leaf",
                                        leaf.entry() == null
                                                ? null
                                                : Base64.getEncoder()
                                                        .encodeToString(CanonicalEntry.leaf(leaf.entry())))));
    }

    private static List<String> base64(List<TreeHash> hashes) {
        return hashes.stream().map(TreeHash::base64).toList();
    }
}
