package ai.scailabs.vault.api.pki;

import ai.scailabs.vault.api.answer.Answer;
import ai.scailabs.vault.api.answer.JsonWriter;
import ai.scailabs.vault.api.request.Call;
import ai.scailabs.vault.api.request.Endpoint;
import ai.scailabs.vault.api.request.JsonBody;
import ai.scailabs.vault.api.request.PathCategory;
import ai.scailabs.vault.audit.trail.AuditAction;
import ai.scailabs.vault.pki.anchor.ValidationService;
import ai.scailabs.vault.pki.anchor.ValidationVerdict;
import ai.scailabs.vault.pki.validation.PathError;
import jakarta.servlet.http.HttpServletRequest;
import java.util.Map;
import org.springframework.stereotype.Controller;
import org.springframework.web.bind.annotation.PostMapping;

/** Whether a certificate is to be relied on. */
@Controller
public class ValidationController {
    private final ValidationService validations;
    private final JsonBody bodies;

    public ValidationController(ValidationService validations, JsonBody bodies) {
        this.validations = validations;
        this.bodies = bodies;
    }

    @PostMapping("/v1/pki/certificates/validate")
    @Endpoint(scope = "pki:issue", action = AuditAction.PKI_VALIDATE, category = PathCategory.PKI_ISSUE)
    public Answer validate(Call call, HttpServletRequest request) {
        ValidationRequests.Validation body = bodies.read(request, ValidationRequests.Validation.class);
        ValidationVerdict verdict = validations.validate(call.located(), call.tenant(), body.request());
        return Answer.ok(
                call.recorded(Map.of("valid", verdict.valid())),
                json -> json.flag("valid", verdict.valid())
                        .text("trust_anchor", verdict.trustAnchor())
                        .objects("chain", verdict.chain(), PathCertificateJson::write)
                        .objects("errors", verdict.errors(), ValidationController::write));
    }

    private static void write(JsonWriter json, PathError error) {
        json.text("code", error.problem().code())
                .text("message", error.message())
                .number("certificate_index", error.index());
    }
}
