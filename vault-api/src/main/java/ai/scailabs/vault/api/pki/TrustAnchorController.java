package ai.scailabs.vault.api.pki;

import ai.scailabs.vault.api.answer.Answer;
import ai.scailabs.vault.api.answer.JsonWriter;
import ai.scailabs.vault.api.request.Call;
import ai.scailabs.vault.api.request.Cursors;
import ai.scailabs.vault.api.request.Endpoint;
import ai.scailabs.vault.api.request.Idempotent;
import ai.scailabs.vault.api.request.JsonBody;
import ai.scailabs.vault.api.request.PathCategory;
import ai.scailabs.vault.api.request.QueryParameters;
import ai.scailabs.vault.audit.trail.AuditAction;
import ai.scailabs.vault.kernel.error.ErrorCode;
import ai.scailabs.vault.kernel.error.VaultException;
import ai.scailabs.vault.pki.anchor.TrustAnchor;
import ai.scailabs.vault.pki.anchor.TrustAnchorPage;
import ai.scailabs.vault.pki.anchor.TrustAnchorService;
import jakarta.servlet.http.HttpServletRequest;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Controller;
import org.springframework.web.bind.annotation.DeleteMapping;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;

/** Authorities of others, which a tenant relies on. */
@Controller
public class TrustAnchorController {
    private static final String SCOPE = "pki:admin";

    private final TrustAnchorService anchors;
    private final JsonBody bodies;
    private final Cursors cursors;

    public TrustAnchorController(TrustAnchorService anchors, JsonBody bodies, Cursors cursors) {
        this.anchors = anchors;
        this.bodies = bodies;
        this.cursors = cursors;
    }

    @GetMapping("/v1/pki/trust-anchors")
    @Endpoint(scope = SCOPE, action = AuditAction.PKI_ANCHOR_LIST, category = PathCategory.PKI_ADMIN)
    public Answer list(Call call, HttpServletRequest request) {
        QueryParameters parameters = QueryParameters.of(request, "limit", "cursor");
        String list = "trust-anchors?" + parameters.filters();
        UUID after = position(cursors.decode(call, list, parameters.text("cursor")));
        TrustAnchorPage page = anchors.list(call.located(), call.tenant(), parameters.limit(), after);
        String cursor = page.hasMore()
                ? cursors.encode(call, list, page.anchors().getLast().text())
                : null;
        return Answer.ok(
                call.recorded(),
                json -> json.objects("trust_anchors", page.anchors(), TrustAnchorController::write)
                        .text("cursor", cursor)
                        .flag("has_more", page.hasMore()));
    }

    private static @Nullable UUID position(@Nullable String id) {
        return id == null
                ? null
                : TrustAnchor.parseId(id)
                        .orElseThrow(
                                () -> new VaultException(ErrorCode.INVALID_CURSOR, "The cursor names no trust anchor"));
    }

    @PostMapping("/v1/pki/trust-anchors")
    @Idempotent
    @Endpoint(scope = SCOPE, action = AuditAction.PKI_ANCHOR_CREATE, category = PathCategory.PKI_ADMIN)
    public Answer create(Call call, HttpServletRequest request) {
        ValidationRequests.Anchor body = bodies.read(request, ValidationRequests.Anchor.class);
        TrustAnchor created = anchors.create(call.located(), body.name(), body.certificatePem(), call.entry());
        call.about(created.text());
        return Answer.json(201, call.changed(), json -> write(json, created));
    }

    @GetMapping("/v1/pki/trust-anchors/{id}")
    @Endpoint(scope = SCOPE, action = AuditAction.PKI_ANCHOR_READ, category = PathCategory.PKI_ADMIN)
    public Answer get(Call call, @PathVariable String id) {
        TrustAnchor anchor = anchors.get(call.located(), call.tenant(), about(call, id));
        return Answer.ok(call.recorded(), json -> write(json, anchor));
    }

    @DeleteMapping("/v1/pki/trust-anchors/{id}")
    @Endpoint(scope = SCOPE, action = AuditAction.PKI_ANCHOR_DELETE, category = PathCategory.PKI_ADMIN)
    public Answer delete(Call call, @PathVariable String id) {
        anchors.delete(call.located(), about(call, id), call.entry());
        return Answer.noContent(call.changed());
    }

    /** What is no id of ours is not looked up, and not recorded. */
    private static UUID about(Call call, String id) {
        UUID known = TrustAnchor.parseId(id)
                .orElseThrow(
                        () -> new VaultException(ErrorCode.TRUST_ANCHOR_NOT_FOUND, "There is no such trust anchor"));
        call.about(id);
        return known;
    }

    private static void write(JsonWriter json, TrustAnchor anchor) {
        json.text("id", anchor.text()).text("name", anchor.name());
        PathCertificateJson.write(json, anchor.certificate());
        json.time("created_at", anchor.createdAt()).text("created_by", anchor.createdBy());
    }
}
