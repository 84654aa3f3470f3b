package ai.scailabs.vault.server;

import static org.assertj.core.api.Assertions.assertThat;

import ai.scailabs.vault.testkit.TokenAlgorithm;
import ai.scailabs.vault.testkit.TokenBuilder;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/** Every operation of the document, by every caller who must not: nothing is shown and nothing is changed. */
class TenantMatrixTest {
    private static final Set<String> BY_HEADER_TOO =
            Set.of("tnt_matrix-victim", "tnt_matrix-stranger", "tnt_no-such-tenant", "ptn_matrix", "");

    private static RunningServer server;
    private static OpenApi api;
    private static PreparedTenant victim;
    private static String before;
    private static String revoked;
    private static String revokedPersonal;

    @BeforeAll
    static void prepare() {
        server = RunningServer.shared();
        api = OpenApi.of(server);
        victim = PreparedTenant.create(server, "matrix-victim", "matrix");
        // Another tenant of the same partner, and one of another: what is theirs they may do everything with.
        server.owner("matrix-sibling", "matrix");
        server.owner("matrix-stranger", "matrix-other");
        revoked = victimToken().sign();
        revokedPersonal = victimToken().personal();
        for (String token : List.of(revoked, revokedPersonal)) {
            victim.owner().post("/v1/auth/revoke", Map.of("token", token)).expect(204);
        }
        victim.keyJob();
        victim.complete();
        before = fingerprint();
    }

    @AfterAll
    static void nothingOfTheVictimHasChanged() {
        assertThat(fingerprint()).isEqualTo(before);
        assertThat(victim.owner()
                        .get("/v1/secrets/app/db")
                        .expect(200)
                        .json()
                        .get("version")
                        .intValue())
                .isEqualTo(2);
    }

    private static String fingerprint() {
        Sql sql = Sql.superuser(server);
        return sql.fingerprint(victim.tenant()) + sql.fingerprint(victim.partner());
    }

    @TestFactory
    Stream<DynamicTest> tokensThatDoNotCount_areRefusedEverywhere() {
        Map<String, ApiClient> callers = new LinkedHashMap<>();
        callers.put("authentication_required: no token", server.client(null));
        callers.put("token_invalid: wrong audience", by(victimToken().audience("scaivault-other")));
        callers.put("token_invalid: no audience", by(victimToken().without("aud")));
        callers.put("token_invalid: wrong issuer", by(victimToken().issuedBy("https://scaikey.example.test")));
        callers.put("token_invalid: no issuer", by(victimToken().without("iss")));
        callers.put("token_expired: expired", by(victimToken().ttl(Duration.ofMinutes(-2))));
        callers.put("token_invalid: no expiry", by(victimToken().without("exp")));
        callers.put("token_invalid: alg none", server.client(victimToken().unsigned()));
        callers.put("token_invalid: unknown key", server.client(victimToken().signWithUnknownKey()));
        callers.put("token_invalid: forged key", server.client(victimToken().signWithForgedKey()));
        callers.put(
                "token_invalid: public key as secret",
                server.client(victimToken().signWithPublicKeyAsSecret()));
        callers.put("token_invalid: damaged", server.client(victimToken().signAndDamage()));
        callers.put("token_invalid: no tenant", by(victimToken().without("tenant_id")));
        callers.put("token_invalid: no partner", by(victimToken().without("partner_id")));
        callers.put(
                "token_invalid: tenant is a partner's space", by(victimToken().tenant("ptn_matrix")));
        callers.put("token_invalid: not a token", server.client("abc.def.ghi"));
        callers.put("token_revoked: revoked", server.client(revoked));
        callers.put("token_revoked: revoked personal token", server.client(revokedPersonal));
        callers.put("token_invalid: unknown personal token", server.client("skt_not-a-token-of-anybody"));
        callers.put(
                "token_invalid: personal token of another audience",
                server.client(victimToken().audience("scaivault-other").personal()));
        callers.put(
                "token_invalid: expired personal token",
                server.client(victimToken().ttl(Duration.ofSeconds(-20)).personal()));
        return callers.entrySet().stream()
                .flatMap(caller -> everyGuarded(
                        operation -> {
                            String code = caller.getKey().split(":")[0];
                            ApiClient.Reply reply =
                                    victim.call(operation).by(caller.getValue()).expect(401, code);
                            assertThat(reply.header("WWW-Authenticate")).isEqualTo("Bearer");
                            assertSilent(operation, reply);
                        },
                        caller.getKey()));
    }

    @TestFactory
    Stream<DynamicTest> malformedAuthorization_isRefusedEverywhere() {
        String token = victimToken().sign();
        return Stream.of("Basic " + token, "Bearer", "Bearer ", token, "Token " + token)
                .flatMap(value -> everyGuarded(
                        operation -> assertSilent(
                                operation,
                                victim.call(operation)
                                        .by(server.client(null), "Authorization", value)
                                        .expect(401, "authentication_required")),
                        value.split(" ")[0] + " header"));
    }

    @TestFactory
    Stream<DynamicTest> tokenOfAKnownTenantUnderAnotherPartner_isRefusedEverywhere() {
        ApiClient liar = by(server.token("matrix-victim", "matrix-other").user("owner@matrix-victim.test"));
        return everyGuarded(
                operation ->
                        assertSilent(operation, victim.call(operation).by(liar).expect(403, "tenant_access_denied")),
                "liar");
    }

    @TestFactory
    Stream<DynamicTest> whoIsNoAdministratorOfThePartner_reachesNoOtherTenant_whetherOrNotItExists() {
        ApiClient sibling = by(server.token("matrix-sibling", "matrix")
                .user("owner@matrix-sibling.test")
                .role("tenant_admin")
                .role("super_admin"));
        return Stream.of("tnt_matrix-victim", "tnt_matrix-stranger", "tnt_no-such-tenant", "ptn_matrix", "*", "")
                .flatMap(asked -> asking(asked, sibling, 403, "tenant_access_denied"));
    }

    @TestFactory
    Stream<DynamicTest> administratorOfThePartner_reachesNoTenantOfAnother_whetherOrNotItExists() {
        ApiClient admin = by(server.token("matrix-sibling", "matrix")
                .user("owner@matrix-sibling.test")
                .role("partner_admin"));
        return Stream.of(
                        "tnt_matrix-stranger",
                        "tnt_no-such-tenant",
                        "ptn_matrix",
                        "ptn_matrix-other",
                        "tnt_",
                        "tnt_matrix-victim.",
                        "TNT_matrix-victim",
                        "tnt_MATRIX-victim",
                        "tnt_matrix-victim%20",
                        "*",
                        "")
                .flatMap(asked -> asking(asked, admin, 404, "tenant_not_found"));
    }

    /** By the prefix, and by the header, of which one reading is tried with fewer spellings: a URI has more ways to be read. */
    private static Stream<DynamicTest> asking(String asked, ApiClient caller, int status, String code) {
        return Stream.concat(
                everyGuarded(
                        operation -> assertSilent(
                                operation,
                                victim.call(operation).on(asked).by(caller).expect(status, code)),
                        "asks by prefix for '" + asked + "'"),
                BY_HEADER_TOO.contains(asked)
                        ? everyGuarded(
                                operation -> assertSilent(
                                        operation,
                                        victim.call(operation)
                                                .by(caller, "X-Tenant-ID", asked)
                                                .expect(status, code)),
                                "asks by header for '" + asked + "'")
                        : Stream.empty());
    }

    @TestFactory
    Stream<DynamicTest> administratorOfThePartner_needsAPolicyOfTheTenantAbroad() {
        ApiClient admin = by(server.token("matrix-sibling", "matrix")
                .user("ruled-at-home@matrix-sibling.test")
                .groups("ops")
                .role("partner_admin"));
        server.owner("matrix-sibling", "matrix").allow("user:ruled-at-home@matrix-sibling.test", "**", "admin");
        return everyGuarded(
                operation -> {
                    if (operation.permission() != null) {
                        assertSilent(
                                operation,
                                refusedOrEmpty(
                                        operation,
                                        victim.call(operation)
                                                .on(victim.tenant())
                                                .by(admin),
                                        "access_denied",
                                        403));
                    }
                },
                "no policy abroad");
    }

    @TestFactory
    Stream<DynamicTest> missingScope_isRefusedEverywhere() {
        return everyGuarded(
                operation -> {
                    String others = Stream.of(RunningServer.ALL_SCOPES.split(" "))
                            .filter(scope -> !scope.equals(operation.scope())
                                    && !scope.equals("admin")
                                    && !scope.equals(operation
                                            .node()
                                            .path("x-scaivault-or-scope")
                                            .asString("")))
                            .reduce("", (all, scope) -> all + " " + scope);
                    ApiClient caller = by(victimToken().scope(others.strip()));
                    if (!operation.needsScope()) {
                        victim.call(operation).by(caller).expect(200);
                        return;
                    }
                    ApiClient.Reply reply = victim.call(operation).by(caller).expect(403, "insufficient_scope");
                    assertThat(reply.json().at("/error/details/required_scope").stringValue())
                            .isEqualTo(operation.scope());
                    assertSilent(operation, reply);
                },
                "every scope but the right one");
    }

    /** Any valid token does where there is no path: those operations change the caller's own tenant, here one that is made for it. */
    @TestFactory
    Stream<DynamicTest> noPolicy_isRefusedWhereAPathIsNamed_andShownNothingWhereManyAre() {
        ApiClient nobody = by(server.token("matrix-victim", "matrix").serviceAccount("nobody"));
        return everyGuarded(
                operation -> {
                    if (operation.permission() == null) {
                        if (operation.template().startsWith("/v1/pki/acme/")) {
                            // Who has no rule for an account does nothing by it, also at home.
                            ApiClient.Reply reply = victim.call(operation).by(nobody);
                            assertThat(reply.status()).as(reply.body()).isIn(200, 403);
                            return;
                        }
                        PreparedTenant own = PreparedTenant.create(server, "matrix-unruled");
                        String ownTenant = own.tenant().substring(4);
                        own.call(operation)
                                .by(by(server.token(ownTenant, "matrix-unruled").serviceAccount("nobody")));
                        return;
                    }
                    assertSilent(
                            operation,
                            refusedOrEmpty(operation, victim.call(operation).by(nobody), "access_denied", 403));
                },
                "no policy");
    }

    @TestFactory
    Stream<DynamicTest> administratorOfAnotherPartner_findsNothingOfTheVictim() {
        ApiClient stranger = by(server.token("matrix-stranger", "matrix-other")
                .user("owner@matrix-stranger.test")
                .role("partner_admin"));
        ApiClient writer = server.owner("matrix-writer", "matrix-writer");
        return everyGuarded(
                operation -> {
                    ApiClient caller = operation.id().startsWith("write") ? writer : stranger;
                    assertForeign(operation, victim.call(operation).by(caller));
                },
                "stranger");
    }

    /** Of the partner's secrets a sibling with the rule may see the same: here it has none. */
    @TestFactory
    Stream<DynamicTest> siblingTenant_findsNothingOfTheVictim() {
        ApiClient ownerOfSibling = server.owner("matrix-sibling2", "matrix");
        ApiClient sibling = server.member(ownerOfSibling, "matrix-sibling2", "matrix", "sibling", "app/**", "admin");
        ApiClient writer = server.member(
                server.owner("matrix-sibling3", "matrix"), "matrix-sibling3", "matrix", "sibling", "app/**", "admin");
        return everyGuarded(
                operation -> {
                    ApiClient caller = operation.id().startsWith("write") ? writer : sibling;
                    ApiClient.Reply reply = victim.call(operation).by(caller);
                    if (operation.isShared()) {
                        assertSilent(operation, refusedOrEmpty(operation, reply, "access_denied", 403));
                    } else {
                        assertForeign(operation, reply);
                    }
                },
                "sibling");
    }

    private static void assertForeign(OpenApi.Operation operation, ApiClient.Reply reply) {
        switch (operation.id()) {
            // Its own tenant is empty: a write makes a first version there.
            case "writeSecret", "writePartnerSecret" -> {
                assertThat(reply.status()).isIn(200, 201);
                assertThat(reply.json().get("version").intValue()).isEqualTo(1);
            }
            case "readPolicy",
                    "replacePolicy",
                    "updatePolicy",
                    "deletePolicy",
                    "listBindings",
                    "bindPolicy",
                    "unbindPolicy" -> reply.expect(404, "policy_not_found");
            case "readDecision" -> reply.expect(404, "decision_not_found");
            case "readTrust", "replaceTrust", "updateTrust", "deleteTrust" -> reply.expect(404, "trust_not_found");
            // Who manages a tenant, and who has no rule for authorities.
            case "readCa",
                    "updateCa",
                    "readCaCertificate",
                    "disableCa",
                    "enableCa",
                    "revokeCa",
                    "buildCrl",
                    "readCaCsr",
                    "certifyCa",
                    "rotateCa",
                    "takeCaOffline",
                    "confirmCaOffline",
                    "importCrl",
                    "crossSignCa" -> assertThat(reply.code()).as(reply.body()).isIn("ca_not_found", "access_denied");
            case "createCa", "importCa" ->
                assertThat(reply.status()).as(reply.body()).isIn(201, 403);
            case "readPkiRole", "updatePkiRole", "deletePkiRole", "checkPkiRole", "issueCertificate", "signRequest" ->
                assertThat(reply.code()).as(reply.body()).isIn("role_not_found", "access_denied");
            // On an authority of the victim.
            case "createPkiRole" -> assertThat(reply.code()).as(reply.body()).isIn("ca_not_found", "access_denied");
            case "readCertificate", "readCertificatePem", "revokeCertificate", "releaseCertificate" ->
                assertThat(reply.code()).as(reply.body()).isIn("certificate_not_found", "access_denied");
            case "listCas",
                    "listPkiRoles",
                    "listCertificates",
                    "listTrustAnchors",
                    "listDnsProviders",
                    "listBackends" -> reply.expect(200);
            case "listAcmeAccounts", "listAcmeOrders", "listAcmeCertificates" -> reply.expect(200);
            case "createAcmeAccount" ->
                assertThat(reply.status()).as(reply.body()).isIn(201, 403);
            case "readAcmeAccount",
                    "updateAcmeAccount",
                    "rotateAcmeAccountKey",
                    "deactivateAcmeAccount",
                    "orderAcmeCertificate" ->
                assertThat(reply.code()).as(reply.body()).isIn("acme_account_not_found", "access_denied");
            case "readAcmeOrder",
                    "readAcmeCertificateChain",
                    "exportAcmeCertificate",
                    "renewAcmeCertificate",
                    "revokeAcmeCertificate" ->
                assertThat(reply.code()).as(reply.body()).isIn("acme_order_not_found", "access_denied");
            case "readAcmeCertificate", "updateAcmeCertificate" ->
                assertThat(reply.code()).as(reply.body()).isIn("certificate_not_found", "access_denied");
            case "readTrustAnchor", "deleteTrustAnchor" ->
                assertThat(reply.code()).as(reply.body()).isIn("trust_anchor_not_found", "access_denied");
            case "createTrustAnchor" ->
                assertThat(reply.status()).as(reply.body()).isIn(201, 403);
            case "readDnsProvider", "updateDnsProvider", "deleteDnsProvider", "testDnsProvider" ->
                assertThat(reply.code()).as(reply.body()).isIn("dns_provider_not_found", "access_denied");
            case "createDnsProvider" ->
                assertThat(reply.status()).as(reply.body()).isIn(201, 403);
            case "readBackend",
                    "updateBackend",
                    "deleteBackend",
                    "readBackendStatus",
                    "syncBackend",
                    "listBackendConflicts",
                    "resolveBackendConflict" ->
                assertThat(reply.code()).as(reply.body()).isIn("backend_not_found", "access_denied");
            case "createBackend" -> assertThat(reply.status()).as(reply.body()).isIn(201, 400, 403);
            // By its own anchors: the victim's root is none, unless it was made one.
            case "validateCertificate" -> assertThat(reply.expect(200).body()).doesNotContain(victim.authority());
            case "importCsr" -> reply.expect(201);
            case "readCertificateKey", "updateCertificate" ->
                assertThat(reply.code()).as(reply.body()).isIn("certificate_not_found", "access_denied");
            case "readCsr", "approveCsr", "rejectCsr" ->
                assertThat(reply.code()).as(reply.body()).isIn("csr_not_found", "access_denied");
            case "signCsr" -> assertThat(reply.code()).as(reply.body()).isIn("ca_not_found", "access_denied");
            case "listCsrs", "readPkiSettings", "changePkiSettings" ->
                assertThat(reply.status()).as(reply.body()).isIn(200, 403);
            case "listMembers", "resolveIdentity", "readUserRoles" -> reply.expect(404, "identity_not_found");
            // Who administers another partner, and who administers none.
            case "replaceUserRoles" ->
                assertThat(reply.code()).as(reply.body()).isIn("identity_not_found", "forbidden");
            case "listUsers", "listGroups", "syncIdentities", "listSyncs" ->
                assertThat(reply.code()).as(reply.body()).isIn("tenant_not_found", "tenant_access_denied");
            case "listPartners", "listTenants", "listRoles", "listKeys", "listKeyJobs" -> reply.expect(200);
            // Of its own key.
            case "rotateKeys" -> reply.expect(202);
            case "readKeyJob" -> reply.expect(404, "not_found");
            // Who administers another partner, and who administers none.
            case "listErasures" ->
                assertThat(reply.status() == 200 || reply.code().equals("forbidden"))
                        .as(reply.body())
                        .isTrue();
            case "requestErasure" -> assertThat(reply.code()).as(reply.body()).isIn("tenant_not_found", "forbidden");
            case "listExports" -> reply.expect(200);
            case "readExport", "cancelExport" -> reply.expect(404, "not_found");
            // Of its own log, with a secret of its own.
            case "createExport" ->
                assertThat(reply.status() == 202 || reply.code().equals("access_denied"))
                        .as(reply.body())
                        .isTrue();
            case "readErasure", "cancelErasure", "confirmErasure" ->
                assertThat(reply.code()).as(reply.body()).isIn("not_found", "forbidden");
            case "introspectToken" -> assertThat(reply.expect(200).body()).isEqualTo("{\"active\":false}");
            case "revokeToken" -> reply.expect(204);
            case "whoami",
                    "listTrusts",
                    "listPolicies",
                    "queryAuditLog",
                    "readCheckpoint",
                    "readCheckpointKey",
                    "readAuditLeaves",
                    "readRetention",
                    "changeRetention",
                    "readSecretTrail",
                    "readIdentityTrail",
                    "summarizeAuditLog",
                    "detailedHealth",
                    "metrics",
                    "testPolicies",
                    "whoCan" -> reply.expect(200);
            // Of the caller's own tree, which may have no leaf yet.
            case "proveInclusion", "proveConsistency" ->
                assertThat(reply.status()).as(reply.body()).isIn(200, 422);
            case "listWebhooks", "listSubscriptions" -> reply.expect(200);
            case "createWebhook", "createSubscription" -> reply.expect(201);
            case "readWebhook", "updateWebhook", "deleteWebhook", "testWebhook", "listDeliveries", "redeliver" ->
                reply.expect(404, "webhook_not_found");
            case "readSubscription",
                    "updateSubscription",
                    "deleteSubscription",
                    "pollSubscription",
                    "acknowledgeEvents" -> reply.expect(404, "subscription_not_found");
            case "createPolicy", "createTrust" -> reply.expect(201);
            case "listEngines", "listLeases" -> reply.expect(200);
            // By policies of the caller's own tenant; and the root secret is the victim's.
            case "createEngine" -> assertThat(reply.code()).as(reply.body()).isIn("access_denied", "invalid_config");
            case "readEngine",
                    "updateEngine",
                    "deleteEngine",
                    "checkEngine",
                    "revokeLeases",
                    "listDynamicRoles",
                    "createDynamicRole",
                    "readDynamicRole",
                    "updateDynamicRole",
                    "deleteDynamicRole",
                    "grantLease",
                    "verifyOtp" -> assertThat(reply.code()).as(reply.body()).isIn("access_denied", "engine_not_found");
            case "readLease", "renewLease", "revokeLease" -> reply.expect(404, "lease_not_found");
            case "listSecretPolicies", "listRotationPolicies", "listDueRotations", "listPendingRotations" ->
                reply.expect(200);
            case "createSecretPolicy" -> reply.expect(201);
            // By a recipe of the victim.
            case "createRotationPolicy",
                    "readSecretPolicy",
                    "updateSecretPolicy",
                    "deleteSecretPolicy",
                    "previewSecretPolicy" -> reply.expect(404, "secret_policy_not_found");
            case "generateSecret", "generatePartnerSecret" ->
                assertThat(reply.code()).as(reply.body()).isIn("secret_policy_not_found", "access_denied", "forbidden");
            case "readRotationPolicy",
                    "updateRotationPolicy",
                    "deleteRotationPolicy",
                    "enableRotationPolicy",
                    "disableRotationPolicy",
                    "attachSecret",
                    "detachSecret",
                    "rotatePolicy",
                    "listRotations" -> reply.expect(404, "rotation_policy_not_found");
            default -> {
                assertThat(operation.permission())
                        .as("%s needs an expectation here", operation)
                        .isNotNull();
                refusedOrEmpty(operation, reply, "secret_not_found", 404);
            }
        }
        // The log of the caller's own attempts names what it asked for, and its own writes hold what it sent.
        boolean namesWhatWasAsked = Set.of(
                        "queryAuditLog",
                        "readAuditLeaves",
                        "readSecretTrail",
                        "readIdentityTrail",
                        "writeSecret",
                        "writePartnerSecret")
                .contains(operation.id());
        String[] words = namesWhatWasAsked ? new String[] {PreparedTenant.CANARY} : victim.ownWords();
        if (operation.id().equals("metrics")) {
            // Its series are named after what they measure.
            assertThat(reply.body()).doesNotContain(words);
        } else {
            Leaks.assertNone(operation.toString(), reply.body(), words);
        }
        api.assertDocumented(operation, reply);
    }

    private static ApiClient.Reply refusedOrEmpty(
            OpenApi.Operation operation, ApiClient.Reply reply, String code, int status) {
        if (operation.isList()) {
            reply.expect(200);
            assertThat(reply.json().get("secrets")).isEmpty();
            assertThat(reply.json().path("folders")).isEmpty();
        } else if (operation.isBatch()) {
            reply.expect(200);
            assertThat(reply.json().get("secrets")).as(reply.body()).isEmpty();
            assertThat(reply.json().get("errors"))
                    .isNotEmpty()
                    .allSatisfy(
                            error -> assertThat(error.get("code").stringValue()).isEqualTo(code));
        } else {
            reply.expect(status, code);
        }
        return reply;
    }

    private static void assertSilent(OpenApi.Operation operation, ApiClient.Reply reply) {
        Leaks.assertNone(operation.toString(), reply.body(), victim.ownWords());
        api.assertDocumented(operation, reply);
    }

    /** By RS256, whose public key is the one that others have taken for a secret. */
    private static TokenBuilder victimToken() {
        return server.token("matrix-victim", "matrix")
                .algorithm(TokenAlgorithm.RS256)
                .user("owner@matrix-victim.test")
                .role("partner_admin");
    }

    private static ApiClient by(TokenBuilder token) {
        return server.client(token.sign());
    }

    private static Stream<DynamicTest> everyGuarded(Check check, String caller) {
        return api.operations().stream()
                .filter(OpenApi.Operation::takesToken)
                .map(operation -> DynamicTest.dynamicTest(caller + ": " + operation, () -> check.run(operation)));
    }

    private interface Check {
        void run(OpenApi.Operation operation);
    }
}
