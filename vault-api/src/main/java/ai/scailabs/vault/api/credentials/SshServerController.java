package ai.scailabs.vault.api.credentials;

import ai.scailabs.vault.api.answer.Answer;
import ai.scailabs.vault.api.request.Call;
import ai.scailabs.vault.api.request.Endpoint;
import ai.scailabs.vault.api.request.JsonBody;
import ai.scailabs.vault.api.request.PathCategory;
import ai.scailabs.vault.api.request.PublicEndpoint;
import ai.scailabs.vault.audit.trail.AuditAction;
import ai.scailabs.vault.credentials.dynamic.Engine;
import ai.scailabs.vault.credentials.dynamic.ssh.OneTimeLogin;
import ai.scailabs.vault.credentials.dynamic.ssh.OneTimePassword;
import ai.scailabs.vault.credentials.lease.Lease;
import ai.scailabs.vault.credentials.lease.SshServers;
import ai.scailabs.vault.kernel.error.ErrorCode;
import ai.scailabs.vault.kernel.error.VaultException;
import jakarta.servlet.http.HttpServletRequest;
import java.nio.charset.StandardCharsets;
import java.util.UUID;
import org.springframework.stereotype.Controller;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;

/** What SSH servers fetch, without a token, and what they ask, with one. */
@Controller
public class SshServerController {
    private static final String SSH = "/v1/dynamic/ssh/{id}";
    /** So long a certificate is believed after it was withdrawn, at the most that a server is told. */
    private static final String FRESH = "public, max-age=10";

    private final SshServers servers;
    private final JsonBody bodies;

    public SshServerController(SshServers servers, JsonBody bodies) {
        this.servers = servers;
        this.bodies = bodies;
    }

    @GetMapping(SSH + "/public-key")
    @PublicEndpoint(category = PathCategory.PKI_PUBLISHED)
    public Answer publicKey(@PathVariable String id) {
        String line = servers.publicKey(known(id)) + "\n";
        return Answer.open("text/plain;charset=utf-8", line.getBytes(StandardCharsets.US_ASCII))
                .header("Cache-Control", "public, max-age=300");
    }

    @GetMapping(SSH + "/krl")
    @PublicEndpoint(category = PathCategory.PKI_PUBLISHED)
    public Answer revoked(@PathVariable String id) {
        return Answer.open("application/octet-stream", servers.revoked(known(id)))
                .header("Cache-Control", FRESH);
    }

    @PostMapping(EngineController.ENGINES + "/{engine}/verify")
    @Endpoint(scope = "dynamic:generate", action = AuditAction.DYNAMIC_OTP_VERIFY, category = PathCategory.LEASES)
    public Answer verify(Call call, @PathVariable String engine, HttpServletRequest request) {
        EngineController.about(call, engine);
        DynamicRequests.Verify body = bodies.read(request, DynamicRequests.Verify.class);
        try (var password = body.otp()) {
            if (password == null) {
                throw VaultException.invalidField("otp", "is required");
            }
            Lease used = servers.use(
                    call.located(),
                    engine,
                    OneTimePassword.accountOf(password.utf8().expose()),
                    call.entry());
            OneTimeLogin login = OneTimeLogin.of(used.recipe());
            return Answer.ok(
                    call.changed(),
                    json -> json.text("lease_id", used.text())
                            .text("role", used.role())
                            .text("identity", used.holder().value())
                            .text("username", login.user())
                            .text("ip", login.ip()));
        }
    }

    private static UUID known(String id) {
        return Engine.parseId(id)
                .orElseThrow(() -> new VaultException(ErrorCode.ENGINE_NOT_FOUND, "There is no such engine"));
    }
}
