package ai.scailabs.vault.server;

import ai.scailabs.vault.testkit.EventBuilder;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import tools.jackson.databind.JsonNode;

/**
 * A tenant with something of everything, so that every operation can be called on it with success: secrets and partner secrets with versions, deleted ones, a policy
 * with a binding; and, when a call needs it, trusts, certificate authorities with roles and certificates, DNS providers, and who is told of what happens.
 */
final class PreparedTenant {
    /** What the workloads become that the tenant trusts. */
    static final String WORKLOAD_IDENTITY = "sa:exchanged";

    /** As the issuer calls the one that is trusted. */
    static final String WORKLOAD = "system:serviceaccount:prod:app";

    /** In every value that is stored. */
    static final String CANARY = "CANARY-7f3a9c51d2e8";

    /** By a key that nobody has any more. */
    static final String REQUEST = """
            -----BEGIN CERTIFICATE REQUEST-----
            MIHWMH4CAQAwHDEaMBgGA1UEAwwRb25lLnByZXBhcmVkLnRlc3QwWTATBgcqhkjO
            PQIBBggqhkjOPQMBBwNCAARNnShQ+Igb/otigplvijpL4wikDj0C51q3nt95JDqF
            s/+IDCREnrA9n9Qnwv/gqpk+gViBuyV6kCcbdKwlsxsBoAAwCgYIKoZIzj0EAwID
            SAAwRQIgL2mKbalbPUSnHC+KW6DCXtVunoVCff9FP9PhdmSSr/YCIQDFcrGs6gJS
            MiHFYCo/qzz9/71K35iLAiiMWRg7OapGpw==
            -----END CERTIFICATE REQUEST-----
            """;

    private static final AtomicInteger COUNT = new AtomicInteger();

    private final RunningServer server;
    private final String tenant;
    private final String partner;
    private final ApiClient owner;
    private final String bound;
    private final String binding;
    private final String spare;
    private final String user;
    private final String group;
    private final Map<String, Object> made = new HashMap<>();

    private PreparedTenant(
            RunningServer server,
            String tenant,
            String partner,
            ApiClient owner,
            String bound,
            String binding,
            String user,
            String group) {
        this.server = server;
        this.tenant = tenant;
        this.partner = partner;
        this.owner = owner;
        this.bound = bound;
        this.binding = binding;
        this.spare = policy(owner, "spare");
        this.user = user;
        this.group = group;
    }

    static PreparedTenant create(RunningServer server, String partnerName) {
        return create(server, "prepared" + COUNT.incrementAndGet(), partnerName);
    }

    /** What is else made when a call needs it: for who looks at all that the tenant has. */
    PreparedTenant complete() {
        trust();
        changedTrust();
        spareTrust();
        spareRole();
        spareAuthority();
        certificate();
        revocable();
        held();
        anchor();
        spareAnchor();
        requests();
        keptCertificate();
        dnsProvider();
        spareDnsProvider();
        backend();
        spareBackend();
        copied();
        events();
        credentials();
        dynamics();
        foreign().outgoing().here();
        foreign().outgoing().backed();
        foreign().outgoing().gone();
        PreparedAcme.of(this);
        return this;
    }

    /** Made at the first call. */
    private synchronized <T> T once(String name, Class<T> type, Supplier<T> making) {
        Object known = made.get(name);
        if (known == null) {
            known = making.get();
            made.put(name, known);
        }
        return type.cast(known);
    }

    RunningServer server() {
        return server;
    }

    String tenant() {
        return tenant;
    }

    String partner() {
        return partner;
    }

    ApiClient owner() {
        return owner;
    }

    /** A policy that is bound to somebody. */
    String bound() {
        return bound;
    }

    String binding() {
        return binding;
    }

    /** A policy that is bound to nobody. */
    String spare() {
        return spare;
    }

    /** Whom ScaiKey has told of; a member of the group. */
    String user() {
        return user;
    }

    String group() {
        return group;
    }

    /** One of {@link #WORKLOAD}, whose token is exchanged. */
    String trust() {
        return once("trust", String.class, () -> trust(server, owner));
    }

    /** One that may be changed. */
    String changedTrust() {
        return once("changedTrust", String.class, () -> trust(server, owner));
    }

    /** One that may be deleted. */
    String spareTrust() {
        return once("spareTrust", String.class, () -> trust(server, owner));
    }

    /** A root. */
    String authority() {
        return once("authority", String.class, () -> authority(owner));
    }

    /** By which the authority issues for {@code *.prepared.test}. */
    String role() {
        return once("role", String.class, () -> role(owner, authority()));
    }

    /** One that may be deleted. */
    String spareRole() {
        return once("spareRole", String.class, () -> role(owner, authority()));
    }

    /** One that may be revoked, with its list in two parts. */
    String spareAuthority() {
        return once("spareAuthority", String.class, () -> created(owner, "/v1/pki/ca", partedBody(), "id"));
    }

    /** By the role. */
    String certificate() {
        return once(
                "certificate",
                String.class,
                () -> issued(owner, role()).get("id").stringValue());
    }

    /** The number of a certificate that may be revoked. */
    String revocable() {
        return once(
                "revocable",
                String.class,
                () -> issued(owner, role()).get("serial_number").stringValue());
    }

    /** The number of one that is on hold. */
    String held() {
        return once("held", String.class, () -> held(owner, role()));
    }

    String anchor() {
        return once("anchor", String.class, () -> anchor(owner, anchorPem()));
    }

    /** One that may be deleted. */
    String spareAnchor() {
        return once("spareAnchor", String.class, () -> anchor(owner, anchorPem()));
    }

    /** The root's own certificate, which is an anchor as well. */
    String anchorPem() {
        return once("anchorPem", String.class, () -> pem(owner, authority()));
    }

    /** Requests for certificates: one to approve, one to reject, and one that is approved. */
    List<String> requests() {
        return List.of(once("requests", String[].class, () -> requests(owner).toArray(String[]::new)));
    }

    /** One whose key is kept. */
    String keptCertificate() {
        return once("keptCertificate", String.class, () -> keptCertificate(owner, authority()));
    }

    /** One that answers. */
    String dnsProvider() {
        return once("dnsProvider", String.class, () -> PreparedDns.create(owner));
    }

    /** Another vault that answers. */
    String backend() {
        return once("backend", String.class, () -> PreparedVaults.create(owner));
    }

    /** Of one more. */
    private Map<String, Object> backendBody() {
        // With which the credentials of the next are there.
        backend();
        return PreparedVaults.body();
    }

    /** Another vault that is copied. */
    PreparedVaults.Copied copied() {
        return once("copied", PreparedVaults.Copied.class, () -> PreparedVaults.createCopied(owner));
    }

    /** One that may be deleted. */
    String spareBackend() {
        return once("spareBackend", String.class, () -> PreparedVaults.create(owner));
    }

    /** One that may be deleted. */
    String spareDnsProvider() {
        return once("spareDnsProvider", String.class, () -> PreparedDns.create(owner));
    }

    /** Authorities that have to do with others. */
    PreparedAuthorities foreign() {
        return once("foreign", PreparedAuthorities.class, () -> PreparedAuthorities.create(owner));
    }

    /** What is made for who asks. */
    PreparedDynamics dynamics() {
        return once("dynamics", PreparedDynamics.class, () -> PreparedDynamics.create(owner));
    }

    /** What is made here, and changes itself. */
    PreparedCredentials credentials() {
        return once("credentials", PreparedCredentials.class, () -> PreparedCredentials.create(owner));
    }

    /** Who is told of what happens. */
    PreparedEvents events() {
        return once("events", PreparedEvents.class, () -> PreparedEvents.create(server, owner, tenant));
    }

    static PreparedTenant create(RunningServer server, String tenantName, String partnerName) {
        ApiClient owner = server.owner(tenantName, partnerName);
        for (String base : List.of("/v1/secrets/", "/v1/partner/secrets/")) {
            // Of a partner that another prepared tenant shares, some of it is there already.
            for (String path : List.of("app/db", "app/db", "app/old", "app/gone")) {
                owner.put(base + path, secret(path));
            }
            owner.delete(base + "app/gone");
            owner.get(base + "app/db").expect(200);
        }
        String bound = policy(owner, "bound");
        String binding = owner.post(
                        "/v1/policies/" + bound + "/bindings",
                        Map.of("identity_type", "service_account", "identity_id", "sa:somebody"))
                .expect(201)
                .json()
                .get("id")
                .stringValue();
        String tenant = "tnt_" + tenantName;
        String partner = "ptn_" + partnerName;
        String user = "usr_jo-" + tenantName;
        String group = "grp_ops-" + tenantName;
        for (EventBuilder event : List.of(
                EventBuilder.of("partner.updated", "partner", partner).data("name", "Of " + partnerName),
                EventBuilder.of("tenant.updated", "tenant", tenant).data("name", "Of " + tenantName),
                EventBuilder.of("user.created", "user", user)
                        .data("email", user + "@people.test")
                        .data("display_name", "Jo of " + tenantName),
                EventBuilder.of("group.created", "group", group).data("name", "ops"),
                EventBuilder.of("group.member_added", "group", group).data("user_id", user))) {
            server.send(event.tenant(tenant, partner)).expect(200);
        }
        return new PreparedTenant(server, tenant, partner, owner, bound, binding, user, group);
    }

    private static String authority(ApiClient owner) {
        String authority = created(owner, "/v1/pki/ca", authorityBody(), "id");
        // The second list has a list of changes beside it.
        owner.post("/v1/pki/ca/" + authority + "/crl", null).expect(200);
        owner.post("/v1/pki/ca/" + authority + "/crl", null).expect(200);
        return authority;
    }

    private static String held(ApiClient owner, String role) {
        String held = issued(owner, role).get("serial_number").stringValue();
        owner.post("/v1/pki/revoke", Map.of("serial_number", held, "reason", "certificate_hold"))
                .expect(200);
        return held;
    }

    private static String created(ApiClient owner, String path, Map<String, Object> body, String member) {
        return owner.post(path, body).expect(201).json().get(member).stringValue();
    }

    private static JsonNode issued(ApiClient owner, String role) {
        return owner.post("/v1/pki/issue/" + role, certificateBody())
                .expect(201)
                .json();
    }

    private static Map<String, Object> partedBody() {
        Map<String, Object> body = new HashMap<>(authorityBody());
        body.put("crl_partitions", 2);
        return body;
    }

    private static String pem(ApiClient owner, String authority) {
        return owner.get("/v1/pki/ca/" + authority + "/certificate")
                .expect(200)
                .json()
                .get("certificate_pem")
                .stringValue();
    }

    private static String anchor(ApiClient owner, String pem) {
        return owner.post("/v1/pki/trust-anchors", anchorBody(pem))
                .expect(201)
                .json()
                .get("id")
                .stringValue();
    }

    private static String keptCertificate(ApiClient owner, String authority) {
        Map<String, Object> role = new HashMap<>(roleBody(authority));
        role.put("store_private_keys", true);
        owner.post("/v1/pki/roles", role).expect(201);
        return owner.post("/v1/pki/issue/" + role.get("name"), certificateBody())
                .expect(201)
                .json()
                .get("id")
                .stringValue();
    }

    private static Map<String, Object> anchorBody(String pem) {
        return Map.of("name", "anchor-" + COUNT.incrementAndGet(), "certificate_pem", pem);
    }

    private static List<String> requests(ApiClient owner) {
        List<String> ids = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            ids.add(owner.post("/v1/pki/csr/import", Map.of("csr_pem", REQUEST))
                    .expect(201)
                    .json()
                    .get("id")
                    .stringValue());
        }
        owner.post("/v1/pki/csr/" + ids.get(2) + "/approve", null).expect(200);
        return List.copyOf(ids);
    }

    private static String role(ApiClient owner, String authority) {
        return owner.post("/v1/pki/roles", roleBody(authority))
                .expect(201)
                .json()
                .get("name")
                .stringValue();
    }

    private static Map<String, Object> roleBody(String authority) {
        return Map.of(
                "name",
                "prepared-" + COUNT.incrementAndGet(),
                "ca_id",
                authority,
                "allowed_domains",
                List.of("*.prepared.test"));
    }

    private static Map<String, Object> certificateBody() {
        return Map.of("common_name", "one.prepared.test", "ttl", "1h");
    }

    private static Map<String, Object> authorityBody() {
        return Map.of(
                "name",
                "prepared-" + COUNT.incrementAndGet(),
                "common_name",
                "Prepared Root",
                "ca_type",
                "root",
                "key_type",
                "ec");
    }

    private static String trust(RunningServer server, ApiClient owner) {
        return owner.post("/v1/auth/trusts", trustBody(server))
                .expect(201)
                .json()
                .get("id")
                .stringValue();
    }

    private static Map<String, Object> trustBody(RunningServer server) {
        return Map.of(
                "name",
                "prepared-" + COUNT.incrementAndGet(),
                "kind",
                "oidc",
                "issuer",
                server.issuer().issuer(),
                "audience",
                "scaivault",
                "conditions",
                List.of(Map.of("claim", "sub", "equals", WORKLOAD)),
                "identity_id",
                WORKLOAD_IDENTITY,
                "scopes",
                List.of("secrets:read"),
                "path_patterns",
                List.of("app/**"));
    }

    private static Map<String, Object> secret(String text) {
        return Map.of(
                "data", Map.of("password", CANARY + "-" + text, "nested", List.of(CANARY)),
                "metadata", Map.of("owner", "team:data", "tags", List.of("mail")));
    }

    private static String policy(ApiClient owner, String name) {
        return owner.post("/v1/policies", policyBody(name + " " + COUNT.incrementAndGet()))
                .expect(201)
                .json()
                .get("id")
                .stringValue();
    }

    static Map<String, Object> policyBody(String name) {
        return Map.of(
                "name", name, "rules", List.of(Map.of("path_pattern", "nothing/here", "permissions", List.of("read"))));
    }

    /** A call of the operation that succeeds when the tenant's owner makes it. Fails for an operation that nobody has thought of. */
    ApiCall call(OpenApi.Operation operation) {
        String secrets = operation.isShared() ? "/v1/partner/secrets" : "/v1/secrets";
        String policy = "/v1/policies/" + bound;
        if (PreparedEvents.isAbout(operation)) {
            return events().call(operation);
        }
        if (PreparedDynamics.isAbout(operation)) {
            return dynamics().call(operation);
        }
        if (PreparedCredentials.isAbout(operation)) {
            return credentials().call(operation);
        }
        return switch (operation.id()) {
            case "listSecrets", "listPartnerSecrets" ->
                new ApiCall("GET", secrets + "?recursive=false&prefix=app/", null);
            case "readSecret", "readPartnerSecret" -> new ApiCall("GET", secrets + "/app/db", null);
            case "writeSecret", "writePartnerSecret" -> new ApiCall("PUT", secrets + "/app/db", secret("written"));
            case "deleteSecret", "deletePartnerSecret" -> new ApiCall("DELETE", secrets + "/app/old", null);
            case "listSecretVersions", "listPartnerSecretVersions" ->
                new ApiCall("GET", secrets + "/app/db:versions", null);
            case "readSecretMetadata", "readPartnerSecretMetadata" ->
                new ApiCall("GET", secrets + "/app/db:metadata", null);
            case "patchSecretMetadata", "patchPartnerSecretMetadata" ->
                new ApiCall("PATCH", secrets + "/app/db:metadata", Map.of("owner", "team:patched"));
            case "restoreSecret", "restorePartnerSecret" -> new ApiCall("POST", secrets + "/app/gone:restore", null);
            case "readSecretsInBatch", "readPartnerSecretsInBatch" ->
                new ApiCall("POST", secrets + "/batch", Map.of("paths", List.of("app/db", "app/missing")));
            case "readMetadataInBatch", "readPartnerMetadataInBatch" ->
                new ApiCall(
                        "POST",
                        secrets + "/batch/metadata",
                        Map.of("paths", List.of("app/*", "app/missing"), "expand_wildcards", true));
            case "whoami" -> new ApiCall("GET", "/v1/auth/whoami", null);
            case "introspectToken" -> new ApiCall("POST", "/v1/auth/introspect", Map.of("token", "abc.def.ghi"));
            case "revokeToken" ->
                new ApiCall("POST", "/v1/auth/revoke", Map.of("jti", "never-issued-" + COUNT.incrementAndGet()));
            case "exchangeToken" ->
                new ApiCall(
                        "POST",
                        "/v1/auth/exchange",
                        Map.of(
                                "grant_type",
                                "urn:ietf:params:oauth:grant-type:token-exchange",
                                "subject_token",
                                server.issuer().token().subject(WORKLOAD).sign(),
                                "subject_token_type",
                                "urn:ietf:params:oauth:token-type:jwt",
                                "role",
                                tenant + "/" + trust()));
            case "listTrusts" -> new ApiCall("GET", "/v1/auth/trusts?limit=10", null);
            case "createTrust" -> new ApiCall("POST", "/v1/auth/trusts", trustBody(server));
            case "readTrust" -> new ApiCall("GET", "/v1/auth/trusts/" + trust(), null);
            case "replaceTrust" -> new ApiCall("PUT", "/v1/auth/trusts/" + changedTrust(), trustBody(server));
            case "updateTrust" ->
                new ApiCall("PATCH", "/v1/auth/trusts/" + changedTrust(), Map.of("description", "changed"));
            case "deleteTrust" -> new ApiCall("DELETE", "/v1/auth/trusts/" + spareTrust(), null);
            case "readIssuer" ->
                new ApiCall("GET", "/v1/auth/issuers/" + tenant + "/.well-known/openid-configuration", null);
            case "readIssuerKeys" -> new ApiCall("GET", "/v1/auth/issuers/" + tenant + "/jwks", null);
            case "listPolicies" -> new ApiCall("GET", "/v1/policies", null);
            case "createPolicy" -> new ApiCall("POST", "/v1/policies", policyBody("new " + COUNT.incrementAndGet()));
            case "readPolicy" -> new ApiCall("GET", policy, null);
            case "replacePolicy" -> new ApiCall("PUT", policy, policyBody("replaced " + COUNT.incrementAndGet()));
            case "updatePolicy" -> new ApiCall("PATCH", policy, Map.of("description", "changed"));
            case "deletePolicy" -> new ApiCall("DELETE", "/v1/policies/" + spare, null);
            case "listBindings" -> new ApiCall("GET", policy + "/bindings", null);
            case "bindPolicy" ->
                new ApiCall("POST", policy + "/bindings", Map.of("identity_type", "group", "identity_id", "group:ops"));
            case "unbindPolicy" -> new ApiCall("DELETE", policy + "/bindings/" + binding, null);
            case "testPolicies" ->
                new ApiCall(
                        "POST",
                        "/v1/policies/test",
                        Map.of("identity_id", "sa:somebody", "path", "app/db", "permission", "read"));
            case "readDecision" -> new ApiCall("GET", "/v1/policies/decisions/" + refusal(), null);
            case "whoCan" -> new ApiCall("GET", "/v1/policies/who-can?path=app/db&permission=read", null);
            case "listPartners" -> new ApiCall("GET", "/v1/identity/partners?status=ACTIVE", null);
            case "listTenants" -> new ApiCall("GET", "/v1/identity/tenants?page=1&page_size=10", null);
            case "listUsers" -> new ApiCall("GET", "/v1/identity/tenants/" + tenant + "/users?q=people", null);
            case "listGroups" -> new ApiCall("GET", "/v1/identity/tenants/" + tenant + "/groups", null);
            case "listMembers" -> new ApiCall("GET", "/v1/identity/groups/" + group + "/members", null);
            case "resolveIdentity" -> new ApiCall("GET", "/v1/identity/resolve/user/" + user, null);
            case "syncIdentities" -> new ApiCall("POST", "/v1/identity/sync?tenant_id=" + tenant, null);
            case "listSyncs" -> new ApiCall("GET", "/v1/identity/sync/history?tenant_id=" + tenant, null);
            case "listRoles" -> new ApiCall("GET", "/v1/identity/roles", null);
            case "readUserRoles" -> new ApiCall("GET", "/v1/identity/users/" + user + "/roles", null);
            case "replaceUserRoles" ->
                new ApiCall("PUT", "/v1/identity/users/" + user + "/roles", Map.of("roles", List.of("tenant_admin")));
            case "receiveScaiKeyEvent" -> event();
            case "listCas" -> new ApiCall("GET", "/v1/pki/ca?limit=10", null);
            case "createCa" -> new ApiCall("POST", "/v1/pki/ca", authorityBody());
            case "readCa" -> new ApiCall("GET", "/v1/pki/ca/" + authority(), null);
            case "readCaCertificate" -> new ApiCall("GET", "/v1/pki/ca/" + authority() + "/certificate", null);
            case "readCaCsr" -> new ApiCall("GET", "/v1/pki/ca/" + foreign().pending() + "/csr", null);
            case "certifyCa" ->
                new ApiCall(
                        "POST",
                        "/v1/pki/ca/" + foreign().certifiable() + "/certificate",
                        foreign().certificate());
            case "rotateCa" -> new ApiCall("POST", "/v1/pki/ca/" + foreign().rotatable() + "/rotate", Map.of());
            case "takeCaOffline" ->
                new ApiCall(
                        "POST",
                        "/v1/pki/ca/" + foreign().outgoing().here().id() + "/offline",
                        PreparedAuthorities.password());
            case "confirmCaOffline" ->
                new ApiCall(
                        "POST",
                        "/v1/pki/ca/" + foreign().outgoing().backed().id() + "/offline/confirm",
                        Map.of("backup_sha256", foreign().outgoing().backed().backup()));
            case "importCrl" ->
                new ApiCall(
                        "PUT",
                        "/v1/pki/ca/" + foreign().outgoing().gone().id() + "/crl",
                        foreign().outgoing().gone().list());
            case "crossSignCa" ->
                new ApiCall(
                        "POST",
                        "/v1/pki/ca/" + authority() + "/cross-sign",
                        Map.of("subject_ca_id", foreign().rotatable(), "validity_days", 30));
            case "importCa" -> new ApiCall("POST", "/v1/pki/ca/import", PreparedAuthorities.importable());
            case "updateCa" -> new ApiCall("PATCH", "/v1/pki/ca/" + authority(), Map.of("ocsp_urls", List.of()));
            case "readPublishedCaCertificate" ->
                new ApiCall("GET", "/v1/pki/ca/" + authority() + "/certificate/1.cer", null);
            // Of nobody's certificate, so that no responder is certified for it.
            case "askOcsp" -> new ApiCall("POST", "/v1/pki/ocsp/" + authority(), "0");
            case "askOcspByGet" -> new ApiCall("GET", "/v1/pki/ocsp/" + authority() + "/MEIwQDA+MDww", null);
            case "disableCa" -> new ApiCall("POST", "/v1/pki/ca/" + authority() + "/disable", null);
            case "enableCa" -> new ApiCall("POST", "/v1/pki/ca/" + authority() + "/enable", null);
            case "listPkiRoles" -> new ApiCall("GET", "/v1/pki/roles?limit=10", null);
            case "createPkiRole" -> new ApiCall("POST", "/v1/pki/roles", roleBody(authority()));
            case "readPkiRole" -> new ApiCall("GET", "/v1/pki/roles/" + role(), null);
            case "updatePkiRole" -> new ApiCall("PATCH", "/v1/pki/roles/" + role(), Map.of("ttl", "2h"));
            case "deletePkiRole" -> new ApiCall("DELETE", "/v1/pki/roles/" + spareRole(), null);
            case "checkPkiRole" -> new ApiCall("POST", "/v1/pki/roles/" + role() + "/check", certificateBody());
            case "issueCertificate" -> new ApiCall("POST", "/v1/pki/issue/" + role(), certificateBody());
            case "signRequest" ->
                new ApiCall("POST", "/v1/pki/sign/" + role(), Map.of("csr_pem", REQUEST, "ttl", "1h"));
            case "listCertificates" -> new ApiCall("GET", "/v1/pki/certificates?limit=10", null);
            case "readCertificate" -> new ApiCall("GET", "/v1/pki/certificates/" + certificate(), null);
            case "updateCertificate" ->
                new ApiCall("PATCH", "/v1/pki/certificates/" + keptCertificate(), Map.of("auto_renew", false));
            case "readCertificatePem" -> new ApiCall("GET", "/v1/pki/certificates/" + certificate() + "/pem", null);
            case "revokeCertificate" ->
                new ApiCall("POST", "/v1/pki/revoke", Map.of("serial_number", revocable(), "reason", "superseded"));
            case "releaseCertificate" -> new ApiCall("POST", "/v1/pki/release", Map.of("serial_number", held()));
            case "revokeCa" ->
                new ApiCall("POST", "/v1/pki/ca/" + spareAuthority() + "/revoke", Map.of("reason", "superseded"));
            case "readCrl" -> new ApiCall("GET", "/v1/pki/ca/" + authority() + "/crl", null);
            case "readDeltaCrl" -> new ApiCall("GET", "/v1/pki/ca/" + authority() + "/crl/delta", null);
            case "readCrlPart" -> new ApiCall("GET", "/v1/pki/ca/" + spareAuthority() + "/crl/1", null);
            case "buildCrl" -> new ApiCall("POST", "/v1/pki/ca/" + authority() + "/crl", null);
            case "listTrustAnchors" -> new ApiCall("GET", "/v1/pki/trust-anchors?limit=10", null);
            case "createTrustAnchor" -> new ApiCall("POST", "/v1/pki/trust-anchors", anchorBody(anchorPem()));
            case "readTrustAnchor" -> new ApiCall("GET", "/v1/pki/trust-anchors/" + anchor(), null);
            case "deleteTrustAnchor" -> new ApiCall("DELETE", "/v1/pki/trust-anchors/" + spareAnchor(), null);
            case "listDnsProviders" -> new ApiCall("GET", "/v1/dns/providers?limit=10", null);
            case "createDnsProvider" -> new ApiCall("POST", "/v1/dns/providers", PreparedDns.body());
            case "readDnsProvider" -> new ApiCall("GET", "/v1/dns/providers/" + dnsProvider(), null);
            case "updateDnsProvider" ->
                new ApiCall("PATCH", "/v1/dns/providers/" + dnsProvider(), Map.of("is_active", true));
            case "deleteDnsProvider" -> new ApiCall("DELETE", "/v1/dns/providers/" + spareDnsProvider(), null);
            case "testDnsProvider" -> new ApiCall("POST", "/v1/dns/providers/" + dnsProvider() + "/test", null);
            case "listBackends" -> new ApiCall("GET", "/v1/federation/backends?limit=10", null);
            case "createBackend" -> new ApiCall("POST", "/v1/federation/backends", backendBody());
            case "readBackend" -> new ApiCall("GET", "/v1/federation/backends/" + backend(), null);
            case "updateBackend" ->
                new ApiCall("PATCH", "/v1/federation/backends/" + backend(), Map.of("mode", "proxy"));
            case "deleteBackend" -> new ApiCall("DELETE", "/v1/federation/backends/" + spareBackend(), null);
            case "syncBackend" -> new ApiCall("POST", "/v1/federation/backends/" + copied().backend() + "/sync", null);
            case "listBackendConflicts" ->
                new ApiCall("GET", "/v1/federation/backends/" + copied().backend() + "/conflicts?limit=10", null);
            case "resolveBackendConflict" ->
                new ApiCall(
                        "POST",
                        "/v1/federation/backends/" + copied().backend() + "/conflicts/"
                                + copied().conflicts().getFirst() + "/resolve",
                        Map.of("resolution", "keep_local"));
            case "readBackendStatus" -> new ApiCall("GET", "/v1/federation/backends/" + backend() + "/status", null);
            case "validateCertificate" ->
                new ApiCall("POST", "/v1/pki/certificates/validate", Map.of("certificate_pem", anchorPem()));
            case "readCertificateKey" ->
                new ApiCall("GET", "/v1/pki/certificates/" + keptCertificate() + "/private-key", null);
            case "importCsr" -> new ApiCall("POST", "/v1/pki/csr/import", Map.of("csr_pem", REQUEST));
            case "listCsrs" -> new ApiCall("GET", "/v1/pki/csr?limit=10", null);
            case "readCsr" -> new ApiCall("GET", "/v1/pki/csr/" + requests().get(0), null);
            case "approveCsr" -> new ApiCall("POST", "/v1/pki/csr/" + requests().get(0) + "/approve", null);
            case "rejectCsr" ->
                new ApiCall("POST", "/v1/pki/csr/" + requests().get(1) + "/reject", Map.of("reason", "not ours"));
            case "signCsr" ->
                new ApiCall(
                        "POST",
                        "/v1/pki/csr/" + requests().get(2) + "/sign",
                        Map.of("ca_id", authority(), "validity_days", 90));
            case "readPkiSettings" -> new ApiCall("GET", "/v1/pki/settings", null);
            case "changePkiSettings" ->
                new ApiCall("PUT", "/v1/pki/settings", Map.of("require_second_approver", false));
            case "listKeys" -> new ApiCall("GET", "/v1/keys", null);
            case "rotateKeys" -> {
                // While one is under way there is no other.
                Sql.superuser(server).awaitKeyJobs(tenant);
                yield new ApiCall("POST", "/v1/keys/tenant/rotate", null);
            }
            case "listKeyJobs" -> new ApiCall("GET", "/v1/keys/jobs?limit=10", null);
            case "readKeyJob" -> new ApiCall("GET", "/v1/keys/jobs/" + keyJob(), null);
            case "listErasures" -> new ApiCall("GET", "/v1/keys/erasures?limit=10", null);
            case "requestErasure" -> new ApiCall("POST", "/v1/keys/erasures", Map.of("tenant_id", departing()));
            case "readErasure" -> new ApiCall("GET", "/v1/keys/erasures/" + erasure(departing()), null);
            case "cancelErasure" -> new ApiCall("DELETE", "/v1/keys/erasures/" + erasure(departing()), null);
            case "confirmErasure" -> {
                String departing = departing();
                String erasure = erasure(departing);
                Sql.superuser(server)
                        .update("update key_erasure set due_at = requested_at where erasure_id = ?", erasure);
                yield new ApiCall("POST", "/v1/keys/erasures/" + erasure + "/confirm", Map.of("confirm", departing));
            }
            case "queryAuditLog" -> new ApiCall("GET", "/v1/audit/logs?limit=5", null);
            case "readCheckpoint" -> new ApiCall("GET", "/v1/audit/checkpoint", null);
            case "readCheckpointKey" -> new ApiCall("GET", "/v1/audit/checkpoint/key", null);
            case "proveInclusion" -> {
                Sql.superuser(server).awaitLeaves(tenant, 1);
                yield new ApiCall("GET", "/v1/audit/proof/inclusion?index=0&size=1", null);
            }
            case "proveConsistency" -> {
                Sql.superuser(server).awaitLeaves(tenant, 1);
                yield new ApiCall("GET", "/v1/audit/proof/consistency?first=0&second=1", null);
            }
            case "readAuditLeaves" -> new ApiCall("GET", "/v1/audit/entries?from=0&to=10", null);
            case "readRetention" -> new ApiCall("GET", "/v1/audit/retention", null);
            case "changeRetention" -> new ApiCall("PUT", "/v1/audit/retention", Map.of("legal_hold", false));
            case "readSecretTrail" -> new ApiCall("GET", "/v1/audit/secrets/app/db?limit=5", null);
            case "readIdentityTrail" -> new ApiCall("GET", "/v1/audit/identities/sa:somebody?limit=5", null);
            case "summarizeAuditLog" -> new ApiCall("GET", "/v1/audit/summary", null);
            case "createExport" -> {
                endExports();
                yield new ApiCall("POST", "/v1/audit/export", exportBody());
            }
            case "listExports" -> new ApiCall("GET", "/v1/audit/exports?limit=10", null);
            case "readExport" -> new ApiCall("GET", "/v1/audit/exports/" + export(), null);
            case "cancelExport" -> new ApiCall("DELETE", "/v1/audit/exports/" + export(), null);
            case "health" -> new ApiCall("GET", "/v1/health", null);
            case "ready" -> new ApiCall("GET", "/v1/health/ready", null);
            case "detailedHealth" -> new ApiCall("GET", "/v1/health/detailed", null);
            case "metrics" -> new ApiCall("GET", "/v1/metrics", null);
            case "version" -> new ApiCall("GET", "/v1/version", null);
            case "openapi" -> new ApiCall("GET", "/v1/openapi.json", null);
            case "securityTxt" -> new ApiCall("GET", "/.well-known/security.txt", null);
            case "docs" -> new ApiCall("GET", "/v1/docs", null);
            default -> {
                if (operation.node().get("tags").toString().contains("acme")) {
                    yield PreparedAcme.of(this).call(operation);
                }
                throw new AssertionError("no call is known of the operation " + operation.id() + ": add one");
            }
        };
    }

    private ApiCall event() {
        EventBuilder event = EventBuilder.of("user.mfa_enabled", "user", user).tenant(tenant, partner);
        return new ApiCall(
                "POST",
                "/v1/identity/webhooks/scaikey",
                event.body(),
                List.of(event.headers(RunningServer.EVENT_SECRET)));
    }

    /** A job of the tenant's that is over; its key is rotated when it has none. */
    String keyJob() {
        JsonNode jobs = owner.get("/v1/keys/jobs").expect(200).json().get("jobs");
        String job = jobs.valueStream()
                .filter(each -> each.get("level").stringValue().equals("tenant"))
                .map(each -> each.get("job_id").stringValue())
                .findFirst()
                .orElseGet(() -> owner.post("/v1/keys/tenant/rotate", null)
                        .expect(202)
                        .json()
                        .get("job_id")
                        .stringValue());
        Sql.superuser(server).awaitKeyJobs(tenant);
        return job;
    }

    /** Another tenant of the partner, which is known from now on. */
    private String departing() {
        String name = "departing-" + COUNT.incrementAndGet();
        server.client(server.token(name, partner.substring(4))
                        .user("last@departing.test")
                        .sign())
                .get("/v1/auth/whoami")
                .expect(200);
        return "tnt_" + name;
    }

    /** To credentials that are none: it comes to an end by itself, and does not begin at once. */
    private static Map<String, Object> exportBody() {
        return Map.of("destination", Map.of("type", "s3", "bucket", "acme-audit", "credentials_path", "app/db"));
    }

    /** A tenant has only so many at a time. */
    private void endExports() {
        Sql.superuser(server)
                .update(
                        "update audit_export set status = 'CANCELLED', finished_at = now() where tenant_id = ? and status in ('PENDING', 'RUNNING')",
                        tenant);
    }

    private String export() {
        endExports();
        return owner.post("/v1/audit/export", exportBody())
                .expect(202)
                .json()
                .get("export_id")
                .stringValue();
    }

    private String erasure(String departing) {
        return owner.post("/v1/keys/erasures", Map.of("tenant_id", departing))
                .expect(202)
                .json()
                .get("erasure_id")
                .stringValue();
    }

    /** The decision by which somebody is refused now. */
    private String refusal() {
        return server.client(server.token(tenant.substring(4), partner.substring(4))
                        .serviceAccount("refused")
                        .sign())
                .get("/v1/secrets/app/db")
                .expect(403, "access_denied")
                .json()
                .at("/error/details/decision_id")
                .stringValue();
    }

    /** What of this tenant must never be in an answer to somebody else. */
    String[] ownWords() {
        return new String[] {
            CANARY,
            "team:data",
            bound,
            spare,
            binding,
            trust(),
            changedTrust(),
            spareTrust(),
            user,
            "@people.test",
            authority(),
            foreign().pending(),
            certificate(),
            keptCertificate(),
            requests().get(0),
            requests().get(1),
            requests().get(2),
            events().webhook(),
            events().subscription()
        };
    }
}
