package ai.scailabs.vault.api.acme;

import ai.scailabs.vault.api.answer.Answer;
import ai.scailabs.vault.api.request.Call;
import ai.scailabs.vault.api.request.Cursors;
import ai.scailabs.vault.api.request.Endpoint;
import ai.scailabs.vault.api.request.JsonBody;
import ai.scailabs.vault.api.request.PathCategory;
import ai.scailabs.vault.api.request.QueryParameters;
import ai.scailabs.vault.audit.trail.AuditAction;
import ai.scailabs.vault.kernel.error.ErrorCode;
import ai.scailabs.vault.kernel.error.VaultException;
import ai.scailabs.vault.pki.acme.CertificatePage;
import ai.scailabs.vault.pki.acme.ManagedCertificate;
import ai.scailabs.vault.pki.acme.ManagedCertificates;
import jakarta.servlet.http.HttpServletRequest;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Controller;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PatchMapping;
import org.springframework.web.bind.annotation.PathVariable;

/** Certificates that are renewed under one id. */
@Controller
public class AcmeCertificateController {
    private static final String SCOPE = "pki:issue";

    private final ManagedCertificates certificates;
    private final JsonBody bodies;
    private final Cursors cursors;

    public AcmeCertificateController(ManagedCertificates certificates, JsonBody bodies, Cursors cursors) {
        this.certificates = certificates;
        this.bodies = bodies;
        this.cursors = cursors;
    }

    @GetMapping("/v1/pki/acme/certificates")
    @Endpoint(scope = SCOPE, action = AuditAction.PKI_ACME_CERTIFICATE_LIST, category = PathCategory.PKI_ISSUE)
    public Answer list(Call call, HttpServletRequest request) {
        QueryParameters parameters = QueryParameters.of(request, "limit", "cursor");
        String list = "acme-certificates?" + parameters.filters();
        UUID after = position(cursors.decode(call, list, parameters.text("cursor")));
        CertificatePage page = certificates.list(call.located(), call.tenant(), parameters.limit(), after);
        String cursor = page.hasMore()
                ? cursors.encode(call, list, page.certificates().getLast().text())
                : null;
        return Answer.ok(
                call.recorded(),
                json -> json.objects("certificates", page.certificates(), AcmeJson::write)
                        .text("cursor", cursor)
                        .flag("has_more", page.hasMore()));
    }

    private static @Nullable UUID position(@Nullable String id) {
        return id == null
                ? null
                : ManagedCertificate.parseId(id)
                        .orElseThrow(
                                () -> new VaultException(ErrorCode.INVALID_CURSOR, "The cursor names no certificate"));
    }

    @GetMapping("/v1/pki/acme/certificates/{id}")
    @Endpoint(scope = SCOPE, action = AuditAction.PKI_ACME_CERTIFICATE_READ, category = PathCategory.PKI_ISSUE)
    public Answer get(Call call, @PathVariable String id) {
        ManagedCertificate found = certificates.get(call.located(), call.tenant(), about(call, id));
        return Answer.ok(call.recorded(), json -> AcmeJson.writeWithVersions(json, found));
    }

    @PatchMapping("/v1/pki/acme/certificates/{id}")
    @Endpoint(scope = SCOPE, action = AuditAction.PKI_ACME_CERTIFICATE_UPDATE, category = PathCategory.PKI_ISSUE)
    public Answer update(Call call, @PathVariable String id, HttpServletRequest request) {
        UUID known = about(call, id);
        AcmeRequests.Renewal body = bodies.readPatch(request, AcmeRequests.Renewal.class);
        ManagedCertificate changed = certificates.changeRenewal(call.located(), known, body.wanted(), call.entry());
        return Answer.ok(call.changed(), json -> AcmeJson.writeWithVersions(json, changed));
    }

    /** What is no id of ours is not looked up, and not recorded. */
    private static UUID about(Call call, String id) {
        UUID known = ManagedCertificate.parseId(id)
                .orElseThrow(() -> new VaultException(ErrorCode.CERTIFICATE_NOT_FOUND, "There is no such certificate"));
        call.about(id);
        return known;
    }
}
