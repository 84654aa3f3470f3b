package ai.scailabs.vault.api.auth;

import ai.scailabs.vault.access.issuer.IssuerNames;
import ai.scailabs.vault.access.token.LocalIssuers;
import ai.scailabs.vault.api.answer.Answer;
import ai.scailabs.vault.api.request.PathCategory;
import ai.scailabs.vault.api.request.PublicEndpoint;
import ai.scailabs.vault.kernel.error.ErrorCode;
import ai.scailabs.vault.kernel.error.VaultException;
import ai.scailabs.vault.kernel.id.TenantId;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.springframework.stereotype.Controller;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;

/** What the issuers of tenants publish: where their keys are, and the keys. Of a tenant that does not exist the same as of one that has no keys. */
@Controller
public class IssuerController {
    private final LocalIssuers issuers;

    public IssuerController(LocalIssuers issuers) {
        this.issuers = issuers;
    }

    @GetMapping("/v1/auth/issuers/{tenantId}/.well-known/openid-configuration")
    @PublicEndpoint(category = PathCategory.TOKEN_EXCHANGE)
    public Answer configuration(@PathVariable String tenantId) {
        TenantId tenant = tenant(tenantId);
        IssuerNames names = issuers.names();
        return Answer.open(
                200,
                json -> json.text("issuer", names.of(tenant))
                        .text("jwks_uri", names.keysOf(tenant))
                        .text("token_endpoint", names.tokenEndpoint())
                        .texts("grant_types_supported", List.of("urn:ietf:params:oauth:grant-type:token-exchange"))
                        .texts("response_types_supported", List.of())
                        .texts("subject_types_supported", List.of("public"))
                        .texts("id_token_signing_alg_values_supported", List.of("ES256")));
    }

    @GetMapping("/v1/auth/issuers/{tenantId}/jwks")
    @PublicEndpoint(category = PathCategory.TOKEN_EXCHANGE)
    public Answer keys(@PathVariable String tenantId) {
        return Answer.open(
                "application/json", issuers.published(tenant(tenantId)).getBytes(StandardCharsets.UTF_8));
    }

    private static TenantId tenant(String text) {
        return TenantId.parse(text)
                .orElseThrow(() -> new VaultException(ErrorCode.NOT_FOUND, "There is no such issuer"));
    }
}
