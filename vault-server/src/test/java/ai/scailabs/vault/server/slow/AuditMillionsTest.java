package ai.scailabs.vault.server.slow;

import static org.assertj.core.api.Assertions.assertThat;

import ai.scailabs.vault.audit.log.RecordedEntry;
import ai.scailabs.vault.audit.summary.AuditRollup;
import ai.scailabs.vault.kernel.id.Ids;
import ai.scailabs.vault.persistence.jdbc.Schema;
import ai.scailabs.vault.server.ApiClient;
import ai.scailabs.vault.server.RunningServer;
import ai.scailabs.vault.testkit.TestDatabase;
import ai.scailabs.vault.testkit.TestPostgres;
import java.security.SecureRandom;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/** Ten million entries of a hundred tenants in four weeks, most of them of one: every question about them is answered at once. */
@Tag("alone")
class AuditMillionsTest {
    private static final int ENTRIES = 10_000_000;
    private static final int CALLS = 21;
    private static final int TENTH = 10;
    private static final Duration SPAN = Duration.ofDays(28);
    private static final Instant NOW = Clock.systemUTC().instant().truncatedTo(ChronoUnit.SECONDS);

    /** Of the median, over HTTP; the machine's own unsteadiness may show in single calls. */
    private static final long MOST_MILLIS = 50;

    /** Tenants, actions, identities, paths and addresses are as unequal as they are in life; sixty entries, all of them long ago, are of a kind that is nowhere else. */
    private static final String FILL = """
            insert into audit_log (tenant_id, occurred_at, log_id, action, identity_type, identity_id, secret_path, source_ip, user_agent,
                success, error_code, duration_ms, request_id, extra_data, request_apart)
            select case when rare or t < 0.8 then 'tnt_big' when t < 0.801 then 'tnt_few' else 'tnt_other-' || (t * 100000)::int %% 98 end,
                timestamptz '%s' + n * interval '%d microseconds',
                ('019a0000-0000-0000-0000-' || lpad(to_hex(n), 12, '0'))::uuid,
                case when a < 0.90 then 'read' when a < 0.95 then 'list' when a < 0.99 then 'write' when a < 0.99999 then 'audit_read'
                    else (array['policy_create', 'purge', 'key_rotate', 'delete'])[1 + n %% 4] end,
                case when i < 0.9 and not rare then 'service_account' else 'user' end,
                case when rare then 'user:only@example.test' when i < 0.9 then 'sa:svc-' || (1800 * i * i * i * i)::int
                    else 'user:person-' || (2000 * (i - 0.9))::int || '@example.test' end,
                case when rare then 'environments/production/app-9999/only'
                    else 'environments/' || (array['production', 'staging', 'dev'])[1 + p %% 3] || '/app-' || p / 20 || '/secret-' || p end,
                case when rare then '198.51.100.9' else '10.0.' || (s * 8)::int || '.' || (s * 1000)::int %% 40 end, 'scaivault-sdk/1.4 (linux; x86_64)',
                f >= 0.01, case when f < 0.01 then (array['access_denied', 'secret_not_found', 'rate_limited'])[1 + n %% 3] end, 3,
                case when rare then 'req_only-one' else 'req_01KB' || upper(lpad(to_hex(n), 11, '0') || substr(md5(n::text), 1, 11)) end,
                case when f < 0.01 then '{"version": 3}'::jsonb end, rare
            from (
                select n, n %% 5000 = 0 and n <= 300000 as rare, random() t, random() a, random() i, (10000 * power(random(), 3))::int p, random() s, random() f
                from generate_series(1, %d) n offset 0) r
            """;

    @Test
    void everyQuestionAboutTenMillionEntries_isAnsweredWithinFiftyMilliseconds() throws SQLException {
        // Without a worker of its own, as the test does its work step by step and measures it.
        TestDatabase database = TestPostgres.migratedDatabase(Schema::migrate);
        try (RunningServer server = RunningServer.start(database, Map.of("DATABASE_WORKER_URL", ""))) {
            ApiClient big = server.owner("big");
            ApiClient few = server.owner("few");
            ApiClient none = server.owner("none");
            fill(server);
            rollUp(server);

            List<Measured> measured = new ArrayList<>();
            for (Map.Entry<String, String> question : questions().entrySet()) {
                for (Map.Entry<String, ApiClient> caller :
                        Map.of("8,000,000", big, "10,000", few, "none", none).entrySet()) {
                    measured.add(
                            Measured.of(question.getKey(), caller.getKey(), caller.getValue(), question.getValue()));
                }
            }
            measured.forEach(System.out::println);
            assertThat(measured)
                    .allSatisfy(each ->
                            assertThat(each.median()).as(each.toString()).isLessThan(MOST_MILLIS * 1_000));
        }
    }

    private static Map<String, String> questions() {
        Map<String, String> all = new LinkedHashMap<>();
        String logs = "/v1/audit/logs?";
        all.put("no filter", logs);
        all.put("no filter, 1,000", logs + "limit=1000");
        all.put("no filter, 10th page", logs + "limit=1000");
        all.put("success=false, 10th page", logs + "success=false");
        all.put("identity_id, often, 10th page", logs + "identity_id=sa:svc-0");
        all.put("source_ip, often, 10th page", logs + "source_ip=10.0.2.12");
        all.put("path_prefix, a folder, 10th page", logs + "path_prefix=environments/dev/app-400/");
        all.put("four weeks ago", logs + "to=" + NOW.minus(SPAN).plus(Duration.ofHours(9)));
        all.put(
                "one hour of then",
                logs + "from=" + NOW.minus(Duration.ofDays(9)) + "&to="
                        + NOW.minus(Duration.ofDays(9)).plus(Duration.ofHours(1)));
        all.put("before all", logs + "to=2020-01-01T00:00:00Z");
        all.put("action=read", logs + "action=read");
        all.put("action=purge", logs + "action=purge");
        all.put("action=purge,delete,key_rotate", logs + "action=purge,delete,key_rotate");
        all.put("action=restore (never)", logs + "action=restore");
        all.put("success=true", logs + "success=true");
        all.put("success=false", logs + "success=false");
        all.put("success=false, 1,000", logs + "success=false&limit=1000");
        all.put("action=purge, success=false", logs + "action=purge&success=false");
        all.put("identity_type=user", logs + "identity_type=user");
        all.put("identity_type=system (never)", logs + "identity_type=system");
        all.put("identity_id, often", logs + "identity_id=sa:svc-0");
        all.put("identity_id, seldom", logs + "identity_id=user:only@example.test");
        all.put("identity_id, never", logs + "identity_id=sa:nobody");
        all.put("source_ip, often", logs + "source_ip=10.0.2.12");
        all.put("source_ip, seldom", logs + "source_ip=198.51.100.9");
        all.put("source_ip, never", logs + "source_ip=203.0.113.1");
        all.put("request_id", logs + "request_id=req_only-one");
        all.put("request_id, never", logs + "request_id=req_never-seen");
        all.put(
                "request_id of then, never",
                logs + "request_id="
                        + new Ids(Clock.fixed(NOW.minus(Duration.ofDays(9)), ZoneOffset.UTC), new SecureRandom())
                                .next("req_"));
        all.put("path_prefix, most", logs + "path_prefix=environments/");
        all.put("path_prefix, a folder", logs + "path_prefix=environments/dev/app-400/");
        all.put("path_prefix, seldom", logs + "path_prefix=environments/production/app-9999/");
        all.put("path_prefix, never", logs + "path_prefix=zzz");
        all.put("identity_id and success=false", logs + "identity_id=sa:svc-900&success=false");
        all.put("identity_id and path_prefix", logs + "identity_id=sa:svc-900&path_prefix=environments/dev/app-400/");
        all.put(
                "all filters",
                logs
                        + "action=read&success=false&identity_type=service_account&identity_id=sa:svc-900&source_ip=10.0.2.12&path_prefix=environments/dev/");
        all.put("contradiction", logs + "action=write&identity_id=user:only@example.test&source_ip=10.0.2.12");
        all.put("trail of a secret, often", "/v1/audit/secrets/environments/production/app-0/secret-0");
        all.put("trail of a secret, ordinary", "/v1/audit/secrets/environments/staging/app-250/secret-5002");
        all.put("trail of a secret, seldom", "/v1/audit/secrets/environments/production/app-9999/only");
        all.put("trail of a secret, never", "/v1/audit/secrets/never/seen");
        all.put("trail of an identity, often", "/v1/audit/identities/sa:svc-0");
        all.put("trail of an identity, ordinary", "/v1/audit/identities/user:person-77@example.test");
        all.put("trail of an identity, seldom", "/v1/audit/identities/user:only@example.test");
        all.put("summary, 30 days", "/v1/audit/summary");
        all.put(
                "summary, odd times",
                "/v1/audit/summary?from=" + NOW.minus(Duration.ofDays(20)).plusNanos(7_000) + "&to="
                        + NOW.minus(Duration.ofDays(3)).plusNanos(9_000));
        all.put("summary, everything", "/v1/audit/summary?from=2020-01-01T00:00:00Z");
        return all;
    }

    private static void fill(RunningServer server) throws SQLException {
        Instant begin = NOW.minus(SPAN);
        try (Connection connection = server.database().superuser().dataSource().getConnection();
                Statement statement = connection.createStatement()) {
            statement.execute(
                    "create table if not exists audit_log_before partition of audit_log for values from ('2020-01-01 00:00+00')"
                            + " to ('"
                            + NOW.atOffset(ZoneOffset.UTC).toLocalDate().withDayOfMonth(1) + " 00:00+00')");
            statement.execute("set synchronous_commit = off");
            long apart = SPAN.dividedBy(ENTRIES).toNanos() / 1_000;
            long started = System.nanoTime();
            statement.execute(FILL.formatted(begin, apart, ENTRIES));
            statement.execute("vacuum analyze audit_log");
            System.out.println(
                    "loaded in " + Duration.ofNanos(System.nanoTime() - started).toSeconds() + " s");
        }
    }

    /** As the sequencer does, in steps of some thousands in the order of time. */
    private static void rollUp(RunningServer server) throws SQLException {
        long reading = 0;
        long adding = 0;
        try (Connection reader = server.database().superuser().dataSource().getConnection();
                Connection worker = server.database().worker().dataSource().getConnection();
                Statement statement = reader.createStatement()) {
            reader.setAutoCommit(false);
            worker.setAutoCommit(false);
            statement.setFetchSize(5_000);
            List<RecordedEntry> step = new ArrayList<>();
            long began = System.nanoTime();
            try (ResultSet rows = statement.executeQuery(
                    "select log_id, occurred_at, action, identity_type, identity_id, tenant_id, secret_path, source_ip, success, error_code, request_id"
                            + " from audit_log order by occurred_at, log_id")) {
                boolean more = rows.next();
                while (more) {
                    step.add(entry(rows));
                    more = rows.next();
                    if (step.size() == 5_000 || !more) {
                        long read = System.nanoTime();
                        reading += read - began;
                        AuditRollup.add(worker, step);
                        worker.commit();
                        step.clear();
                        began = System.nanoTime();
                        adding += began - read;
                    }
                }
            }
            AuditRollup.settled(worker, Long.MAX_VALUE, Clock.systemUTC().instant());
            worker.commit();
        }
        try (Connection connection = server.database().superuser().dataSource().getConnection();
                Statement statement = connection.createStatement()) {
            statement.execute("vacuum analyze audit_slice, audit_minute, audit_day");
            try (ResultSet sizes = statement.executeQuery(
                    "select string_agg(t || ' ' || pg_size_pretty(pg_total_relation_size(t::regclass)), ', ') || ', slices ' || (select count(*) from audit_slice)"
                            + " from unnest(array['audit_slice', 'audit_minute', 'audit_day']) t")) {
                sizes.next();
                System.out.println(sizes.getString(1));
            }
        }
        System.out.printf(
                "added: %.2f us an entry, beside %.2f us to read it%n",
                adding / 1_000.0 / ENTRIES, reading / 1_000.0 / ENTRIES);
    }

    private static RecordedEntry entry(ResultSet row) throws SQLException {
        return new RecordedEntry(
                row.getObject(1, UUID.class),
                row.getObject(2, OffsetDateTime.class).toInstant(),
                row.getString(3),
                row.getString(4),
                row.getString(5),
                row.getString(6),
                null,
                row.getString(7),
                row.getString(8),
                null,
                row.getBoolean(9),
                row.getString(10),
                3,
                row.getString(11),
                Map.of());
    }

    /** Times in microseconds. */
    private record Measured(String question, String entries, int shown, boolean more, long median, long p95) {
        static Measured of(String question, String entries, ApiClient caller, String first) {
            long[] micros = new long[CALLS];
            String call = first;
            ApiClient.Reply reply = caller.get(call).expect(200);
            for (int i = 1; i < TENTH && question.endsWith("10th page"); i++) {
                String cursor = reply.json().path("cursor").asString("");
                call = cursor.isEmpty() ? call : first + "&cursor=" + cursor;
                reply = caller.get(call).expect(200);
            }
            for (int i = 0; i < 3 + CALLS; i++) {
                long begin = System.nanoTime();
                reply = caller.get(call).expect(200);
                micros[Math.max(0, i - 3)] = (System.nanoTime() - begin) / 1_000;
            }
            Arrays.sort(micros);
            JsonNode json = reply.json();
            return new Measured(
                    question,
                    entries,
                    json.path("logs").size(),
                    json.path("has_more").asBoolean(false),
                    micros[CALLS / 2],
                    micros[CALLS * 95 / 100]);
        }

        @Override
        public String toString() {
            return "| %s | %s | %d%s | %.1f | %.1f |"
                    .formatted(question, entries, shown, more ? "+" : "", median / 1_000.0, p95 / 1_000.0);
        }
    }
}
