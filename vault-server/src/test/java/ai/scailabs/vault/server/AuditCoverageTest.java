package ai.scailabs.vault.server;

import static org.assertj.core.api.Assertions.assertThat;

import ai.scailabs.vault.audit.trail.AuditAction;
import ai.scailabs.vault.kernel.id.TenantId;
import java.time.Duration;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** No call with a token without its row: on success and on refusal, walked from the document. */
class AuditCoverageTest {
    private static final String AGENT = "audit-test/1.0";

    /** Like a value that somebody wrote into the wrong place. */
    private static final String MISPLACED = "Misplaced_s3cret-41bd";

    /** A token that did not count, what jobs do, keys of responders that authorities vouch for, and what is told of the keys that a job destroyed. */
    private static final Set<String> OF_NO_OPERATION = new TreeSet<>(Set.of(
            "authenticate",
            "purge",
            "restore_drill",
            "key_destroy",
            "audit_retire",
            "export_complete",
            "pki_ocsp_certify",
            "pki_renew",
            "pki_acme_order_step",
            "pki_acme_news",
            "federation_conflict",
            "secret_rotated",
            "rotation_due",
            "rotation_overdue",
            "rotation_completed",
            "rotation_retire",
            "secret_expiring",
            "secret_expired",
            "pki_certificate_expiring"));

    private final RunningServer server = RunningServer.shared();
    private final OpenApi api = OpenApi.of(server);

    @TestFactory
    Stream<DynamicTest> missingScope_leavesARowOfTheRefusal() {
        ApiClient scopeless = server.client(server.token("audit-scopeless")
                .scope("")
                .serviceAccount("scopeless")
                .sign());
        PreparedTenant prepared = PreparedTenant.create(server, "audit-scopeless");
        return api.operations().stream()
                .filter(OpenApi.Operation::needsScope)
                .map(operation -> DynamicTest.dynamicTest(operation.toString(), () -> {
                    String requestId = AuditRow.newRequestId();
                    prepared.call(operation)
                            .by(scopeless, "X-Request-ID", requestId)
                            .expect(403, "insufficient_scope");
                    AuditRow row = onlyRow(requestId);
                    assertRow(row, operation, "tnt_audit-scopeless", "sa:scopeless");
                    assertThat(row.success()).isFalse();
                    assertThat(row.text("error_code")).isEqualTo("insufficient_scope");
                }));
    }

    @TestFactory
    Stream<DynamicTest> noToken_leavesARowInTheLogOfTheUnidentified() {
        PreparedTenant prepared = PreparedTenant.create(server, "audit-anonymous");
        return api.operations().stream()
                .filter(OpenApi.Operation::takesToken)
                .map(operation -> DynamicTest.dynamicTest(operation.toString(), () -> {
                    String requestId = AuditRow.newRequestId();
                    ApiClient.Reply reply = prepared.call(operation).by(server.client(null), "X-Request-ID", requestId);
                    reply.expect(401, "authentication_required");
                    AuditRow row = onlyRow(requestId);
                    assertThat(row.text("tenant_id")).isEqualTo(TenantId.UNIDENTIFIED.value());
                    assertThat(row.text("action")).isEqualTo("authenticate");
                    assertThat(row.text("error_code")).isEqualTo("authentication_required");
                    assertThat(row.columns()).containsEntry("identity_id", null).containsEntry("secret_path", null);
                    assertThat(row.success()).isFalse();
                }));
    }

    @TestFactory
    Stream<DynamicTest> noPolicy_leavesARowOfTheRefusalWithThePath() {
        ApiClient stranger = server.client(
                server.token("audit-stranger").serviceAccount("stranger").sign());
        PreparedTenant prepared = PreparedTenant.create(server, "audit-stranger");
        return api.operations().stream()
                .filter(operation -> operation.permission() != null && !operation.isList() && !operation.isBatch())
                .map(operation -> DynamicTest.dynamicTest(operation.toString(), () -> {
                    String requestId = AuditRow.newRequestId();
                    prepared.call(operation)
                            .by(stranger, "X-Request-ID", requestId)
                            .expect(403, "access_denied");
                    List<AuditRow> rows = AuditRow.of(server, requestId);
                    assertThat(rows).isNotEmpty().allSatisfy(row -> {
                        assertThat(row.text("error_code")).isEqualTo("access_denied");
                        assertThat(row.text("secret_path")).startsWith(operation.isShared() ? "" : "app/");
                    });
                    assertThat(rows).anySatisfy(row -> assertRow(row, operation, "tnt_audit-stranger", "sa:stranger"));
                }));
    }

    /** The one failure that every operation with a token knows, also those that ask for no scope; what was written where it does not belong is nowhere in the row. */
    @TestFactory
    Stream<DynamicTest> malformedRequest_leavesARowOfTheFailure() {
        PreparedTenant prepared = PreparedTenant.create(server, "audit-malformed", "audit-malformed");
        return api.operations().stream()
                .filter(OpenApi.Operation::takesToken)
                .filter(operation -> !operation.id().equals("testPolicies"))
                .map(operation -> DynamicTest.dynamicTest(operation.toString(), () -> {
                    String requestId = AuditRow.newRequestId();
                    ApiCall call = prepared.call(operation);
                    String uri = call.uri() + (call.uri().contains("?") ? "&" : "?") + MISPLACED + "=" + MISPLACED;
                    ApiClient.Reply reply = new ApiCall(call.method(), uri, call.body(), call.headers())
                            .by(prepared.owner(), "X-Request-ID", requestId);
                    assertThat(reply.status()).as(reply.body()).isIn(400, 422);
                    List<AuditRow> rows = AuditRow.of(server, requestId);
                    assertThat(rows).isNotEmpty().allSatisfy(row -> {
                        assertRow(row, operation, row.text("tenant_id"), "user:owner@audit-malformed.test");
                        assertThat(row.success()).isFalse();
                        assertThat(row.text("error_code")).isEqualTo(reply.code());
                        assertThat(row.columns().toString()).doesNotContain(MISPLACED);
                    });
                    assertThat(reply.body()).doesNotContain(MISPLACED);
                }));
    }

    /** What is proved otherwise than by a token of ours: the refusal lies in the log of the tenant that was asked, or of nobody. */
    @Test
    void proofThatDoesNotCount_leavesARowOfTheRefusal() {
        PreparedTenant prepared = PreparedTenant.create(server, "audit-unproved", "audit-unproved");
        Map<String, Object> exchange = new HashMap<>();
        ((Map<?, ?>) exchange(prepared).body()).forEach((name, value) -> exchange.put(String.valueOf(name), value));
        exchange.put(
                "subject_token",
                server.issuer().token().subject("somebody-else").sign());
        String requestId = AuditRow.newRequestId();
        new ApiCall("POST", "/v1/auth/exchange", exchange)
                .by(server.client(null), "X-Request-ID", requestId)
                .expect(401, "token_invalid");
        AuditRow refused = onlyRow(requestId);
        assertThat(refused.text("tenant_id")).isEqualTo(prepared.tenant());
        assertThat(refused.text("action")).isEqualTo("token_exchange");
        assertThat(refused.text("error_code")).isEqualTo("token_invalid");
        assertThat(refused.text("extra_data")).contains(prepared.trust()).contains("reason");
        assertThat(refused.columns().toString()).doesNotContain("eyJ");

        String unsigned = AuditRow.newRequestId();
        ApiClient.Reply reply = server.client(null)
                .post("/v1/identity/webhooks/scaikey", "{}", "X-Request-ID", unsigned, "X-ScaiKey-Signature", "none");
        assertThat(reply.status()).isBetween(400, 403);
        AuditRow event = onlyRow(unsigned);
        assertThat(event.text("tenant_id")).isEqualTo(TenantId.UNIDENTIFIED.value());
        assertThat(event.text("action")).isEqualTo("identity_event");
        assertThat(event.success()).isFalse();
        assertThat(event.text("error_code")).isEqualTo(reply.code());
    }

    private static ApiCall exchange(PreparedTenant prepared) {
        return prepared.call(OpenApi.of(prepared.server()).operations().stream()
                .filter(operation -> operation.id().equals("exchangeToken"))
                .findFirst()
                .orElseThrow());
    }

    /** Refused abroad, both logs tell it: who acted, and on whom. {@link ActingAbroadTest} has the successes. */
    @TestFactory
    Stream<DynamicTest> refusalAbroad_leavesARowInBothLogs() {
        PreparedTenant there = PreparedTenant.create(server, "audit-there", "audit-abroad");
        ApiClient visitor = server.client(server.token("audit-home", "audit-abroad")
                .user("visitor@audit-home.test")
                .role("partner_admin")
                .scope("")
                .sign());
        return api.operations().stream()
                .filter(operation -> operation.takesToken() && operation.needsScope())
                .map(operation -> DynamicTest.dynamicTest(operation.toString(), () -> {
                    String requestId = AuditRow.newRequestId();
                    there.call(operation)
                            .on(there.tenant())
                            .by(visitor, "X-Request-ID", requestId)
                            .expect(403, "insufficient_scope");
                    List<AuditRow> rows = AuditRow.of(server, requestId);
                    assertThat(rows)
                            .extracting(row ->
                                    row.text("tenant_id") + " " + row.columns().get("acting_tenant_id"))
                            .containsExactlyInAnyOrder(there.tenant() + " tnt_audit-home", "tnt_audit-home null");
                    for (AuditRow row : rows) {
                        assertRow(row, operation, row.text("tenant_id"), "user:visitor@audit-home.test");
                        assertThat(row.text("error_code")).isEqualTo("insufficient_scope");
                        assertThat(row.success()).isFalse();
                        if (row.text("tenant_id").equals("tnt_audit-home")) {
                            assertThat(row.text("secret_path")).startsWith("t/" + there.tenant());
                        }
                    }
                }));
    }

    /** Only these operations leave no row: they show nothing of a tenant, or decide about nothing. */
    @Test
    void operationsWithoutARow_areThese() {
        assertThat(api.operations().stream()
                        .filter(operation -> operation.action().equals("none"))
                        .map(OpenApi.Operation::id))
                .containsExactlyInAnyOrder(
                        "health",
                        "ready",
                        "version",
                        "openapi",
                        "docs",
                        "securityTxt",
                        "readIssuer",
                        "readIssuerKeys",
                        "readCrl",
                        "readDeltaCrl",
                        "readCrlPart",
                        "readPublishedCaCertificate",
                        "readSshPublicKey",
                        "readSshRevoked",
                        "askOcsp",
                        "askOcspByGet",
                        "answerAcmeChallenge");
    }

    /** Every action is of an operation, or of one of the few things that happen besides; and the document names every one. */
    @Test
    void everyAction_isOfAnOperation_orOfWhatHappensByItself() {
        Set<String> actions = Arrays.stream(AuditAction.values())
                .map(AuditAction::wireName)
                .collect(Collectors.toCollection(TreeSet::new));
        Set<String> told = api.operations().stream()
                .map(OpenApi.Operation::action)
                .filter(action -> !action.equals("none"))
                .collect(Collectors.toCollection(TreeSet::new));
        assertThat(actions).containsAll(told);
        Set<String> besides = new TreeSet<>(actions);
        besides.removeAll(told);
        assertThat(besides).isEqualTo(OF_NO_OPERATION);
        Set<String> documented = new TreeSet<>();
        api.document()
                .at("/components/schemas/AuditAction/enum")
                .forEach(action -> documented.add(action.stringValue()));
        assertThat(documented).isEqualTo(actions);
    }

    @TestFactory
    Stream<DynamicTest> success_leavesItsRows() {
        PreparedTenant prepared = PreparedTenant.create(server, "audit-success", "audit-success");
        return api.operations().stream()
                .map(operation -> DynamicTest.dynamicTest(operation.toString(), () -> {
                    String requestId = AuditRow.newRequestId();
                    ApiClient.Reply reply = prepared.call(operation)
                            .by(prepared.owner(), "X-Request-ID", requestId, "User-Agent", AGENT);
                    assertThat(reply.status()).as(reply.body()).isBetween(200, 204);
                    assertThat(reply.header("X-Request-ID")).isEqualTo(requestId);
                    List<AuditRow> rows = AuditRow.of(server, requestId);
                    if (operation.action().equals("none") || operation.id().equals("testPolicies")) {
                        assertThat(rows).isEmpty();
                        return;
                    }
                    Set<String> logs =
                            rows.stream().map(row -> row.text("tenant_id")).collect(Collectors.toSet());
                    assertThat(logs)
                            .isEqualTo(
                                    operation.isInSharedSpace()
                                            ? Set.of(prepared.tenant(), prepared.partner())
                                            : Set.of(prepared.tenant()));
                    for (AuditRow row : rows) {
                        String identity = operation.id().equals("exchangeToken")
                                ? PreparedTenant.WORKLOAD_IDENTITY
                                : "user:owner@audit-success.test";
                        assertRow(
                                row,
                                operation,
                                row.text("tenant_id"),
                                operation.isSigned() ? "system:scaikey" : identity);
                        assertThat(row.text("user_agent")).isEqualTo(AGENT);
                        boolean refusedPath = row.text("secret_path").endsWith("app/missing");
                        assertThat(row.success()).isEqualTo(!refusedPath);
                        assertThat(row.columns().get("error_code")).isEqualTo(refusedPath ? "secret_not_found" : null);
                        assertThat(row.columns().get("acting_tenant_id"))
                                .isEqualTo(row.text("tenant_id").equals(prepared.partner()) ? prepared.tenant() : null);
                    }
                }));
    }

    /** Advisory CVE-2026-46358: whichever way somebody came in, the row has the same columns. */
    @Test
    void everyKindOfToken_leavesTheSameKindOfRow() {
        var person = server.token("audit-ways").user("jo@audit-ways.test");
        String revoked = person.sign();
        server.client(person.sign())
                .post("/v1/auth/revoke", Map.of("token", revoked))
                .expect(204);
        Set<String> known = filled(whoami(person.sign(), 200));
        assertThat(known).contains("tenant_id", "identity_id", "source_ip", "user_agent", "request_id");
        assertThat(filled(whoami(person.personal(), 200))).isEqualTo(known);
        assertThat(filled(
                        whoami(server.token("audit-ways").serviceAccount("svc").sign(), 200)))
                .isEqualTo(known);

        // What a workload does under an exchanged token is told of the workload besides.
        PreparedTenant trusting = PreparedTenant.create(server, "audit-trusting", "audit-trusting");
        Set<String> exchanged = filled(whoami(
                exchange(trusting)
                        .by(server.client(null))
                        .expect(200)
                        .json()
                        .get("access_token")
                        .stringValue(),
                200));
        assertThat(exchanged.remove("extra_data")).isTrue();
        assertThat(exchanged).isEqualTo(known);
        Set<String> abroad = new TreeSet<>();
        String visit = AuditRow.newRequestId();
        server.client(server.token("audit-visitor", "audit-trusting")
                        .user("jo@audit-visitor.test")
                        .role("partner_admin")
                        .sign())
                .get("/v1/t/tnt_audit-trusting/auth/whoami", "X-Request-ID", visit, "User-Agent", AGENT)
                .expect(200);
        for (AuditRow row : AuditRow.of(server, visit)) {
            abroad.addAll(filled(row));
        }
        assertThat(abroad.removeAll(Set.of("acting_tenant_id", "secret_path"))).isTrue();
        assertThat(abroad).isEqualTo(known);

        Set<String> refused = filled(whoami(revoked, 401));
        refused.remove("error_code");
        assertThat(refused).isEqualTo(known);

        Set<String> unknown = filled(whoami("not-a-token", 401));
        assertThat(unknown).contains("error_code").doesNotContain("identity_id");
        for (String token : List.of(
                "skt_audit-of-nobody-at-all",
                person.signWithForgedKey(),
                person.unsigned(),
                person.ttl(Duration.ofMinutes(-5)).sign())) {
            assertThat(filled(whoami(token, 401))).isEqualTo(unknown);
        }
    }

    private AuditRow whoami(String token, int status) {
        String requestId = AuditRow.newRequestId();
        server.client(token)
                .get("/v1/auth/whoami", "X-Request-ID", requestId, "User-Agent", AGENT)
                .expect(status);
        return onlyRow(requestId);
    }

    private static Set<String> filled(AuditRow row) {
        return row.columns().entrySet().stream()
                .filter(column -> column.getValue() != null)
                .map(Map.Entry::getKey)
                .collect(Collectors.toCollection(TreeSet::new));
    }

    @Test
    void everyPathOfABatch_hasARowOfItsOwn() {
        PreparedTenant prepared = PreparedTenant.create(server, "audit-batch", "audit-batch");
        String requestId = AuditRow.newRequestId();
        prepared.owner()
                .post(
                        "/v1/secrets/batch",
                        "{\"paths\":[\"app/db\",\"app/old\",\"app/none\"]}",
                        "X-Request-ID",
                        requestId)
                .expect(200);
        assertThat(AuditRow.of(server, requestId))
                .extracting(row -> row.text("secret_path") + " " + row.success() + " " + row.text("error_code"))
                .containsExactlyInAnyOrder("app/db true null", "app/old true null", "app/none false secret_not_found");
    }

    @Test
    void auditLog_showsItsOwnRowsOnly_withTheDocumentedFields() {
        PreparedTenant prepared = PreparedTenant.create(server, "audit-own", "audit-own");
        PreparedTenant.create(server, "audit-other", "audit-own");
        ApiClient.Reply reply =
                prepared.owner().get("/v1/audit/logs?limit=1000").expect(200);
        assertThat(reply.json().get("logs"))
                .isNotEmpty()
                .allSatisfy(entry ->
                        assertThat(entry.get("tenant_id").stringValue()).isEqualTo("tnt_audit-own"));
        assertThat(reply.body()).doesNotContain("audit-other");
    }

    @Test
    void rows_cannotBeChangedOrRemovedByTheService() {
        Sql app = new Sql(server.database().app());
        for (String statement :
                List.of("update audit_log set success = true", "delete from audit_log", "truncate audit_log")) {
            org.assertj.core.api.Assertions.assertThatThrownBy(() -> app.update(statement))
                    .hasRootCauseInstanceOf(java.sql.SQLException.class)
                    .hasMessageContaining("permission denied");
        }
    }

    private AuditRow onlyRow(String requestId) {
        List<AuditRow> rows = AuditRow.of(server, requestId);
        assertThat(rows).hasSize(1);
        return rows.getFirst();
    }

    private static void assertRow(AuditRow row, OpenApi.Operation operation, String tenant, String identity) {
        assertThat(row.text("tenant_id")).isEqualTo(tenant);
        assertThat(row.text("action")).isEqualTo(operation.action());
        assertThat(row.text("identity_id")).isEqualTo(identity);
        String kind = identity.substring(0, identity.indexOf(':'));
        assertThat(row.text("identity_type")).isEqualTo(kind.equals("sa") ? "service_account" : kind);
        assertThat(row.text("source_ip")).isEqualTo("127.0.0.1");
        assertThat((Integer) row.columns().get("duration_ms")).isBetween(0, 60_000);
    }
}
