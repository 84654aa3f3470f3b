package ai.scailabs.vault.server.slow;

import ai.scailabs.vault.server.ApiClient;
import ai.scailabs.vault.server.RunningServer;
import ai.scailabs.vault.testkit.TestDatabase;
import ai.scailabs.vault.testkit.TestIssuer;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/** An engine {@code db} at a PostgreSQL, with a role {@code r}. */
final class DatabaseEngine {
    static final String ENGINES = "/v1/dynamic/engines";

    static final String OWNER = "owner@leases.test";

    private DatabaseEngine() {}

    static String token(TestIssuer issuer, String tenant) {
        return issuer.token()
                .tenant("tnt_" + tenant)
                .partner("ptn_leases")
                .user(OWNER)
                .role("partner_admin")
                .scope(RunningServer.ALL_SCOPES)
                .ttl(Duration.ofHours(2))
                .sign();
    }

    /** Its root login is the secret {@code ops/root}. */
    static void prepare(ApiClient owner, String user, String password, int port, String database) {
        owner.allow("user:" + OWNER, "**", "admin");
        owner.put("/v1/secrets/ops/root", Map.of("data", Map.of("username", user, "password", password)))
                .expect(201);
        String policy = owner.post(
                        "/v1/policies",
                        Map.of(
                                "name",
                                "engines",
                                "rules",
                                List.of(Map.of("path_pattern", "ops/root", "permissions", List.of("read")))))
                .expect(201)
                .json()
                .get("id")
                .stringValue();
        owner.post(
                        "/v1/policies/" + policy + "/bindings",
                        Map.of("identity_type", "system", "identity_id", "dynamic:db"))
                .expect(201);
        owner.post(
                        ENGINES,
                        Map.of(
                                "name",
                                "db",
                                "type",
                                "database.postgresql",
                                "config",
                                Map.of(
                                        "connection_url",
                                        "postgresql://127.0.0.1:" + port + "/" + database,
                                        "root_credentials_path",
                                        "ops/root",
                                        "tls",
                                        "disabled")))
                .expect(201);
        owner.post(ENGINES + "/db/roles", Map.of("name", "r")).expect(201);
    }

    static long count(TestDatabase at, String sql) throws SQLException {
        try (Connection connection = at.superuser().dataSource().getConnection();
                Statement statement = connection.createStatement();
                ResultSet results = statement.executeQuery(sql)) {
            results.next();
            return results.getLong(1);
        }
    }

    static void run(TestDatabase at, String sql) throws SQLException {
        try (Connection connection = at.superuser().dataSource().getConnection();
                Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }
}
