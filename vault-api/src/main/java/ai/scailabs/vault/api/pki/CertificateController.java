package ai.scailabs.vault.api.pki;

import ai.scailabs.vault.api.answer.Answer;
import ai.scailabs.vault.api.answer.JsonWriter;
import ai.scailabs.vault.api.request.Call;
import ai.scailabs.vault.api.request.Cursors;
import ai.scailabs.vault.api.request.Endpoint;
import ai.scailabs.vault.api.request.JsonBody;
import ai.scailabs.vault.api.request.PathCategory;
import ai.scailabs.vault.api.request.QueryParameters;
import ai.scailabs.vault.audit.trail.AuditAction;
import ai.scailabs.vault.kernel.error.ErrorCode;
import ai.scailabs.vault.kernel.error.VaultException;
import ai.scailabs.vault.kernel.time.DurationText;
import ai.scailabs.vault.pki.inventory.CertificateFilter;
import ai.scailabs.vault.pki.inventory.CertificateInventory;
import ai.scailabs.vault.pki.inventory.CertificatePage;
import ai.scailabs.vault.pki.inventory.CertificateRecord;
import ai.scailabs.vault.pki.issuance.RenewalService;
import ai.scailabs.vault.pki.issuer.CertificateAuthority;
import ai.scailabs.vault.pki.x509.Pem;
import ai.scailabs.vault.pki.x509.SerialNumber;
import jakarta.servlet.http.HttpServletRequest;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Instant;
import java.util.Locale;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Controller;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PatchMapping;
import org.springframework.web.bind.annotation.PathVariable;

/** What was issued. */
@Controller
public class CertificateController {
    private final CertificateInventory certificates;
    private final RenewalService renewals;
    private final JsonBody bodies;
    private final Cursors cursors;
    private final Clock clock;

    public CertificateController(
            CertificateInventory certificates, RenewalService renewals, JsonBody bodies, Cursors cursors, Clock clock) {
        this.certificates = certificates;
        this.renewals = renewals;
        this.bodies = bodies;
        this.cursors = cursors;
        this.clock = clock;
    }

    @GetMapping("/v1/pki/certificates")
    @Endpoint(scope = "pki:admin", action = AuditAction.PKI_CERTIFICATE_LIST, category = PathCategory.PKI_ADMIN)
    public Answer list(Call call, HttpServletRequest request) {
        QueryParameters parameters = QueryParameters.of(
                request,
                "ca_id",
                "role",
                "serial_number",
                "san",
                "status",
                "expiring_within",
                "include_revoked",
                "limit",
                "cursor");
        CertificateFilter filter = filter(parameters);
        String list = "certificates?" + parameters.filters();
        String after = cursors.decode(call, list, parameters.text("cursor"));
        CertificatePage page = certificates.list(call.located(), call.tenant(), filter, parameters.limit(), after);
        String cursor = page.next() == null ? null : cursors.encode(call, list, page.next());
        Instant now = clock.instant();
        return Answer.ok(
                call.recorded(),
                json -> json.objects("certificates", page.certificates(), (item, each) -> write(item, each, now))
                        .text("cursor", cursor)
                        .flag("has_more", cursor != null));
    }

    private static CertificateFilter filter(QueryParameters parameters) {
        String caId = parameters.text("ca_id");
        String serial = parameters.text("serial_number");
        String san = parameters.text("san");
        String status = parameters.text("status");
        String within = parameters.text("expiring_within");
        if (status != null && !CertificateFilter.STATUSES.contains(status)) {
            throw VaultException.invalidField("status", "must be active, expired, on_hold or revoked");
        }
        return new CertificateFilter(
                caId == null
                        ? null
                        : CertificateAuthority.parseId(caId)
                                .orElseThrow(() -> VaultException.invalidField(
                                        "ca_id", "must be the id of a certificate authority, ca_…")),
                parameters.text("role"),
                serial == null
                        ? null
                        : SerialNumber.parse(serial)
                                .orElseThrow(() -> VaultException.invalidField(
                                        "serial_number", "must be hexadecimal digits, at most 20 octets")),
                san == null ? null : san.toLowerCase(Locale.ROOT),
                status,
                within == null ? null : DurationText.parse("expiring_within", within),
                parameters.isTrue("include_revoked"));
    }

    @GetMapping("/v1/pki/certificates/{id}")
    @Endpoint(scope = "pki:admin", action = AuditAction.PKI_CERTIFICATE_READ, category = PathCategory.PKI_ADMIN)
    public Answer get(Call call, @PathVariable String id, HttpServletRequest request) {
        UUID wanted = wanted(call, certificates, id, request);
        CertificateRecord found = certificates.get(call.located(), call.tenant(), wanted);
        return Answer.ok(call.recorded(), json -> writeWhole(json, call, found));
    }

    @PatchMapping("/v1/pki/certificates/{id}")
    @Endpoint(scope = "pki:issue", action = AuditAction.PKI_CERTIFICATE_UPDATE, category = PathCategory.PKI_ISSUE)
    public Answer update(Call call, @PathVariable String id, HttpServletRequest request) {
        UUID wanted = wanted(call, certificates, id, request);
        IssueRequests.Renewal body = bodies.readPatch(request, IssueRequests.Renewal.class);
        renewals.change(call.located(), wanted, body.wanted(), call.entry());
        CertificateRecord changed = certificates.changed(call.tenant(), wanted);
        return Answer.ok(call.changed(), json -> writeWhole(json, call, changed));
    }

    private void writeWhole(JsonWriter json, Call call, CertificateRecord found) {
        write(json, found, clock.instant());
        json.text("certificate", pem(call, found));
    }

    @GetMapping("/v1/pki/certificates/{id}/pem")
    @Endpoint(scope = "pki:admin", action = AuditAction.PKI_CERTIFICATE_READ, category = PathCategory.PKI_ADMIN)
    public Answer pem(Call call, @PathVariable String id, HttpServletRequest request) {
        UUID wanted = wanted(call, certificates, id, request);
        CertificateRecord found = certificates.get(call.located(), call.tenant(), wanted);
        byte[] pem = pem(call, found).getBytes(StandardCharsets.US_ASCII);
        return Answer.text(call.recorded(), CertificateForm.PEM.mediaType(), pem);
    }

    private String pem(Call call, CertificateRecord found) {
        return Pem.write(Pem.CERTIFICATE, certificates.certificate(call.tenant(), found));
    }

    /** The one that was asked for, or by {@code newest=true} what was renewed in its place. What is no id of ours is not looked up, and not recorded. */
    static UUID wanted(Call call, CertificateInventory certificates, String id, HttpServletRequest request) {
        UUID known = CertificateRecord.parseId(id)
                .orElseThrow(() -> new VaultException(ErrorCode.CERTIFICATE_NOT_FOUND, "There is no such certificate"));
        call.about(id);
        if (!QueryParameters.of(request, "newest").isTrue("newest")) {
            return known;
        }
        UUID newest = certificates.newest(call.tenant(), known);
        call.about(CertificateRecord.idText(newest));
        return newest;
    }

    private static void write(JsonWriter json, CertificateRecord certificate, Instant now) {
        json.text("id", certificate.text())
                .text("ca_id", CertificateAuthority.idText(certificate.authority()))
                .text("serial_number", certificate.serial().toString())
                .text("role", certificate.role())
                .text("subject_ca_id", idText(certificate.subjectAuthority()))
                .text("kind", certificate.kind())
                .text("common_name", certificate.commonName())
                .text("subject", certificate.subject())
                .texts("sans", certificate.names())
                .time("not_before", certificate.notBefore())
                .time("not_after", certificate.notAfter())
                .text("status", certificate.state(now));
        RevocationController.write(json, certificate.status());
        json.time("created_at", certificate.createdAt()).text("created_by", certificate.createdBy());
        write(json, certificate.renewal());
    }

    private static void write(JsonWriter json, CertificateRecord.@Nullable Renewal renewal) {
        json.flag("auto_renew", renewal != null && renewal.autoRenew())
                .time("renew_at", renewal == null ? null : renewal.nextAt())
                .text("renews", renewal == null ? null : certificateText(renewal.renews()))
                .text("renewed_by", renewal == null ? null : certificateText(renewal.renewedBy()));
        CertificateRecord.Failure failure = renewal == null ? null : renewal.failure();
        if (renewal == null || failure == null) {
            json.text("renewal_error", null);
        } else {
            json.object(
                    "renewal_error",
                    inner -> inner.text("code", failure.code())
                            .text("message", failure.message())
                            .number("attempts", failure.attempts())
                            .time("next_attempt_at", renewal.nextAt()));
        }
    }

    private static @Nullable String certificateText(@Nullable UUID id) {
        return id == null ? null : CertificateRecord.idText(id);
    }

    private static @Nullable String idText(@Nullable UUID authority) {
        return authority == null ? null : CertificateAuthority.idText(authority);
    }
}
