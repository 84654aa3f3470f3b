package ai.scailabs.vault.api.pki;

import ai.scailabs.vault.api.answer.Answer;
import ai.scailabs.vault.api.request.Call;
import ai.scailabs.vault.api.request.Endpoint;
import ai.scailabs.vault.api.request.Idempotent;
import ai.scailabs.vault.api.request.JsonBody;
import ai.scailabs.vault.api.request.PathCategory;
import ai.scailabs.vault.api.request.SecretText;
import ai.scailabs.vault.audit.trail.AuditAction;
import ai.scailabs.vault.pki.issuer.AuthorityCertification;
import ai.scailabs.vault.pki.issuer.AuthorityImport;
import ai.scailabs.vault.pki.issuer.AuthorityRotation;
import ai.scailabs.vault.pki.issuer.CertificateAuthority;
import ai.scailabs.vault.pki.issuer.CrossCertificate;
import ai.scailabs.vault.pki.issuer.CrossSigning;
import ai.scailabs.vault.pki.issuer.PublicUrls;
import ai.scailabs.vault.pki.x509.Pem;
import jakarta.servlet.http.HttpServletRequest;
import java.nio.charset.StandardCharsets;
import org.springframework.stereotype.Controller;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;

/** Certificates and keys of authorities after the first: made elsewhere, brought along, new ones under the same name. */
@Controller
public class CertificationController {
    private static final String PEM = "application/x-pem-file";
    private static final String DER = "application/pkcs10";
    private static final String JSON = "application/json";

    private final AuthorityCertification certification;
    private final AuthorityRotation rotation;
    private final AuthorityImport imports;
    private final CrossSigning crossSigning;
    private final PublicUrls urls;
    private final JsonBody bodies;

    public CertificationController(
            AuthorityCertification certification,
            AuthorityRotation rotation,
            AuthorityImport imports,
            CrossSigning crossSigning,
            PublicUrls urls,
            JsonBody bodies) {
        this.certification = certification;
        this.rotation = rotation;
        this.imports = imports;
        this.crossSigning = crossSigning;
        this.urls = urls;
        this.bodies = bodies;
    }

    @GetMapping("/v1/pki/ca/{id}/csr")
    @Endpoint(scope = "pki:admin", action = AuditAction.PKI_CA_READ, category = PathCategory.PKI_ADMIN)
    public Answer request(Call call, @PathVariable String id, HttpServletRequest request) {
        byte[] der = certification.request(call.located(), call.tenant(), AuthorityController.about(call, id));
        String pem = Pem.write(Pem.CERTIFICATE_REQUEST, der);
        String form = CertificateForm.wanted(
                request, type -> type.equals(PEM) || type.equals(DER) || type.equals(JSON) ? type : null, JSON);
        Answer answer = switch (form) {
            case PEM -> Answer.text(call.recorded(), PEM, pem.getBytes(StandardCharsets.US_ASCII));
            case DER -> Answer.text(call.recorded(), DER, der);
            default -> Answer.ok(call.recorded(), json -> json.text("ca_id", id).text("csr_pem", pem));
        };
        return answer.header("Vary", "Accept");
    }

    @PostMapping("/v1/pki/ca/{id}/certificate")
    @Endpoint(scope = "pki:admin", action = AuditAction.PKI_CA_CERTIFY, category = PathCategory.PKI_ADMIN)
    public Answer certify(Call call, @PathVariable String id, HttpServletRequest request) {
        var known = AuthorityController.about(call, id);
        AuthorityRequests.Certificate body = bodies.read(request, AuthorityRequests.Certificate.class);
        CertificateAuthority certified =
                certification.certify(call.located(), known, body.certificatePem(), body.chain(), call.entry());
        return Answer.ok(call.changed(), json -> AuthorityJson.write(json, certified, urls.of(certified)));
    }

    @PostMapping("/v1/pki/ca/{id}/rotate")
    @Idempotent
    @Endpoint(scope = "pki:admin", action = AuditAction.PKI_CA_ROTATE, category = PathCategory.PKI_ADMIN)
    public Answer rotate(Call call, @PathVariable String id, HttpServletRequest request) {
        var known = AuthorityController.about(call, id);
        AuthorityRequests.Rotation body = bodies.read(request, AuthorityRequests.Rotation.class);
        CertificateAuthority rotated = rotation.rotate(
                call.located(), known, body.keyType(), body.keySize(), body.validityDays(), call.entry());
        return Answer.ok(call.changed(), json -> AuthorityJson.write(json, rotated, urls.of(rotated)));
    }

    @PostMapping("/v1/pki/ca/{id}/cross-sign")
    @Idempotent
    @Endpoint(scope = "pki:admin", action = AuditAction.PKI_CA_CROSS_SIGN, category = PathCategory.PKI_ADMIN)
    public Answer crossSign(Call call, @PathVariable String id, HttpServletRequest request) {
        var known = AuthorityController.about(call, id);
        AuthorityRequests.Cross body = bodies.read(request, AuthorityRequests.Cross.class);
        CrossCertificate made = crossSigning.sign(
                call.located(),
                known,
                body.subjectCaId(),
                body.certificatePem(),
                body.validityDays(),
                body.maxPathLength(),
                call.entry());
        return Answer.json(
                201,
                call.changed(),
                json -> json.text("id", made.text())
                        .text("ca_id", id)
                        .text(
                                "subject_ca_id",
                                made.subject() == null ? null : CertificateAuthority.idText(made.subject()))
                        .text("serial_number", made.serial().toString())
                        .text("certificate", Pem.write(Pem.CERTIFICATE, made.der()))
                        .texts(
                                "ca_chain",
                                made.chain().stream()
                                        .map(der -> Pem.write(Pem.CERTIFICATE, der))
                                        .toList())
                        .time("not_before", made.validity().notBefore())
                        .time("not_after", made.validity().notAfter()));
    }

    @PostMapping("/v1/pki/ca/import")
    @Idempotent
    @Endpoint(scope = "pki:admin", action = AuditAction.PKI_CA_IMPORT, category = PathCategory.PKI_ADMIN)
    public Answer bring(Call call, HttpServletRequest request) {
        AuthorityRequests.Import body = bodies.read(request, AuthorityRequests.Import.class);
        try (SecretText _ = body.privateKeyPem();
                SecretText _ = body.password()) {
            CertificateAuthority brought = imports.bring(call.located(), body.authority(), call.entry());
            call.about(brought.text());
            return Answer.json(201, call.changed(), json -> AuthorityJson.write(json, brought, urls.of(brought)));
        }
    }
}
