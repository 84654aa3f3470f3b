package ai.scailabs.vault.api.pki;

import ai.scailabs.vault.api.answer.Answer;
import ai.scailabs.vault.api.answer.JsonWriter;
import ai.scailabs.vault.api.request.Call;
import ai.scailabs.vault.api.request.Endpoint;
import ai.scailabs.vault.api.request.JsonBody;
import ai.scailabs.vault.api.request.PathCategory;
import ai.scailabs.vault.audit.trail.AuditAction;
import ai.scailabs.vault.pki.request.ApprovalSettings;
import ai.scailabs.vault.pki.request.SettingsService;
import jakarta.servlet.http.HttpServletRequest;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Controller;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PutMapping;

/** What a tenant has decided of its PKI as a whole. */
@Controller
public class PkiSettingsController {
    private final SettingsService settings;
    private final JsonBody bodies;

    public PkiSettingsController(SettingsService settings, JsonBody bodies) {
        this.settings = settings;
        this.bodies = bodies;
    }

    @GetMapping("/v1/pki/settings")
    @Endpoint(scope = "pki:admin", action = AuditAction.PKI_SETTINGS_READ, category = PathCategory.PKI_ADMIN)
    public Answer get(Call call) {
        ApprovalSettings found = settings.get(call.located(), call.tenant());
        return Answer.ok(call.recorded(), json -> write(json, found));
    }

    /** What is not named stays as it is. */
    @PutMapping("/v1/pki/settings")
    @Endpoint(scope = "pki:admin", action = AuditAction.PKI_SETTINGS_UPDATE, category = PathCategory.PKI_ADMIN)
    public Answer change(Call call, HttpServletRequest request) {
        Change body = bodies.read(request, Change.class);
        ApprovalSettings changed = settings.change(call.located(), body::applied, call.entry());
        return Answer.ok(call.changed(), json -> write(json, changed));
    }

    private static void write(JsonWriter json, ApprovalSettings settings) {
        json.flag("require_second_approver", settings.requireSecondApprover());
    }

    record Change(@Nullable Boolean requireSecondApprover) {
        ApprovalSettings applied(ApprovalSettings before) {
            return new ApprovalSettings(
                    requireSecondApprover == null ? before.requireSecondApprover() : requireSecondApprover);
        }
    }
}
