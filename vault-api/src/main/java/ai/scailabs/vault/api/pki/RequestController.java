package ai.scailabs.vault.api.pki;

import ai.scailabs.vault.api.answer.Answer;
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
import ai.scailabs.vault.pki.issuance.MadeCertificate;
import ai.scailabs.vault.pki.request.RequestPage;
import ai.scailabs.vault.pki.request.RequestService;
import ai.scailabs.vault.pki.request.RequestStatus;
import ai.scailabs.vault.pki.request.StoredRequest;
import jakarta.servlet.http.HttpServletRequest;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Controller;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;

/** Requests for certificates that somebody approves first. */
@Controller
public class RequestController {
    private static final String SUBMITTER = "pki:issue";
    private static final String APPROVER = "pki:admin";

    private final RequestService requests;
    private final JsonBody bodies;
    private final Cursors cursors;

    public RequestController(RequestService requests, JsonBody bodies, Cursors cursors) {
        this.requests = requests;
        this.bodies = bodies;
        this.cursors = cursors;
    }

    @PostMapping("/v1/pki/csr/import")
    @Idempotent
    @Endpoint(scope = SUBMITTER, action = AuditAction.PKI_CSR_IMPORT, category = PathCategory.PKI_ISSUE)
    public Answer submit(Call call, HttpServletRequest request) {
        RequestBodies.Import body = bodies.read(request, RequestBodies.Import.class);
        StoredRequest imported = requests.submit(call.located(), body.request(), call.entry());
        call.about(imported.text());
        return Answer.json(201, call.changed(), json -> RequestJson.write(json, imported));
    }

    @GetMapping("/v1/pki/csr")
    @Endpoint(scope = APPROVER, action = AuditAction.PKI_CSR_LIST, category = PathCategory.PKI_ADMIN)
    public Answer list(Call call, HttpServletRequest request) {
        QueryParameters parameters = QueryParameters.of(request, "status", "limit", "cursor");
        String list = "csrs?" + parameters.filters();
        UUID after = position(cursors.decode(call, list, parameters.text("cursor")));
        RequestPage page = requests.list(
                call.located(), call.tenant(), status(parameters.text("status")), parameters.limit(), after);
        String cursor = page.hasMore()
                ? cursors.encode(call, list, page.requests().getLast().text())
                : null;
        return Answer.ok(
                call.recorded(),
                json -> json.objects("csrs", page.requests(), RequestJson::writeShort)
                        .text("cursor", cursor)
                        .flag("has_more", page.hasMore()));
    }

    private static @Nullable UUID position(@Nullable String id) {
        return id == null
                ? null
                : StoredRequest.parseId(id)
                        .orElseThrow(() -> new VaultException(ErrorCode.INVALID_CURSOR, "The cursor names no request"));
    }

    private static @Nullable RequestStatus status(@Nullable String text) {
        return text == null
                ? null
                : RequestStatus.parse(text)
                        .orElseThrow(() ->
                                VaultException.invalidField("status", "must be pending, approved, rejected or signed"));
    }

    @GetMapping("/v1/pki/csr/{id}")
    @Endpoint(scope = SUBMITTER, action = AuditAction.PKI_CSR_READ, category = PathCategory.PKI_ISSUE)
    public Answer get(Call call, @PathVariable String id) {
        StoredRequest found = requests.get(call.located(), call.tenant(), about(call, id));
        return Answer.ok(call.recorded(), json -> RequestJson.write(json, found));
    }

    @PostMapping("/v1/pki/csr/{id}/approve")
    @Endpoint(scope = APPROVER, action = AuditAction.PKI_CSR_APPROVE, category = PathCategory.PKI_ADMIN)
    public Answer approve(Call call, @PathVariable String id) {
        StoredRequest approved = requests.approve(call.located(), about(call, id), call.entry());
        return Answer.ok(call.changed(), json -> RequestJson.write(json, approved));
    }

    @PostMapping("/v1/pki/csr/{id}/reject")
    @Endpoint(scope = APPROVER, action = AuditAction.PKI_CSR_REJECT, category = PathCategory.PKI_ADMIN)
    public Answer reject(Call call, @PathVariable String id, HttpServletRequest request) {
        UUID known = about(call, id);
        RequestBodies.Reject body = bodies.read(request, RequestBodies.Reject.class);
        StoredRequest rejected = requests.reject(call.located(), known, body.because(), call.entry());
        return Answer.ok(call.changed(), json -> RequestJson.write(json, rejected));
    }

    @PostMapping("/v1/pki/csr/{id}/sign")
    @Idempotent
    @Endpoint(scope = SUBMITTER, action = AuditAction.PKI_CSR_SIGN, category = PathCategory.PKI_ISSUE)
    public Answer sign(Call call, @PathVariable String id, HttpServletRequest request) {
        UUID known = about(call, id);
        RequestBodies.Sign body = bodies.read(request, RequestBodies.Sign.class);
        try (MadeCertificate made = requests.sign(
                call.located(), known, body.authority(), body.validityDays(), body.role(), call.entry())) {
            return Answer.json(
                    201,
                    call.changed(),
                    json -> IssueController.write(json.text("csr_id", id).text("status", "signed"), made));
        }
    }

    /** What is no id of ours is not looked up, and not recorded. */
    private static UUID about(Call call, String id) {
        UUID known = StoredRequest.parseId(id)
                .orElseThrow(() -> new VaultException(ErrorCode.CSR_NOT_FOUND, "There is no such request"));
        call.about(id);
        return known;
    }
}
