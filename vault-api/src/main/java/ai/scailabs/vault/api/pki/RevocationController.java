package ai.scailabs.vault.api.pki;

import ai.scailabs.vault.api.answer.Answer;
import ai.scailabs.vault.api.answer.JsonWriter;
import ai.scailabs.vault.api.request.Call;
import ai.scailabs.vault.api.request.Endpoint;
import ai.scailabs.vault.api.request.JsonBody;
import ai.scailabs.vault.api.request.PathCategory;
import ai.scailabs.vault.audit.trail.AuditAction;
import ai.scailabs.vault.kernel.error.ErrorCode;
import ai.scailabs.vault.kernel.error.VaultException;
import ai.scailabs.vault.kernel.id.Ids;
import ai.scailabs.vault.pki.issuer.CertificateAuthority;
import ai.scailabs.vault.pki.issuer.PublicUrls;
import ai.scailabs.vault.pki.revocation.CertificateStatus;
import ai.scailabs.vault.pki.revocation.RevocationOrder;
import ai.scailabs.vault.pki.revocation.RevocationService;
import ai.scailabs.vault.pki.revocation.RevokedAuthority;
import ai.scailabs.vault.pki.revocation.RevokedNumber;
import jakarta.servlet.http.HttpServletRequest;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Controller;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;

/** Certificates and authorities that do not count any more. */
@Controller
public class RevocationController {
    private final RevocationService revocations;
    private final PublicUrls urls;
    private final JsonBody bodies;

    public RevocationController(RevocationService revocations, PublicUrls urls, JsonBody bodies) {
        this.revocations = revocations;
        this.urls = urls;
        this.bodies = bodies;
    }

    @PostMapping("/v1/pki/revoke")
    @Endpoint(scope = "pki:admin", action = AuditAction.PKI_REVOKE, category = PathCategory.PKI_ADMIN)
    public Answer revoke(Call call, HttpServletRequest request) {
        Revocation body = bodies.read(request, Revocation.class);
        RevokedNumber revoked = revocations.revoke(call.located(), body.order(), call.entry());
        return Answer.ok(call.changed(), json -> write(json, revoked));
    }

    @PostMapping("/v1/pki/release")
    @Endpoint(scope = "pki:admin", action = AuditAction.PKI_RELEASE, category = PathCategory.PKI_ADMIN)
    public Answer release(Call call, HttpServletRequest request) {
        Release body = bodies.read(request, Release.class);
        RevokedNumber released = revocations.release(call.located(), body.order(), call.entry());
        return Answer.ok(call.changed(), json -> write(json, released));
    }

    @PostMapping("/v1/pki/ca/{id}/revoke")
    @Endpoint(scope = "pki:admin", action = AuditAction.PKI_CA_REVOKE, category = PathCategory.PKI_ADMIN)
    public Answer revokeAuthority(Call call, @PathVariable String id, HttpServletRequest request) {
        UUID authority = CertificateAuthority.parseId(id)
                .orElseThrow(
                        () -> new VaultException(ErrorCode.CA_NOT_FOUND, "There is no such certificate authority"));
        call.about(id);
        AuthorityRevocation body = bodies.read(request, AuthorityRevocation.class);
        RevokedAuthority revoked = revocations.revokeAuthority(call.located(), authority, body.order(), call.entry());
        return Answer.ok(call.changed(), json -> {
            AuthorityJson.write(json, revoked.authority(), urls.of(revoked.authority()));
            json.number("cas_revoked", revoked.count());
        });
    }

    private static void write(JsonWriter json, RevokedNumber number) {
        json.text("serial_number", number.serial().toString())
                .text("ca_id", number.authorityText())
                .text(
                        "certificate_id",
                        number.certificateId() == null ? null : Ids.text("cert_", number.certificateId()));
        write(json, number.status());
        json.flag("changed", number.changed());
    }

    /** The members of whatever stands for a certificate. */
    static void write(JsonWriter json, CertificateStatus status) {
        CertificateStatus.@Nullable Revoked revoked = status instanceof CertificateStatus.Revoked found ? found : null;
        json.flag("revoked", revoked != null)
                .text(
                        "revocation_reason",
                        revoked == null ? null : revoked.reason().wireName())
                .time("revoked_at", revoked == null ? null : revoked.at())
                .time("invalidity_date", revoked == null ? null : revoked.invalidityDate());
    }

    record Revocation(
            @Nullable String serialNumber,
            @Nullable String caId,
            @Nullable String certificatePem,
            @Nullable String reason,
            @Nullable String invalidityDate) {
        RevocationOrder order() {
            return new RevocationOrder(serialNumber, caId, certificatePem, reason, invalidityDate);
        }
    }

    record Release(
            @Nullable String serialNumber,
            @Nullable String caId,
            @Nullable String certificatePem) {
        RevocationOrder order() {
            return new RevocationOrder(serialNumber, caId, certificatePem, null, null);
        }
    }

    record AuthorityRevocation(@Nullable String reason) {
        RevocationOrder order() {
            return new RevocationOrder(null, null, null, reason, null);
        }
    }
}
