package ai.scailabs.vault.api.request;

import ai.scailabs.vault.access.identity.Actor;
import ai.scailabs.vault.access.token.TokenAuthenticator;
import ai.scailabs.vault.audit.trail.AuditEntries;
import ai.scailabs.vault.audit.trail.AuditTrail;
import ai.scailabs.vault.kernel.error.ErrorCode;
import ai.scailabs.vault.kernel.error.VaultException;
import ai.scailabs.vault.tenancy.tenant.TenantRegistry;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.util.Enumeration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import org.springframework.web.method.HandlerMethod;
import org.springframework.web.servlet.HandlerInterceptor;

/** Authenticates, binds the tenant, counts the call and checks the scope of every handler that is not declared public. What is not declared is refused. */
public final class CallInterceptor implements HandlerInterceptor {
    private static final String BEARER = "Bearer ";

    private final TokenAuthenticator authenticator;
    private final TenantRegistry tenants;
    private final RateGate rates;
    private final TenantSelection selection;
    private final AuditTrail trail;
    private final AuditEntries entries;
    private final RequestMetrics metrics;
    private final ConcurrentHashMap<HandlerMethod, Rule> rules = new ConcurrentHashMap<>();

    public CallInterceptor(
            TokenAuthenticator authenticator,
            TenantRegistry tenants,
            TenantSelection selection,
            RateGate rates,
            AuditTrail trail,
            AuditEntries entries,
            RequestMetrics metrics) {
        this.authenticator = authenticator;
        this.tenants = tenants;
        this.rates = rates;
        this.selection = selection;
        this.trail = trail;
        this.entries = entries;
        this.metrics = metrics;
    }

    @Override
    public boolean preHandle(HttpServletRequest request, HttpServletResponse response, Object handler) {
        if (!(handler instanceof HandlerMethod method)) {
            throw new VaultException(ErrorCode.METHOD_NOT_ALLOWED, "The method is not available here");
        }
        Rule rule = rules.computeIfAbsent(method, CallInterceptor::ruleOf);
        metrics.started(request, rule.category());
        Endpoint endpoint = rule.endpoint();
        RequestFacts facts = RequestFacts.of(request);
        if (endpoint == null) {
            requireNoTenant(facts);
            rates.admit(facts, rule.category(), response);
            return true;
        }
        Call call =
                new Call(trail, entries, facts, endpoint.action(), endpoint.bearer(), request.getQueryString() != null);
        if (!endpoint.bearer()) {
            requireNoTenant(facts);
            request.setAttribute(Call.ATTRIBUTE, call);
            rates.admitUnknown(call, rule.category(), response);
            return true;
        }
        request.setAttribute(Call.ATTRIBUTE, call);
        // Before the token is known not to be revoked: the attempt of one that is belongs into its tenant's log.
        Actor caller = authenticator.authenticate(bearerToken(request), known -> {
            tenants.require(known.tenant(), known.partner());
            call.identifiedAs(known);
        });
        // With the roles that count.
        call.identifiedAs(caller);
        rates.admit(call, rule.category(), response);
        call.actingAs(selection.acting(request, facts.askedTenant(), caller));
        if (!endpoint.scope().isEmpty()
                && !caller.hasScope(endpoint.scope())
                && (endpoint.orScope().isEmpty() || !caller.hasScope(endpoint.orScope()))) {
            throw new VaultException(
                    ErrorCode.INSUFFICIENT_SCOPE,
                    "The token lacks the scope " + endpoint.scope(),
                    Map.of("required_scope", endpoint.scope()));
        }
        return true;
    }

    /** Who has no token asks for no tenant. */
    private static void requireNoTenant(RequestFacts facts) {
        if (facts.askedTenant() != null) {
            throw new VaultException(ErrorCode.NOT_FOUND, "There is nothing here");
        }
    }

    /** The call of a request whose handler takes a token; absent before that is known. */
    public static @Nullable Call callOf(HttpServletRequest request) {
        return (Call) request.getAttribute(Call.ATTRIBUTE);
    }

    private static String bearerToken(HttpServletRequest request) {
        Enumeration<String> values = request.getHeaders("Authorization");
        String value = values.hasMoreElements() ? values.nextElement() : null;
        if (value == null || values.hasMoreElements() || !value.regionMatches(true, 0, BEARER, 0, BEARER.length())) {
            throw new VaultException(
                    ErrorCode.AUTHENTICATION_REQUIRED, "Send one header Authorization: Bearer <token>");
        }
        String token = value.substring(BEARER.length()).strip();
        if (token.isEmpty()) {
            throw new VaultException(ErrorCode.AUTHENTICATION_REQUIRED, "The Authorization header holds no token");
        }
        return token;
    }

    private static Rule ruleOf(HandlerMethod method) {
        Endpoint endpoint = method.getMethodAnnotation(Endpoint.class);
        PublicEndpoint open = method.getMethodAnnotation(PublicEndpoint.class);
        if (endpoint != null) {
            return new Rule(endpoint, endpoint.category());
        }
        if (open != null) {
            return new Rule(null, open.category());
        }
        throw new IllegalStateException("handler without @Endpoint or @PublicEndpoint: " + method);
    }

    private record Rule(@Nullable Endpoint endpoint, PathCategory category) {}
}
