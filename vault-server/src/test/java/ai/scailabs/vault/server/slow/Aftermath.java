package ai.scailabs.vault.server.slow;

import static org.assertj.core.api.Assertions.assertThat;

import ai.scailabs.vault.server.ApiClient;
import ai.scailabs.vault.server.ApiClient.Reply;
import ai.scailabs.vault.testkit.TestDatabase;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/** What must hold once everything runs again. Looks into the tables past row-level security, and reads values through the API. */
final class Aftermath {
    /** The current version is there, and all before it: nothing of these loads is pruned. */
    private static final String HALF_MADE = """
            select s.path from secret s
            left join secret_version v on v.tenant_id = s.tenant_id and v.path = s.path
            where s.path like ? || '/%'
            group by s.tenant_id, s.path, s.current_version
            having count(v.version) <> s.current_version or min(v.version) <> 1 or max(v.version) <> s.current_version
            or count(*) filter (where v.ciphertext is null or v.wrapped_data_key is null) > 0
            """;

    /** A version and its audit row exist together or not at all. */
    private static final String UNMATCHED = """
            select coalesce(v.path, a.path) || ' version ' || coalesce(v.version, a.version)
            from (select path, version from secret_version where path like ? || '/%') v
            full join (
                select secret_path as path, (extra_data ->> 'version')::integer as version from audit_log
                where action = 'write' and success and secret_path like ? || '/%'
            ) a on a.path = v.path and a.version = v.version
            where v.path is null or a.path is null
            """;

    private static final String UNRECORDED = """
            select wanted.request_id from unnest(?::text[]) wanted (request_id)
            where not exists (
                select from audit_log a where a.request_id = wanted.request_id and a.action = ? and a.success)
            """;

    private static final String VERSIONS = "select path, version from secret_version where path like ? || '/%'";

    private final TestDatabase database;
    private final ApiClient api;

    Aftermath(TestDatabase database, ApiClient api) {
        this.database = database;
        this.api = api;
    }

    /** @param folder that the load wrote to; tells how many versions there are */
    int check(String folder, Promises promises) throws SQLException, InterruptedException, ExecutionException {
        try (Connection connection = database.superuser().dataSource().getConnection()) {
            checkRecords(connection, promises);
            assertThat(texts(connection, HALF_MADE, folder))
                    .as("secrets that are half made")
                    .isEmpty();
            assertThat(texts(connection, UNMATCHED, folder, folder))
                    .as("versions without audit row, or the other way round")
                    .isEmpty();
            List<VersionName> stored = stored(connection, folder);
            assertThat(stored)
                    .as("versions")
                    .containsAll(promises.writes().stream()
                            .map(write -> new VersionName(write.path(), write.version()))
                            .toList());
            checkValues(stored, promises);
            return stored.size();
        }
    }

    /** Every promise has its audit row. */
    void checkRecords(Promises promises) throws SQLException {
        try (Connection connection = database.superuser().dataSource().getConnection()) {
            checkRecords(connection, promises);
        }
    }

    private static void checkRecords(Connection connection, Promises promises) throws SQLException {
        Map<String, List<String>> byAction = new HashMap<>();
        promises.writes().forEach(write -> add(byAction, "write", write.requestId()));
        promises.changes().forEach(change -> add(byAction, change.action(), change.requestId()));
        promises.revealingRequests().forEach(request -> add(byAction, "read", request));
        for (Map.Entry<String, List<String>> action : byAction.entrySet()) {
            try (PreparedStatement statement = connection.prepareStatement(UNRECORDED)) {
                statement.setArray(
                        1, connection.createArrayOf("text", action.getValue().toArray()));
                statement.setString(2, action.getKey());
                assertThat(texts(statement))
                        .as("answers to %s without audit row", action.getKey())
                        .isEmpty();
            }
        }
    }

    private static void add(Map<String, List<String>> byAction, String action, String requestId) {
        byAction.computeIfAbsent(action, each -> new ArrayList<>()).add(requestId);
    }

    /** Every version opens, to the value that was acknowledged for it, or to one that somebody sent and got no answer to. */
    private void checkValues(List<VersionName> stored, Promises promises)
            throws InterruptedException, ExecutionException {
        Map<VersionName, String> acknowledged = new HashMap<>();
        promises.writes()
                .forEach(write -> assertThat(
                                acknowledged.put(new VersionName(write.path(), write.version()), write.value()))
                        .as("two writes were told the same version")
                        .isNull());
        new TreeSet<>(stored.stream().map(VersionName::path).toList())
                .forEach(path -> assertThat(api.post("/v1/secrets/" + path + ":restore", null)
                                .status())
                        .isIn(200, 409));
        try (ExecutorService readers = Executors.newFixedThreadPool(8)) {
            List<Future<?>> reading = new ArrayList<>();
            for (VersionName version : stored) {
                reading.add(
                        readers.submit(() -> checkValue(version, acknowledged.getOrDefault(version, ""), promises)));
            }
            for (Future<?> each : reading) {
                each.get();
            }
        }
    }

    private void checkValue(VersionName version, String acknowledged, Promises promises) {
        Reply reply = api.get("/v1/secrets/" + version.path() + "?version=" + version.version())
                .expect(200);
        String value = reply.json().path("data").path("value").asString("");
        if (acknowledged.isEmpty()) {
            assertThat(promises.wasAttempted(version.path(), value))
                    .as("%s holds a value that was sent", version)
                    .isTrue();
        } else {
            assertThat(value).as("%s", version).isEqualTo(acknowledged);
        }
    }

    private static List<VersionName> stored(Connection connection, String folder) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(VERSIONS)) {
            statement.setString(1, folder);
            List<VersionName> versions = new ArrayList<>();
            try (ResultSet rows = statement.executeQuery()) {
                while (rows.next()) {
                    versions.add(new VersionName(rows.getString(1), rows.getInt(2)));
                }
            }
            return versions;
        }
    }

    private static Collection<String> texts(Connection connection, String sql, String... arguments)
            throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            for (int i = 0; i < arguments.length; i++) {
                statement.setString(i + 1, arguments[i]);
            }
            return texts(statement);
        }
    }

    private static Collection<String> texts(PreparedStatement statement) throws SQLException {
        List<String> texts = new ArrayList<>();
        try (ResultSet rows = statement.executeQuery()) {
            while (rows.next()) {
                texts.add(rows.getString(1));
            }
        }
        return texts;
    }

    private record VersionName(String path, int version) {}
}
