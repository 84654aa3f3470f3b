package ai.scailabs.vault.server;

import ai.scailabs.vault.testkit.TestPebble;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * What a prepared tenant has ordered; made when it is first asked for. Nothing of it renews itself, so that nothing changes that nobody changes.
 *
 * @param account at a directory that takes everybody at their word
 * @param spareAccount one that may be deactivated
 * @param order one that made a certificate
 * @param certificate that it made
 * @param revocable an order whose certificate may be revoked
 * @param token for which a directory could look
 */
record PreparedAcme(
        String account, String spareAccount, String order, String certificate, String revocable, String token) {
    private static final Map<String, PreparedAcme> OF_TENANTS = new ConcurrentHashMap<>();

    static PreparedAcme of(PreparedTenant tenant) {
        return OF_TENANTS.computeIfAbsent(tenant.tenant(), name -> create(tenant));
    }

    private static PreparedAcme create(PreparedTenant tenant) {
        TestPebble pebble = Pebbles.believing();
        ApiClient owner = tenant.owner();
        String account = Pebbles.register(owner, pebble);
        String order = Pebbles.ordered(owner, body(account));
        String revocable = Pebbles.ordered(owner, body(account));
        String certificate = Pebbles.valid(owner, order).get("certificate_id").stringValue();
        Pebbles.valid(owner, revocable);
        String token = "prepared-" + tenant.tenant();
        Sql.superuser(tenant.server())
                .update(
                        "insert into acme_challenge (tenant_id, order_id, position, name, challenge_type, challenge_url, token, key_authorization, created_at)"
                                + " select tenant_id, order_id, 0, 'prepared.example.test', 'http-01', 'https://nowhere.test/', ?, ? || '.thumbprint', now()"
                                + " from acme_order where tenant_id = ? limit 1",
                        token,
                        token,
                        tenant.tenant());
        return new PreparedAcme(account, Pebbles.register(owner, pebble), order, certificate, revocable, token);
    }

    static Map<String, Object> body(String account) {
        Map<String, Object> order = Pebbles.order(account, "http-01", "prepared.example.test");
        order.put("auto_renew", false);
        return order;
    }

    /** A call of the operation that succeeds when the tenant's owner makes it. */
    ApiCall call(OpenApi.Operation operation) {
        String accounts = "/v1/pki/acme/accounts";
        String orders = "/v1/pki/acme/orders/" + order;
        return switch (operation.id()) {
            case "listAcmeAccounts" -> new ApiCall("GET", accounts + "?limit=10", null);
            case "createAcmeAccount" -> new ApiCall("POST", accounts, Pebbles.account(Pebbles.believing()));
            case "readAcmeAccount" -> new ApiCall("GET", accounts + "/" + account, null);
            case "updateAcmeAccount" ->
                new ApiCall("PATCH", accounts + "/" + account, Map.of("email", "others@example.org"));
            case "rotateAcmeAccountKey" -> new ApiCall("POST", accounts + "/" + account + "/rotate-key", Map.of());
            case "deactivateAcmeAccount" -> new ApiCall("DELETE", accounts + "/" + spareAccount, null);
            case "orderAcmeCertificate" -> new ApiCall("POST", "/v1/pki/acme/issue", body(account));
            case "listAcmeOrders" -> new ApiCall("GET", "/v1/pki/acme/orders?limit=10", null);
            case "readAcmeOrder" -> new ApiCall("GET", orders, null);
            case "readAcmeCertificateChain" -> new ApiCall("GET", orders + "/certificate", null);
            case "exportAcmeCertificate" -> new ApiCall("POST", orders + "/export", Map.of("format", "pem"));
            case "renewAcmeCertificate" -> new ApiCall("POST", orders + "/renew", null);
            case "revokeAcmeCertificate" ->
                new ApiCall("POST", "/v1/pki/acme/orders/" + revocable + "/revoke", Map.of("reason", "superseded"));
            case "listAcmeCertificates" -> new ApiCall("GET", "/v1/pki/acme/certificates?limit=10", null);
            case "readAcmeCertificate" -> new ApiCall("GET", "/v1/pki/acme/certificates/" + certificate, null);
            case "updateAcmeCertificate" ->
                new ApiCall("PATCH", "/v1/pki/acme/certificates/" + certificate, Map.of("auto_renew", false));
            case "answerAcmeChallenge" -> new ApiCall("GET", "/.well-known/acme-challenge/" + token, null);
            default -> throw new AssertionError("no call is known of the operation " + operation.id() + ": add one");
        };
    }
}
