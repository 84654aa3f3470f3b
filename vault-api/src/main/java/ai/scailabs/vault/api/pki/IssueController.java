package ai.scailabs.vault.api.pki;

import ai.scailabs.vault.api.answer.Answer;
import ai.scailabs.vault.api.answer.JsonWriter;
import ai.scailabs.vault.api.request.Call;
import ai.scailabs.vault.api.request.Endpoint;
import ai.scailabs.vault.api.request.Idempotent;
import ai.scailabs.vault.api.request.JsonBody;
import ai.scailabs.vault.api.request.PathCategory;
import ai.scailabs.vault.api.request.SecretText;
import ai.scailabs.vault.audit.trail.AuditAction;
import ai.scailabs.vault.kernel.sensitive.SensitiveBytes;
import ai.scailabs.vault.pki.issuance.CertificateWish;
import ai.scailabs.vault.pki.issuance.IssuanceService;
import ai.scailabs.vault.pki.issuance.KeyPackaging;
import ai.scailabs.vault.pki.issuance.MadeCertificate;
import ai.scailabs.vault.pki.issuance.TriedCertificate;
import ai.scailabs.vault.pki.profile.Violation;
import ai.scailabs.vault.pki.x509.KeystoreFormat;
import ai.scailabs.vault.pki.x509.Pem;
import jakarta.servlet.http.HttpServletRequest;
import java.util.Map;
import org.springframework.stereotype.Controller;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;

/** Certificates by roles. */
@Controller
public class IssueController {
    private final IssuanceService issuance;
    private final JsonBody bodies;

    public IssueController(IssuanceService issuance, JsonBody bodies) {
        this.issuance = issuance;
        this.bodies = bodies;
    }

    @PostMapping("/v1/pki/issue/{role}")
    @Idempotent(secretBehind = "pki/roles/{role}", roleSuffices = true)
    @Endpoint(scope = "pki:issue", action = AuditAction.PKI_ISSUE, category = PathCategory.PKI_ISSUE)
    public Answer issue(Call call, @PathVariable String role, HttpServletRequest request) {
        PkiRoleController.about(call, role);
        IssueRequests.Issue body = bodies.read(request, IssueRequests.Issue.class);
        CertificateWish wish = body.wish();
        try (SecretText _ = body.password();
                KeyPackaging packaging = body.packaging();
                MadeCertificate made =
                        issuance.issue(call.located(), role, wish, body.autoRenew(), packaging, call.entry())) {
            return Answer.json(201, call.changed(), json -> write(json, made));
        }
    }

    @PostMapping("/v1/pki/sign/{role}")
    @Idempotent
    @Endpoint(scope = "pki:issue", action = AuditAction.PKI_SIGN, category = PathCategory.PKI_ISSUE)
    public Answer sign(Call call, @PathVariable String role, HttpServletRequest request) {
        PkiRoleController.about(call, role);
        IssueRequests.Sign body = bodies.read(request, IssueRequests.Sign.class);
        try (MadeCertificate made = issuance.sign(call.located(), role, body.request(), body.wish(), call.entry())) {
            return Answer.json(201, call.changed(), json -> write(json, made));
        }
    }

    @PostMapping("/v1/pki/roles/{name}/check")
    @Endpoint(scope = "pki:admin", action = AuditAction.PKI_ROLE_CHECK, category = PathCategory.PKI_ADMIN)
    public Answer check(Call call, @PathVariable String name, HttpServletRequest request) {
        PkiRoleController.about(call, name);
        IssueRequests.Check body = bodies.read(request, IssueRequests.Check.class);
        TriedCertificate tried = issuance.check(call.located(), call.tenant(), name, body.wish());
        return Answer.ok(
                call.recorded(Map.of("allowed", tried.isAllowed())),
                json -> json.flag("allowed", tried.isAllowed())
                        .objects("violations", tried.violations(), IssueController::write));
    }

    /** How a certificate is shown that was made just now. */
    static void write(JsonWriter json, MadeCertificate made) {
        json.text("id", made.idText())
                .text("role", made.role())
                .text("ca_id", made.authorityText())
                .text("serial_number", made.serial().toString())
                .text("certificate", Pem.write(Pem.CERTIFICATE, made.der()));
        SensitiveBytes privateKey = made.privateKey();
        if (privateKey != null) {
            KeystoreFormat keystore = made.keystore();
            json.secretText(keystore == null ? "private_key" : "keystore", privateKey);
            if (keystore != null) {
                json.text("keystore_format", keystore.wireName());
            }
            json.text("private_key_type", made.keyType());
        }
        json.texts(
                        "ca_chain",
                        made.chain().stream()
                                .map(der -> Pem.write(Pem.CERTIFICATE, der))
                                .toList())
                .time("not_before", made.validity().notBefore())
                .time("not_after", made.validity().notAfter());
    }

    private static void write(JsonWriter json, Violation violation) {
        json.text("rule", violation.rule())
                .text("value", violation.value())
                .text("code", violation.code().code())
                .text("message", violation.message());
    }
}
