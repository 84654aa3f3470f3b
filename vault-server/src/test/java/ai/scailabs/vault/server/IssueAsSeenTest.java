package ai.scailabs.vault.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Certificates are issued by what was last seen of role, policies and authority, and kept only if it is so still. Whatever changes behind the back of an instance counts for the next certificate. */
class IssueAsSeenTest {
    private static final String TENANT = "tnt_issue-seen";

    private static RunningServer server;
    private static ApiClient owner;
    private static String authority;
    private static Sql sql;

    @BeforeAll
    static void prepare() {
        server = RunningServer.shared();
        owner = server.owner("issue-seen", "issue-seen");
        authority = authorityWithRole(owner);
        sql = Sql.superuser(server);
    }

    private static String authorityWithRole(ApiClient of) {
        String id = PkiRoleApiTest.root(of, "seen");
        of.post("/v1/pki/roles", Map.of("name", "seen", "ca_id", id, "allowed_domains", List.of("*.internal")))
                .expect(201);
        return id;
    }

    private static ApiClient.Reply issue(ApiClient caller, String commonName) {
        return caller.post("/v1/pki/issue/seen", Map.of("common_name", commonName, "ttl", "1h"));
    }

    private static Object kept(String commonName) {
        return sql.value(
                "select count(*) from certificate where tenant_id = ? and common_name = ?", TENANT, commonName);
    }

    @Test
    void roleThatAnotherInstanceChanged_countsAtOnce_bothWays() {
        issue(owner, "before.internal").expect(201);
        changeDomains("*.internal", "*.elsewhere");
        issue(owner, "after.internal").expect(422, "name_not_allowed");
        assertThat(kept("after.internal")).isEqualTo(0L);
        issue(owner, "after.elsewhere").expect(201);
        changeDomains("*.elsewhere", "*.internal");
        issue(owner, "again.internal").expect(201);
    }

    /** Keys that are kept are written by a transaction of their own; what the certificate is allowed by is confirmed there, too. */
    @Test
    void roleThatKeepsKeys_countsAtOnceAsWell() {
        owner.post(
                        "/v1/pki/roles",
                        Map.of(
                                "name",
                                "keeps",
                                "ca_id",
                                authority,
                                "allowed_domains",
                                List.of("*.kept.internal"),
                                "store_private_keys",
                                true))
                .expect(201);
        String issue = "/v1/pki/issue/keeps";
        ApiClient service = server.client(server.token("issue-seen", "issue-seen")
                .serviceAccount("keeping")
                .sign());
        String policy = owner.allow("sa:keeping", "pki/roles/keeps", "write");
        service.post(issue, Map.of("common_name", "before.kept.internal")).expect(201);
        changeDomains("keeps", "*.kept.internal", "*.kept.elsewhere");
        service.post(issue, Map.of("common_name", "after.kept.internal")).expect(422, "name_not_allowed");
        service.post(issue, Map.of("common_name", "after.kept.elsewhere")).expect(201);
        owner.delete("/v1/policies/" + policy + "?force=true").expect(204);
        service.post(issue, Map.of("common_name", "withdrawn.kept.elsewhere")).expect(403, "access_denied");
        assertThat(kept("after.kept.internal")).isEqualTo(0L);
        assertThat(kept("withdrawn.kept.elsewhere")).isEqualTo(0L);
    }

    private static void changeDomains(String from, String to) {
        changeDomains("seen", from, to);
    }

    private static void changeDomains(String role, String from, String to) {
        sql.update(
                "update pki_role set terms = replace(terms::text, ?, ?)::jsonb, revision = revision + 1, updated_at = now() where tenant_id = ? and name = ?",
                "\"" + from + "\"",
                "\"" + to + "\"",
                TENANT,
                role);
    }

    @Test
    void grant_countsAtOnce_andSoDoesItsEnd() {
        ApiClient service = server.client(
                server.token("issue-seen", "issue-seen").serviceAccount("late").sign());
        issue(service, "granted.internal").expect(403, "access_denied");
        String policy = owner.allow("sa:late", "pki/roles/seen", "write");
        issue(service, "granted.internal").expect(201);
        owner.delete("/v1/policies/" + policy + "?force=true").expect(204);
        issue(service, "withdrawn.internal").expect(403, "access_denied");
        assertThat(kept("withdrawn.internal")).isEqualTo(0L);
    }

    @Test
    void authorityThatAnotherInstanceDisabled_signsNothingMore() {
        issue(owner, "signed.internal").expect(201);
        status("disabled");
        ApiClient.Reply refused = issue(owner, "disabled.internal");
        status("active");
        refused.expect(409, "conflict");
        assertThat(kept("disabled.internal")).isEqualTo(0L);
        issue(owner, "enabled.internal").expect(201);
    }

    private static void status(String status) {
        sql.update(
                "update certificate_authority set status = ?, updated_at = now() where tenant_id = ? and name = 'seen'",
                status,
                TENANT);
    }

    /** As after a restore, and as when an instance stood still for long. */
    @Test
    void numbersThatAreNotReservedAnyMore_areReplaced_andNoneIsUsedTwice() {
        for (int i = 0; i < 4; i++) {
            issue(owner, "n" + i + ".internal").expect(201);
        }
        sql.update("delete from reserved_serial where tenant_id = ?", TENANT);
        issue(owner, "lost.internal").expect(201);
        for (int i = 0; i < 4; i++) {
            issue(owner, "m" + i + ".internal").expect(201);
        }
        sql.update(
                "update reserved_serial set reserved_at = now() - interval '11 minutes' where tenant_id = ?", TENANT);
        issue(owner, "aged.internal").expect(201);
        assertThat(
                        sql.value(
                                "select count(*) from reserved_serial r join certificate c on c.tenant_id = r.tenant_id and c.ca_id = r.ca_id and c.serial = r.serial"))
                .isEqualTo(0L);
    }

    @Test
    void manyTenantsAtOnce_haveEachTheirOwn_withNameAndEntry() throws Exception {
        List<ApiClient> owners = new ArrayList<>();
        for (int tenant = 0; tenant < 3; tenant++) {
            ApiClient each = server.owner("issue-seen-" + tenant, "issue-seen");
            authorityWithRole(each);
            owners.add(each);
        }
        List<Callable<ApiClient.Reply>> calls = new ArrayList<>();
        for (int i = 0; i < 60; i++) {
            ApiClient each = owners.get(i % 3);
            String name = "t" + i % 3 + "-" + i + ".internal";
            calls.add(() -> issue(each, name));
        }
        try (ExecutorService threads = Executors.newFixedThreadPool(12)) {
            for (Future<ApiClient.Reply> reply : threads.invokeAll(calls)) {
                reply.get().expect(201);
            }
        }
        for (int tenant = 0; tenant < 3; tenant++) {
            assertThat(sql.value("""
                                    select count(distinct c.certificate_id) from certificate c
                                    join certificate_authority a on a.tenant_id = c.tenant_id and a.ca_id = c.ca_id
                                    join certificate_name n on n.tenant_id = c.tenant_id and n.certificate_id = c.certificate_id and n.name = 'dns:' || c.common_name
                                    join audit_log l on l.tenant_id = c.tenant_id and l.action = 'pki_issue' and l.success
                                        and l.extra_data ->> 'names' like '%' || c.common_name || '%'
                                    where c.tenant_id = ? and c.common_name like ?
                                    """, "tnt_issue-seen-" + tenant, "t" + tenant + "-%"))
                    .isEqualTo(20L);
        }
    }

    @Test
    void suspendedTenant_isGivenNothing() {
        ApiClient leaving = server.owner("issue-leaving", "issue-seen");
        authorityWithRole(leaving);
        issue(leaving, "one.internal").expect(201);
        sql.update("update tenant set status = 'suspended' where tenant_id = 'tnt_issue-leaving'");
        assertThat(issue(leaving, "two.internal").status()).isIn(403, 503);
        assertThat(sql.value("select count(*) from certificate where common_name = 'two.internal'"))
                .isEqualTo(0L);
    }
}
