package ai.scailabs.vault.server;

import ai.scailabs.vault.testkit.DatabaseLogin;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Collectors;

/** Looks at and changes the database behind the service's back. */
record Sql(DatabaseLogin login) {
    /** Of logins of which fingerprints were taken, until the tests end. */
    private static final Map<DatabaseLogin, Connection> KEPT = new HashMap<>();

    private static final List<String> HELD = List.of(
            "secret",
            "secret_version",
            "secret_tombstone",
            "policy",
            "policy_binding",
            "tenant_key",
            "token_revocation",
            "identity_partner",
            "identity_tenant",
            "identity_user",
            "identity_group",
            "identity_membership",
            "identity_role",
            "certificate_authority",
            "ca_generation",
            "ca_pending_key",
            "ca_cross_certificate",
            "ca_signing_key",
            "certificate",
            "certificate_revocation",
            "pki_role",
            "trust_anchor",
            "dns_provider",
            "dns_provider_credential",
            "federation_backend",
            "federation_copy",
            "federation_conflict",
            "certificate_key",
            "certificate_renewal",
            "pki_request",
            "acme_account",
            "acme_certificate",
            "acme_certificate_version",
            "acme_order",
            "acme_key",
            "pki_settings",
            "secret_policy",
            "rotation_policy",
            "rotation_assignment",
            "rotation_history",
            "rotation_pending",
            "idempotent_reply",
            "ssh_authority_key",
            "event_target",
            "event_signing_key",
            "event_delivery");

    static Sql superuser(RunningServer server) {
        return new Sql(server.database().superuser());
    }

    /** Rows by the names of their columns. */
    List<Map<String, Object>> rows(String sql, Object... arguments) {
        try (Connection connection = login.dataSource().getConnection()) {
            return rows(connection, sql, arguments);
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    private static List<Map<String, Object>> rows(Connection connection, String sql, Object... arguments) {
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            bind(statement, arguments);
            try (ResultSet results = statement.executeQuery()) {
                List<Map<String, Object>> rows = new ArrayList<>();
                while (results.next()) {
                    Map<String, Object> row = new LinkedHashMap<>();
                    for (int i = 1; i <= results.getMetaData().getColumnCount(); i++) {
                        row.put(results.getMetaData().getColumnLabel(i), results.getObject(i));
                    }
                    rows.add(row);
                }
                return rows;
            }
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    /** The first column of the only row. */
    Object value(String sql, Object... arguments) {
        return value(rows(sql, arguments));
    }

    private static Object value(List<Map<String, Object>> rows) {
        return rows.getFirst().values().iterator().next();
    }

    int update(String sql, Object... arguments) {
        try (Connection connection = login.dataSource().getConnection();
                PreparedStatement statement = connection.prepareStatement(sql)) {
            bind(statement, arguments);
            return statement.executeUpdate();
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Until there are some. */
    void awaitRows(String sql) {
        long patience = System.nanoTime() + TimeUnit.MINUTES.toNanos(1);
        while (rows(sql).isEmpty()) {
            if (System.nanoTime() > patience) {
                throw new AssertionError("no rows come of " + sql);
            }
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(20));
        }
    }

    /** Returns when no job with keys of the tenant, or of the space, is under way. */
    void awaitKeyJobs(String space) {
        try (Connection connection = opened(login)) {
            awaitKeyJobs(space, connection);
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    private static void awaitKeyJobs(String space, Connection connection) {
        long patience = System.nanoTime() + TimeUnit.MINUTES.toNanos(1);
        String running = "select count(*) from key_job where tenant_id = ? and status in ('PENDING', 'RUNNING')";
        while (!value(rows(connection, running, space)).equals(0L)) {
            if (System.nanoTime() > patience) {
                throw new AssertionError("the jobs with keys of " + space + " do not end: "
                        + rows(connection, "select * from key_job where tenant_id = ?", space));
            }
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(20));
        }
    }

    /** Until the tree over the log of the tenant or partner space has as many leaves. */
    void awaitLeaves(String space, long leaves) {
        long patience = System.nanoTime() + TimeUnit.MINUTES.toNanos(1);
        while (!value("select coalesce(max(tree_size), 0) >= ? from audit_tree_head where tenant_id = ?", leaves, space)
                .equals(true)) {
            if (System.nanoTime() > patience) {
                throw new AssertionError("the tree of " + space + " does not grow");
            }
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(20));
        }
    }

    /** What the tenant or partner space holds, as one number: equal when nothing was changed. Audit rows and epochs do not count. */
    String fingerprint(String owner) {
        synchronized (KEPT) {
            Connection connection = KEPT.computeIfAbsent(login, Sql::opened);
            awaitKeyJobs(owner, connection);
            // One statement, over one connection for all of them: to log in is what would take the time.
            String each = HELD.stream()
                    .map(table -> "(select coalesce(md5(string_agg(t::text, '|' order by t::text)), 'none') from "
                            + table + " t where tenant_id = o.owner)")
                    .collect(Collectors.joining(", "));
            return (String) value(
                    rows(connection, "select concat_ws(' ', " + each + ") from (select ?::text as owner) o", owner));
        }
    }

    private static Connection opened(DatabaseLogin login) {
        try {
            return login.dataSource().getConnection();
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    private static void bind(PreparedStatement statement, Object... arguments) throws SQLException {
        for (int i = 0; i < arguments.length; i++) {
            statement.setObject(i + 1, arguments[i]);
        }
    }
}
