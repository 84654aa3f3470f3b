package ai.scailabs.vault.api.pki;

import ai.scailabs.vault.api.answer.Answer;
import ai.scailabs.vault.api.request.Call;
import ai.scailabs.vault.api.request.Endpoint;
import ai.scailabs.vault.api.request.PathCategory;
import ai.scailabs.vault.audit.trail.AuditAction;
import ai.scailabs.vault.pki.inventory.CertificateInventory;
import ai.scailabs.vault.pki.inventory.CertificateRecord;
import ai.scailabs.vault.pki.issuance.KeptKey;
import ai.scailabs.vault.pki.issuance.KeptKeys;
import jakarta.servlet.http.HttpServletRequest;
import java.util.UUID;
import org.springframework.stereotype.Controller;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;

/** Private keys of certificates whose role keeps them. */
@Controller
public class KeptKeyController {
    private final KeptKeys keys;
    private final CertificateInventory certificates;

    public KeptKeyController(KeptKeys keys, CertificateInventory certificates) {
        this.keys = keys;
        this.certificates = certificates;
    }

    @GetMapping("/v1/pki/certificates/{id}/private-key")
    @Endpoint(scope = "pki:admin", action = AuditAction.PKI_KEY_READ, category = PathCategory.PKI_ADMIN)
    public Answer get(Call call, @PathVariable String id, HttpServletRequest request) {
        if (CertificateRecord.parseId(id).isEmpty()) {
            throw KeptKeys.notFound();
        }
        UUID certificate = CertificateController.wanted(call, certificates, id, request);
        try (KeptKey key = keys.open(call.located(), call.tenant(), certificate)) {
            return Answer.ok(
                    call.recorded(),
                    json -> json.text("certificate_id", CertificateRecord.idText(certificate))
                            .secretText("private_key", key.pem())
                            .text("private_key_type", key.keyType()));
        }
    }
}
