package ai.scailabs.vault.dev.identity;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/** Who the development issuer knows: each is a client of it and has a token in {@code dev.json}. */
public enum DevIdentity {
    /** Manages the tenant; reads no secret, as no policy lets it. */
    ADMIN(Kind.PERSON, DevTenant.ACME_WEB, "tenant_admin", Scopes.ALL),
    /** May write, read, list, delete and rotate {@code app/**}. */
    WRITER(Kind.SERVICE, DevTenant.ACME_WEB, "", Scopes.SECRETS),
    /** May read and list {@code app/**}. */
    READER(Kind.SERVICE, DevTenant.ACME_WEB, "", "secrets:read secrets:list subscriptions:read subscriptions:write"),
    /** Sees the audit log and no secret. */
    AUDITOR(Kind.PERSON, DevTenant.ACME_WEB, "", "audit:read audit:export"),
    /** Has every scope for secrets and no policy. */
    NO_POLICY(Kind.SERVICE, DevTenant.ACME_WEB, "", Scopes.SECRETS),
    /** The writer of another partner's tenant. */
    OTHER_TENANT(Kind.SERVICE, DevTenant.GLOBEX_CORE, "", Scopes.SECRETS),
    /** The writer of another tenant of the same partner. */
    SIBLING_TENANT(Kind.SERVICE, DevTenant.ACME_SHOP, "", Scopes.SECRETS),
    /** Manages all tenants of the partner and the secrets that they share. */
    PARTNER_ADMIN(Kind.PERSON, DevTenant.ACME_WEB, "partner_admin", Scopes.ALL),
    /** Manages the tenant's certificate authorities. */
    PKI_ADMIN(Kind.PERSON, DevTenant.ACME_WEB, "tenant_admin", Scopes.ALL),
    /** Whose tokens the guides revoke. */
    LEAVER(Kind.SERVICE, DevTenant.ACME_WEB, "", Scopes.SECRETS),
    /** A service account as a Kubernetes cluster would vouch for it: its token is none for the service, but may be exchanged for one. */
    WORKLOAD(Kind.WORKLOAD, DevTenant.ACME_WEB, "", "");

    private final Kind kind;
    private final DevTenant tenant;
    private final String role;
    private final String scopes;

    DevIdentity(Kind kind, DevTenant tenant, String role, String scopes) {
        this.kind = kind;
        this.tenant = tenant;
        this.role = role;
        this.scopes = scopes;
    }

    /** As {@code bin/token} and {@code dev.json} name it; also its client id at the issuer. */
    public String label() {
        return name().toLowerCase(java.util.Locale.ROOT);
    }

    public DevTenant tenant() {
        return tenant;
    }

    /** As policies name it: {@code sa:writer}, {@code user:admin@acme-web.example}. */
    public String identityId() {
        return switch (kind) {
            case PERSON -> "user:" + email();
            case SERVICE, WORKLOAD -> "sa:" + label();
        };
    }

    /** How a binding calls its kind: {@code user} or {@code service_account}. */
    public String identityType() {
        return switch (kind) {
            case PERSON -> "user";
            case SERVICE, WORKLOAD -> "service_account";
        };
    }

    /** What its tokens say of it, beside the issuer, audience and times. */
    public Map<String, Object> claims() {
        Map<String, Object> claims = new LinkedHashMap<>();
        switch (kind) {
            case PERSON -> {
                claims.put("sub", userId());
                claims.put("email", email());
                claims.put("name", label().replace('_', ' '));
            }
            case SERVICE -> {
                claims.put("sub", label());
                claims.put("client_id", label());
                claims.put("token_type", "client_credentials");
            }
            case WORKLOAD -> {
                claims.put("sub", "system:serviceaccount:prod:shop");
                claims.put("kubernetes.io", Map.of("namespace", "prod", "serviceaccount", Map.of("name", "shop")));
                return claims;
            }
        }
        claims.put("tenant_id", tenant.tenantId());
        claims.put("partner_id", tenant.partnerId());
        claims.put("scope", scopes);
        if (!role.isEmpty()) {
            claims.put("role", role);
        }
        return claims;
    }

    /** Finds an identity by {@link #label()}. */
    public static Optional<DevIdentity> named(String label) {
        return Arrays.stream(values())
                .filter(identity -> identity.label().equals(label))
                .findFirst();
    }

    public boolean isPerson() {
        return kind == Kind.PERSON;
    }

    /** By which the issuer knows a person. */
    public String userId() {
        return "usr_" + label();
    }

    /** Of an administrator; empty for everybody else. */
    public String role() {
        return role;
    }

    public String email() {
        return label().replace('_', '-') + "@" + tenant.label() + ".example";
    }

    private enum Kind {
        PERSON,
        SERVICE,
        WORKLOAD
    }

    private static final class Scopes {
        static final String SECRETS = "secrets:read secrets:write secrets:delete secrets:list secrets:rotate";
        static final String ALL = SECRETS
                + " policies:read policies:write audit:read audit:export pki:issue pki:admin"
                + " dynamic:read dynamic:generate dynamic:manage federation:read federation:write"
                + " subscriptions:read subscriptions:write identity:read identity:admin keys:admin admin";

        private Scopes() {}
    }
}
