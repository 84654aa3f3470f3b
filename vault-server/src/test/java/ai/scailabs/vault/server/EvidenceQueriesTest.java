package ai.scailabs.vault.server;

import static org.assertj.core.api.Assertions.assertThat;

import ai.scailabs.vault.testkit.RepositoryFiles;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** A query that an auditor is handed names the fault that it looks for, and nothing where there is none. */
class EvidenceQueriesTest {
    private static final String DOCUMENT = "docs/compliance/database.md";
    private static final Pattern HEADING_OR_QUERY =
            Pattern.compile("^## ([^\n]+)$|^```sql\n(.+?)^```$", Pattern.MULTILINE | Pattern.DOTALL);

    /** What makes each query speak, by its heading, the second one below a heading with a number. */
    private static final Map<String, String> FAULTS = Map.ofEntries(
            Map.entry(
                    "Tables that do not keep tenants apart", "alter table secret_version no force row level security"),
            Map.entry("Logins with more power than they need", "alter role scaivault_worker createdb"),
            Map.entry("Logins with more power than they need 2", "alter table secret owner to scaivault_app"),
            Map.entry("Rights to change the audit log", "grant truncate on audit_node to scaivault_worker"),
            Map.entry("Rights to change the audit log 2", "alter table audit_checkpoint enable trigger append_only"),
            Map.entry(
                    "Values that are not encrypted",
                    "update secret_version set ciphertext = convert_to('{\"pin\": 1}', 'UTF8') where destroyed_at is null"),
            Map.entry(
                    "Values that are not encrypted 2",
                    "update partner_key set wrapped_key = convert_to('a key', 'UTF8')"),
            Map.entry(
                    "Data keys that encrypt more than once",
                    "update secret_version set ciphertext = (select ciphertext from secret_version where ciphertext is not null limit 1) where ciphertext is not null"),
            Map.entry(
                    "Keys in a state that they cannot be in",
                    "update tenant_key set state = 'retired' where state = 'active'"),
            Map.entry(
                    "Keys that are active for too long",
                    "update partner_key set created_at = created_at - interval '367 days'"),
            Map.entry(
                    "Data keys that an older generation still wraps",
                    "update secret_version set tenant_key_id = (select key_id from tenant_key where state = 'retired' and tenant_id = 'tnt_evidence' limit 1)"),
            Map.entry("Entries that are not in their tree", """
                    do $$
                    declare
                        this_month timestamp := date_trunc('month', now() at time zone 'UTC');
                    begin
                        execute format('create table audit_log_of_before partition of audit_log for values from (minvalue) to (%L)', this_month || '+00');
                        insert into audit_log (tenant_id, occurred_at, log_id, action, success, duration_ms, request_id)
                        values ('tnt_evidence', now() - interval '2 minutes', gen_random_uuid(), 'read', true, 1, 'req_1');
                    end
                    $$"""),
            Map.entry("Entries that are not in their tree 2", """
                    insert into audit_leaves (tenant_id, first_index, leaf_count, hashes, log_ids, occurred_at)
                    select 'tnt_evidence-gap', first, 1, sha256('leaf'), array[gen_random_uuid()], array[now()] from unnest(array[0, 2]) as first"""),
            Map.entry("Entries that should have ended", """
                    do $$
                    begin
                        create table audit_log_2001_01 partition of audit_log for values from ('2001-01-01 00:00:00+00') to ('2001-02-01 00:00:00+00');
                        insert into audit_log (tenant_id, occurred_at, log_id, action, success, duration_ms, request_id)
                        values ('tnt_evidence', '2001-01-05 00:00:00+00', gen_random_uuid(), 'read', true, 1, 'req_1');
                    end
                    $$"""),
            Map.entry("Months that have no place in the log", """
                    do $$
                    begin
                        execute format('alter table %I rename to gone', 'audit_leaves_' || to_char((now() at time zone 'UTC') + interval '1 month', 'YYYY_MM'));
                    end
                    $$"""));

    private static RunningServer server;

    /** Values, one that was destroyed, two generations of a key, and an entry for all that. */
    @BeforeAll
    static void fill() {
        server = RunningServer.start();
        ApiClient owner = server.owner("evidence");
        for (String path : new String[] {"app/one", "app/two", "app/three"}) {
            owner.put("/v1/secrets/" + path, Map.of("data", Map.of("pin", 1))).expect(201);
            owner.put("/v1/secrets/" + path, Map.of("data", Map.of("pin", 2))).expect(200);
        }
        owner.delete("/v1/secrets/app/two?version=1").expect(200);
        owner.post("/v1/keys/tenant/rotate", null).expect(202);
        Sql.superuser(server).awaitKeyJobs("tnt_evidence");
        Sql.superuser(server).awaitLeaves("tnt_evidence", 9);
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    @TestFactory
    Stream<DynamicTest> query_isSilentWhereAllIsWell_andNamesItsFault() {
        return queries().entrySet().stream()
                .map(query -> DynamicTest.dynamicTest(query.getKey(), () -> {
                    try (Connection connection =
                                    server.database().superuser().dataSource().getConnection();
                            Statement statement = connection.createStatement()) {
                        // The fault is undone with its transaction, also that of a role, which databases share.
                        connection.setAutoCommit(false);
                        assertThat(namesSomething(statement, query.getValue())).isFalse();
                        statement.execute(FAULTS.get(query.getKey()));
                        assertThat(namesSomething(statement, query.getValue())).isTrue();
                        connection.rollback();
                    }
                }));
    }

    @Test
    void everyQuery_hasItsFault() {
        assertThat(queries().keySet()).isEqualTo(FAULTS.keySet());
    }

    private static boolean namesSomething(Statement statement, String query) throws SQLException {
        try (ResultSet rows = statement.executeQuery(query)) {
            return rows.next();
        }
    }

    private static Map<String, String> queries() {
        Map<String, String> queries = new LinkedHashMap<>();
        Matcher matcher = HEADING_OR_QUERY.matcher(RepositoryFiles.read(DOCUMENT));
        String heading = "";
        int number = 1;
        while (matcher.find()) {
            if (matcher.group(1) != null) {
                heading = matcher.group(1);
                number = 1;
            } else {
                queries.put(number == 1 ? heading : heading + " " + number, matcher.group(2));
                number++;
            }
        }
        return queries;
    }
}
