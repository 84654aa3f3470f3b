package ai.scailabs.vault.api.pki;

import ai.scailabs.vault.api.answer.Answer;
import ai.scailabs.vault.api.answer.JsonWriter;
import ai.scailabs.vault.api.request.Call;
import ai.scailabs.vault.api.request.Endpoint;
import ai.scailabs.vault.api.request.JsonBody;
import ai.scailabs.vault.api.request.PathCategory;
import ai.scailabs.vault.api.request.SecretText;
import ai.scailabs.vault.audit.trail.AuditAction;
import ai.scailabs.vault.pki.crl.ListsFromElsewhere;
import ai.scailabs.vault.pki.crl.StoredCrl;
import ai.scailabs.vault.pki.issuer.AuthorityStatus;
import ai.scailabs.vault.pki.offline.KeyBackup;
import ai.scailabs.vault.pki.offline.OfflineAuthorities;
import jakarta.servlet.http.HttpServletRequest;
import java.util.HexFormat;
import java.util.List;
import org.springframework.stereotype.Controller;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.PutMapping;

/** Authorities whose keys leave, and the lists that come back. */
@Controller
public class OfflineController {
    private final OfflineAuthorities offline;
    private final ListsFromElsewhere lists;
    private final JsonBody bodies;

    public OfflineController(OfflineAuthorities offline, ListsFromElsewhere lists, JsonBody bodies) {
        this.offline = offline;
        this.lists = lists;
        this.bodies = bodies;
    }

    @PostMapping("/v1/pki/ca/{id}/offline")
    @Endpoint(scope = "pki:admin", action = AuditAction.PKI_CA_OFFLINE, category = PathCategory.PKI_ADMIN)
    public Answer leave(Call call, @PathVariable String id, HttpServletRequest request) {
        var known = AuthorityController.about(call, id);
        AuthorityRequests.Leaving body = bodies.read(request, AuthorityRequests.Leaving.class);
        try (SecretText password = body.password()) {
            KeyBackup backup =
                    offline.leave(call.located(), known, password == null ? null : password.utf8(), call.entry());
            return Answer.ok(
                    call.changed(),
                    json -> json.text("ca_id", id)
                            .text("status", backup.authority().status().wireName())
                            .text("encrypted_private_keys", backup.pem())
                            .number("keys", backup.keys())
                            .text("backup_sha256", HexFormat.of().formatHex(backup.sha256())));
        }
    }

    @PostMapping("/v1/pki/ca/{id}/offline/confirm")
    @Endpoint(scope = "pki:admin", action = AuditAction.PKI_CA_KEY_DESTROY, category = PathCategory.PKI_ADMIN)
    public Answer confirm(Call call, @PathVariable String id, HttpServletRequest request) {
        var known = AuthorityController.about(call, id);
        AuthorityRequests.Confirmation body = bodies.read(request, AuthorityRequests.Confirmation.class);
        List<StoredCrl> made =
                offline.confirm(call.located(), known, body.backupSha256(), body.crlValidityDays(), call.entry());
        return Answer.ok(
                call.changed(),
                json -> json.text("ca_id", id)
                        .text("status", AuthorityStatus.OFFLINE.wireName())
                        .objects("crls", made, OfflineController::write));
    }

    @PutMapping("/v1/pki/ca/{id}/crl")
    @Endpoint(scope = "pki:admin", action = AuditAction.PKI_CRL_IMPORT, category = PathCategory.PKI_ADMIN)
    public Answer bring(Call call, @PathVariable String id, HttpServletRequest request) {
        var known = AuthorityController.about(call, id);
        AuthorityRequests.CrlFromElsewhere body = bodies.read(request, AuthorityRequests.CrlFromElsewhere.class);
        StoredCrl stored = lists.bring(call.located(), known, body.crlPem(), call.entry());
        return Answer.ok(call.changed(), json -> write(json.text("ca_id", id), stored));
    }

    private static void write(JsonWriter json, StoredCrl list) {
        json.number("key_generation", list.generation())
                .number("crl_number", list.number())
                .time("this_update", list.thisUpdate())
                .time("next_update", list.nextUpdate())
                .number("entries", list.entries())
                .number("size_bytes", list.sizeBytes());
    }
}
