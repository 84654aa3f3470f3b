package ai.scailabs.vault.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/**
 * Advisories CVE-2026-45808, CVE-2026-40264, CVE-2023-24999 and their like: an id opens nothing outside the tenant, nor under another parent, nor as an id of another kind; and
 * nobody can tell from the answer that it exists. Every parameter in a path of the document is tried.
 */
class ForeignIdsTest {
    /** Well-formed, and of nothing. */
    /** With what an operation's path begins, and what the ids begin with that follow. */
    private static final Map<String, String> KINDS = Map.ofEntries(
            Map.entry("/v1/auth/trusts/", "trust_"),
            Map.entry("/v1/pki/trust-anchors/", "ta_"),
            Map.entry("/v1/pki/ca/", "ca_"),
            Map.entry("/v1/pki/certificates/", "cert_"),
            Map.entry("/v1/pki/csr/", "csr_"),
            Map.entry("/v1/dns/providers/", "dnsp_"),
            Map.entry("/v1/federation/backends/", "fed_"),
            Map.entry("/v1/webhooks/", "wh_"),
            Map.entry("/v1/subscriptions/", "sub_"),
            Map.entry("/v1/secret-policies/", "sp_"),
            Map.entry("/v1/rotation/policies/", "rot_"),
            Map.entry("/v1/dynamic/leases/", "lease_"));

    private static final String NEVER_ISSUED = "01K9Z6F3V4M8Q2T7B5N1C0D9XE";

    private static RunningServer server;
    private static OpenApi api;
    private static PreparedTenant own;
    private static PreparedTenant sibling;
    private static PreparedTenant stranger;

    @BeforeAll
    static void prepare() {
        server = RunningServer.shared();
        api = OpenApi.of(server);
        own = PreparedTenant.create(server, "foreign-own", "foreign");
        sibling = PreparedTenant.create(server, "foreign-sibling", "foreign");
        stranger = PreparedTenant.create(server, "foreign-stranger", "foreign-else");
        List.of(own, sibling, stranger).forEach(PreparedTenant::keyJob);
        List.of(own, sibling, stranger).forEach(PreparedTenant::complete);
    }

    @TestFactory
    Stream<DynamicTest> idOfAnotherTenant_isAnsweredAsOneThatWasNeverIssued() {
        Set<String> tried = new TreeSet<>();
        return Stream.concat(
                api.operations().stream()
                        .filter(operation ->
                                !operation.isPublic() && !idsOf(operation).isEmpty() && !isDirectory(operation))
                        .map(operation -> DynamicTest.dynamicTest(operation.toString(), () -> {
                            tried.addAll(idsOf(operation));
                            assertAllAlike(operation);
                        })),
                Stream.of(DynamicTest.dynamicTest(
                        "all kinds of ids were tried",
                        () -> assertThat(tried)
                                .containsExactlyInAnyOrder("id", "binding_id", "delivery", "conflict"))));
    }

    /** ScaiKey's people and groups go by their own names, and who may see whom differs: IdentityApiTest tries it. */
    private static boolean isDirectory(OpenApi.Operation operation) {
        return operation.template().startsWith("/v1/identity/");
    }

    /** The variables of the path that are ids: of secrets paths are the names, and identities have names as well, which belong to the caller's own tenant by themselves. */
    private static List<String> idsOf(OpenApi.Operation operation) {
        List<String> names = new ArrayList<>();
        for (String part : operation.template().split("/")) {
            boolean isName = part.startsWith("{path}")
                    || Set.of("{level}", "{identity_id}", "{name}", "{role}", "{engine}")
                            .contains(part);
            if (part.startsWith("{") && !isName) {
                names.add(part.substring(1, part.length() - 1));
            }
        }
        return names;
    }

    private static void assertAllAlike(OpenApi.Operation operation) {
        // What it needs, if that is not there yet, is made before the look.
        own.call(operation);
        Map<String, String> before = fingerprints();
        Set<String> answers = new TreeSet<>();
        for (Map<String, String> ids : idsThatAreNotOurs(operation)) {
            ApiCall call = own.call(operation);
            ApiClient.Reply reply = new ApiCall(call.method(), uri(operation, ids), call.body()).by(own.owner());
            reply.expect(404);
            api.assertDocumented(operation, reply);
            answers.add(withoutTheRequest(reply));
        }
        assertThat(answers).as("whether the id exists elsewhere cannot be told").hasSize(1);
        assertThat(fingerprints()).isEqualTo(before);
    }

    private static List<Map<String, String>> idsThatAreNotOurs(OpenApi.Operation operation) {
        List<Map<String, String>> all = new ArrayList<>();
        if (operation.template().startsWith("/v1/pki/acme/")) {
            return acmeIdsThatAreNotOurs(operation);
        }
        String kind = kindOf(operation);
        for (PreparedTenant other : List.of(sibling, stranger)) {
            Map<String, String> theirs = byKind(other);
            all.add(ids(theirs.get(kind), theirs.get("pb_")));
        }
        all.add(ids(kind + NEVER_ISSUED, "pb_" + NEVER_ISSUED));
        Map<String, String> ours = byKind(own);
        // Ours, but of another kind.
        ours.entrySet().stream()
                .filter(each -> !each.getKey().equals(kind))
                .limit(2)
                .forEach(each -> all.add(ids(each.getValue(), ours.get("pol_"))));
        // The same characters under the prefix that is asked for.
        String characters = ours.get(kind.equals("pol_") ? "pb_" : "pol_");
        all.add(ids(
                kind + characters.substring(characters.indexOf('_') + 1),
                "pb_" + own.bound().substring(4)));
        return all;
    }

    /** What the ids begin with that the operation takes. */
    private static String kindOf(OpenApi.Operation operation) {
        return switch (operation.id()) {
            case "readDecision" -> "dec_";
            case "readKeyJob" -> "job_";
            default ->
                KINDS.entrySet().stream()
                        .filter(each -> operation.template().startsWith(each.getKey()))
                        .map(Map.Entry::getValue)
                        .findFirst()
                        .orElse("pol_");
        };
    }

    private static Map<String, String> byKind(PreparedTenant tenant) {
        Map<String, String> ids = new LinkedHashMap<>();
        ids.put("pol_", tenant.bound());
        ids.put("pb_", tenant.binding());
        ids.put("dec_", decisionOf(tenant));
        ids.put("trust_", tenant.trust());
        ids.put("job_", tenant.keyJob());
        ids.put("ca_", tenant.authority());
        ids.put("cert_", tenant.certificate());
        ids.put("ta_", tenant.anchor());
        ids.put("csr_", tenant.requests().getFirst());
        ids.put("dnsp_", tenant.dnsProvider());
        ids.put("fed_", tenant.backend());
        ids.put("sp_", tenant.credentials().recipe());
        ids.put("rot_", tenant.credentials().rotation());
        ids.put("lease_", tenant.dynamics().leaseId());
        ids.put("wh_", tenant.events().webhook());
        ids.put("sub_", tenant.events().subscription());
        return ids;
    }

    private static List<Map<String, String>> acmeIdsThatAreNotOurs(OpenApi.Operation operation) {
        boolean ofAccount = operation.template().startsWith("/v1/pki/acme/accounts/");
        boolean ofOrder = operation.template().startsWith("/v1/pki/acme/orders/");
        String prefix = ofAccount ? "acme_" : ofOrder ? "ord_" : "cert_";
        List<String> ids = new ArrayList<>();
        for (PreparedTenant other : List.of(sibling, stranger)) {
            PreparedAcme acme = PreparedAcme.of(other);
            ids.add(ofAccount ? acme.account() : ofOrder ? acme.order() : acme.certificate());
        }
        PreparedAcme ours = PreparedAcme.of(own);
        ids.add(prefix + NEVER_ISSUED);
        // Ours, but of another kind, and the same characters under the prefix that is asked for.
        ids.add(ofAccount ? ours.order() : ours.account());
        ids.add(ofOrder || ofAccount ? own.certificate() : own.bound());
        ids.add(prefix + own.certificate().substring(5));
        ids.add(prefix + (ofAccount ? ours.order().substring(4) : ours.account().substring(5)));
        return ids.stream().map(id -> Map.of("id", id)).toList();
    }

    private static Map<String, String> ids(String id, String binding) {
        return Map.of(
                "id",
                id,
                "binding_id",
                binding,
                "delivery",
                own.events().delivery(),
                "conflict",
                own.copied().conflicts().getLast());
    }

    private static String uri(OpenApi.Operation operation, Map<String, String> ids) {
        String uri = operation.template();
        for (String name : idsOf(operation)) {
            uri = uri.replace("{" + name + "}", String.valueOf(ids.get(name)));
        }
        uri = uri.replace("{path}", "app/db");
        assertThat(uri).doesNotContain("{").doesNotContain("null");
        return uri;
    }

    private static String decisionOf(PreparedTenant tenant) {
        String uri = tenant.call(operation("readDecision")).uri();
        return uri.substring(uri.lastIndexOf('/') + 1);
    }

    private static OpenApi.Operation operation(String id) {
        return api.operations().stream()
                .filter(each -> each.id().equals(id))
                .findFirst()
                .orElseThrow();
    }

    private static Map<String, String> fingerprints() {
        Map<String, String> fingerprints = new LinkedHashMap<>();
        for (PreparedTenant tenant : List.of(own, sibling, stranger)) {
            for (String space : List.of(tenant.tenant(), tenant.partner())) {
                fingerprints.put(space, Sql.superuser(server).fingerprint(space));
            }
        }
        return fingerprints;
    }

    private static String withoutTheRequest(ApiClient.Reply reply) {
        String requestId = reply.json().at("/error/request_id").stringValue();
        Map<String, List<String>> headers =
                new TreeMap<>(reply.response().headers().map());
        headers.keySet().removeAll(Set.of("date", "x-request-id", "x-ratelimit-remaining", "x-ratelimit-reset"));
        return reply.body().replace(requestId, "") + headers;
    }

    /** A child is what it is under its own parent only. */
    @Test
    void bindingOfAnotherPolicy_isNotReachedThroughThisOne() {
        String before = Sql.superuser(server).fingerprint(own.tenant());
        for (String policy : List.of(own.spare(), sibling.bound(), stranger.bound())) {
            assertThat(own.owner()
                            .delete("/v1/policies/" + policy + "/bindings/" + own.binding())
                            .status())
                    .isEqualTo(404);
        }
        for (PreparedTenant other : List.of(sibling, stranger)) {
            own.owner()
                    .delete("/v1/policies/" + own.bound() + "/bindings/" + other.binding())
                    .expect(404, "binding_not_found");
        }
        assertThat(Sql.superuser(server).fingerprint(own.tenant())).isEqualTo(before);
    }

    /** The audit log is asked by filters, and names of others find nothing. */
    @Test
    void auditLog_findsNothingByIdsAndNamesOfOthers() {
        String requestId = AuditRow.newRequestId();
        sibling.owner().get("/v1/secrets/app/db", "X-Request-ID", requestId).expect(200);
        for (String filter : List.of(
                "request_id=" + requestId,
                "identity_id=user:owner@foreign-sibling.test",
                "identity_id=user:owner@foreign-stranger.test")) {
            assertThat(own.owner()
                            .get("/v1/audit/logs?" + filter)
                            .expect(200)
                            .json()
                            .get("logs"))
                    .as(filter)
                    .isEmpty();
        }
    }

    /** Advisory CVE-2026-14886: no path of a batch leads out of the tenant, and one that is malformed is no batch at all. */
    @Test
    void batch_reachesNoOtherTenant_andOneMalformedPathRefusesAll() {
        String tenant = sibling.tenant();
        List<String> foreign = List.of(
                "t/" + tenant + "/app/db", tenant + "/app/db", "partner/app/db", "v1/t/" + tenant + "/secrets/app/db");
        ApiClient.Reply reply = own.owner()
                .post(
                        "/v1/secrets/batch",
                        Map.of(
                                "paths",
                                Stream.concat(foreign.stream(), Stream.of("app/old"))
                                        .toList()))
                .expect(200);
        assertThat(reply.json().get("secrets").propertyNames()).containsExactly("app/old");
        assertThat(reply.json().get("errors").propertyNames()).containsExactlyInAnyOrderElementsOf(foreign);
        for (String pattern : List.of("t/**", "**/" + tenant + "/**", "partner/**")) {
            assertThat(own.owner()
                            .post(
                                    "/v1/secrets/batch/metadata",
                                    Map.of("paths", List.of(pattern), "expand_wildcards", true))
                            .expect(200)
                            .json()
                            .get("secrets"))
                    .isEmpty();
        }
        String requestId = AuditRow.newRequestId();
        for (String bent : List.of(
                "../" + tenant + "/app/db",
                "/t/" + tenant + "/app/db",
                "app/db/..",
                "app//db",
                "app/db ",
                "app%2fdb")) {
            for (String collection : List.of("/v1/secrets", "/v1/partner/secrets")) {
                for (String batch : List.of("/batch", "/batch/metadata")) {
                    ApiClient.Reply refused = own.owner()
                            .post(
                                    collection + batch,
                                    Map.of("paths", List.of("app/db", bent)),
                                    "X-Request-ID",
                                    requestId)
                            .expect(400, "invalid_path");
                    assertThat(refused.body())
                            .doesNotContain(PreparedTenant.CANARY)
                            .doesNotContain(bent);
                }
            }
        }
        assertThat(AuditRow.of(server, requestId)).isNotEmpty().noneMatch(AuditRow::success);
    }
}
