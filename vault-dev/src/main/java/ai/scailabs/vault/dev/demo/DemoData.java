package ai.scailabs.vault.dev.demo;

import ai.scailabs.vault.dev.identity.DevIdentity;
import ai.scailabs.vault.dev.identity.DevTenant;
import ai.scailabs.vault.dev.issuer.TokenRequests;
import java.io.IOException;
import java.net.http.HttpClient;
import java.util.List;
import java.util.Map;
import tools.jackson.databind.JsonNode;

/** What a newcomer finds: in each tenant somebody who may write below {@code app}, and something to read. */
public final class DemoData {
    private static final List<String> WRITE = List.of("read", "write", "list", "delete", "rotate");
    private static final List<String> READ = List.of("read", "list");

    private final HttpClient http;
    private final String baseUrl;
    private final TokenRequests tokens;

    public DemoData(HttpClient http, String baseUrl, TokenRequests tokens) {
        this.http = http;
        this.baseUrl = baseUrl;
        this.tokens = tokens;
    }

    /**
     * Makes what is missing; may be interrupted anywhere and run again.
     *
     * @throws IOException when the server refuses; says what
     */
    public void create() throws IOException, InterruptedException {
        allow(DevTenant.ACME_WEB, "app-writers", WRITE, DevIdentity.WRITER);
        allow(DevTenant.ACME_WEB, "app-readers", READ, DevIdentity.READER);
        allow(DevTenant.ACME_SHOP, "app-writers", WRITE, DevIdentity.SIBLING_TENANT);
        allow(DevTenant.GLOBEX_CORE, "app-writers", WRITE, DevIdentity.OTHER_TENANT);
        allowPartnerAdmin();

        secret(DevIdentity.WRITER, "app/mailer/smtp", Map.of("user", "mailer", "password", "acme-web-example"), "mail");
        secret(DevIdentity.WRITER, "app/payments/api-key", Map.of("key", "acme-web-example-key"), "payments");
        secret(
                DevIdentity.SIBLING_TENANT,
                "app/mailer/smtp",
                Map.of("user", "shop", "password", "acme-shop-example"),
                "mail");
        secret(
                DevIdentity.OTHER_TENANT,
                "app/mailer/smtp",
                Map.of("user", "core", "password", "globex-example"),
                "mail");
    }

    private void allow(DevTenant tenant, String policy, List<String> permissions, DevIdentity identity)
            throws IOException, InterruptedException {
        List<Map<String, ?>> rules = List.of(
                Map.of("path_pattern", "app/**", "permissions", permissions),
                Map.of("path_pattern", "partner/**", "permissions", READ));
        bind(administrator(tenant), policy, rules, identity);
    }

    private void allowPartnerAdmin() throws IOException, InterruptedException {
        List<Map<String, ?>> rules = List.of(Map.of("path_pattern", "partner/**", "permissions", WRITE));
        bind(administrator(DevTenant.ACME_WEB), "partner-secrets", rules, DevIdentity.PARTNER_ADMIN);
    }

    private static void bind(VaultApi admin, String policy, List<Map<String, ?>> rules, DevIdentity identity)
            throws IOException, InterruptedException {
        String id = policy(admin, policy, rules);
        admin.postOnce(
                "/v1/policies/" + id + "/bindings",
                Map.of("identity_type", identity.identityType(), "identity_id", identity.identityId()));
    }

    private static String policy(VaultApi admin, String name, List<Map<String, ?>> rules)
            throws IOException, InterruptedException {
        for (JsonNode policy : admin.get("/v1/policies").required("policies")) {
            if (policy.required("name").asString().equals(name)) {
                return policy.required("id").asString();
            }
        }
        return admin.post("/v1/policies", Map.of("name", name, "description", "An example of bin/run", "rules", rules))
                .required("id")
                .asString();
    }

    private void secret(DevIdentity writer, String path, Map<String, String> data, String tag)
            throws IOException, InterruptedException {
        new VaultApi(http, baseUrl, tokens.mint(writer, Map.of()))
                .putOnce(
                        "/v1/secrets/" + path,
                        Map.of("data", data, "metadata", Map.of("description", "An example", "tags", List.of(tag))));
    }

    /** The administrator of a tenant: a token that names a tenant is what makes the tenant known. */
    private VaultApi administrator(DevTenant tenant) throws IOException, InterruptedException {
        String token = tokens.mint(
                DevIdentity.ADMIN,
                Map.of("claim.tenant_id", tenant.tenantId(), "claim.partner_id", tenant.partnerId(), "ttl", "5m"));
        return new VaultApi(http, baseUrl, token);
    }
}
