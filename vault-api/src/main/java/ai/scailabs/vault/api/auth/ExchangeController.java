package ai.scailabs.vault.api.auth;

import ai.scailabs.vault.access.exchange.ExchangeRequest;
import ai.scailabs.vault.access.exchange.Exchanged;
import ai.scailabs.vault.access.exchange.TokenExchange;
import ai.scailabs.vault.access.issuer.MintedToken;
import ai.scailabs.vault.api.answer.Answer;
import ai.scailabs.vault.api.request.Call;
import ai.scailabs.vault.api.request.Endpoint;
import ai.scailabs.vault.api.request.FormBody;
import ai.scailabs.vault.api.request.JsonBody;
import ai.scailabs.vault.api.request.PathCategory;
import ai.scailabs.vault.audit.trail.AuditAction;
import jakarta.servlet.http.HttpServletRequest;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import org.springframework.stereotype.Controller;
import org.springframework.web.bind.annotation.PostMapping;

/** Trades the proof of a workload for a token (RFC 8693). */
@Controller
public class ExchangeController {
    private static final Set<String> FIELDS = Set.of(
            "grant_type", "subject_token", "subject_token_type", "role", "audience", "scope", "requested_token_type");

    private final TokenExchange exchange;
    private final JsonBody bodies;

    public ExchangeController(TokenExchange exchange, JsonBody bodies) {
        this.exchange = exchange;
        this.bodies = bodies;
    }

    @PostMapping("/v1/auth/exchange")
    @Endpoint(bearer = false, action = AuditAction.TOKEN_EXCHANGE, category = PathCategory.TOKEN_EXCHANGE)
    public Answer exchange(Call call, HttpServletRequest request) {
        ExchangeRequest body = FormBody.isOne(request)
                ? ofForm(FormBody.read(request, FIELDS))
                : bodies.read(request, TrustRequests.Exchange.class).request();
        Exchanged exchanged = exchange.exchange(body, call::concerns);
        call.identifiedAs(exchanged.actor());
        MintedToken token = exchanged.token();
        return Answer.ok(
                call.recorded(Map.of(
                        "jti", token.tokenId(), "expires_at", token.expiresAt().toString())),
                json -> json.text("access_token", token.token())
                        .text("issued_token_type", TokenExchange.ACCESS_TOKEN_TYPE)
                        .text("token_type", "Bearer")
                        .number(
                                "expires_in",
                                Duration.between(token.issuedAt(), token.expiresAt())
                                        .toSeconds())
                        .text(
                                "scope",
                                String.join(
                                        " ",
                                        exchanged.actor().scopes().stream()
                                                .sorted()
                                                .toList())));
    }

    private static ExchangeRequest ofForm(Map<String, String> fields) {
        return new ExchangeRequest(
                fields.get("grant_type"),
                fields.get("subject_token"),
                fields.get("subject_token_type"),
                fields.get("role"),
                fields.get("audience"),
                fields.get("scope"),
                fields.get("requested_token_type"));
    }
}
