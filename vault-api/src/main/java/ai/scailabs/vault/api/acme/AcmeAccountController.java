package ai.scailabs.vault.api.acme;

import ai.scailabs.vault.api.answer.Answer;
import ai.scailabs.vault.api.answer.JsonWriter;
import ai.scailabs.vault.api.request.Call;
import ai.scailabs.vault.api.request.Cursors;
import ai.scailabs.vault.api.request.Endpoint;
import ai.scailabs.vault.api.request.Idempotent;
import ai.scailabs.vault.api.request.JsonBody;
import ai.scailabs.vault.api.request.PathCategory;
import ai.scailabs.vault.api.request.QueryParameters;
import ai.scailabs.vault.api.request.SecretText;
import ai.scailabs.vault.audit.trail.AuditAction;
import ai.scailabs.vault.audit.trail.AuditEntry;
import ai.scailabs.vault.kernel.error.ErrorCode;
import ai.scailabs.vault.kernel.error.VaultException;
import ai.scailabs.vault.pki.acme.AccountPage;
import ai.scailabs.vault.pki.acme.AccountService;
import ai.scailabs.vault.pki.acme.AcmeAccount;
import jakarta.servlet.http.HttpServletRequest;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Controller;
import org.springframework.web.bind.annotation.DeleteMapping;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PatchMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;

/** Accounts at directories. */
@Controller
public class AcmeAccountController {
    private static final String SCOPE = "pki:admin";

    private final AccountService accounts;
    private final JsonBody bodies;
    private final Cursors cursors;

    public AcmeAccountController(AccountService accounts, JsonBody bodies, Cursors cursors) {
        this.accounts = accounts;
        this.bodies = bodies;
        this.cursors = cursors;
    }

    @PostMapping("/v1/pki/acme/accounts")
    @Idempotent
    @Endpoint(scope = SCOPE, action = AuditAction.PKI_ACME_ACCOUNT_CREATE, category = PathCategory.PKI_ADMIN)
    public Answer create(Call call, HttpServletRequest request) {
        AcmeRequests.Account body = bodies.read(request, AcmeRequests.Account.class);
        try (SecretText _ = body.eabHmacKey()) {
            AcmeAccount created = accounts.create(call.located(), body.wanted(), call.entry());
            call.about(created.text());
            return Answer.json(201, call.changed(), json -> write(json, created));
        }
    }

    @GetMapping("/v1/pki/acme/accounts")
    @Endpoint(scope = SCOPE, action = AuditAction.PKI_ACME_ACCOUNT_LIST, category = PathCategory.PKI_ADMIN)
    public Answer list(Call call, HttpServletRequest request) {
        QueryParameters parameters = QueryParameters.of(request, "limit", "cursor");
        String list = "acme-accounts?" + parameters.filters();
        UUID after = position(cursors.decode(call, list, parameters.text("cursor")));
        AccountPage page = accounts.list(call.located(), call.tenant(), parameters.limit(), after);
        String cursor = page.hasMore()
                ? cursors.encode(call, list, page.accounts().getLast().text())
                : null;
        return Answer.ok(
                call.recorded(),
                json -> json.objects("accounts", page.accounts(), AcmeAccountController::write)
                        .text("cursor", cursor)
                        .flag("has_more", page.hasMore()));
    }

    private static @Nullable UUID position(@Nullable String id) {
        return id == null
                ? null
                : AcmeAccount.parseId(id)
                        .orElseThrow(() -> new VaultException(ErrorCode.INVALID_CURSOR, "The cursor names no account"));
    }

    @GetMapping("/v1/pki/acme/accounts/{id}")
    @Endpoint(scope = SCOPE, action = AuditAction.PKI_ACME_ACCOUNT_READ, category = PathCategory.PKI_ADMIN)
    public Answer get(Call call, @PathVariable String id) {
        AcmeAccount account = accounts.get(call.located(), call.tenant(), about(call, id));
        return Answer.ok(call.recorded(), json -> write(json, account));
    }

    @PatchMapping("/v1/pki/acme/accounts/{id}")
    @Endpoint(scope = SCOPE, action = AuditAction.PKI_ACME_ACCOUNT_UPDATE, category = PathCategory.PKI_ADMIN)
    public Answer update(Call call, @PathVariable String id, HttpServletRequest request) {
        UUID known = about(call, id);
        AcmeRequests.Contact body = bodies.readPatch(request, AcmeRequests.Contact.class);
        AcmeAccount changed = accounts.changeEmail(call.located(), known, body.address(), call.entry());
        return Answer.ok(call.changed(), json -> write(json, changed));
    }

    @PostMapping("/v1/pki/acme/accounts/{id}/rotate-key")
    @Endpoint(scope = SCOPE, action = AuditAction.PKI_ACME_ACCOUNT_ROTATE_KEY, category = PathCategory.PKI_ADMIN)
    public Answer rotateKey(Call call, @PathVariable String id, HttpServletRequest request) {
        UUID known = about(call, id);
        AcmeRequests.Key body = bodies.read(request, AcmeRequests.Key.class);
        AcmeAccount changed = accounts.rotateKey(call.located(), known, body.wanted(), call.entry());
        return Answer.ok(call.changed(), json -> write(json, changed));
    }

    @DeleteMapping("/v1/pki/acme/accounts/{id}")
    @Endpoint(scope = SCOPE, action = AuditAction.PKI_ACME_ACCOUNT_DEACTIVATE, category = PathCategory.PKI_ADMIN)
    public Answer deactivate(Call call, @PathVariable String id, HttpServletRequest request) {
        UUID known = about(call, id);
        boolean force = QueryParameters.of(request, "force").isTrue("force");
        AuditEntry entry = call.entry();
        accounts.deactivate(call.located(), known, force, entry);
        return Answer.noContent(call.changed());
    }

    /** What is no id of ours is not looked up, and not recorded. */
    private static UUID about(Call call, String id) {
        UUID known = AcmeAccount.parseId(id)
                .orElseThrow(
                        () -> new VaultException(ErrorCode.ACME_ACCOUNT_NOT_FOUND, "There is no such ACME account"));
        call.about(id);
        return known;
    }

    private static void write(JsonWriter json, AcmeAccount account) {
        json.text("id", account.text())
                .text("name", account.name())
                .text("provider", account.provider().wireName())
                .text("environment", account.environment().wireName())
                .text("directory_url", account.directoryUrl().toString())
                .text("email", account.email())
                .text("status", account.active() ? "valid" : "deactivated")
                .text("account_url", account.location().toString())
                .text("terms_of_service_url", account.termsUrl())
                .text("eab_kid", account.eabKid())
                .text("key_type", account.key().keyType())
                .number("key_size", account.key().keySize())
                .time("created_at", account.createdAt())
                .text("created_by", account.createdBy())
                .time("updated_at", account.updatedAt());
    }
}
