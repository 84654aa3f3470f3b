package ai.scailabs.vault.persistence.tenant;

import ai.scailabs.vault.kernel.id.TenantId;
import ai.scailabs.vault.persistence.jdbc.ConnectionPools;
import ai.scailabs.vault.persistence.jdbc.DatabaseLogin;
import ai.scailabs.vault.testkit.TestDatabase;
import com.zaxxer.hikari.HikariDataSource;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;

/** A tenant table that knows no capability, and the ways into its database. */
final class NoteTable {
    static final TenantId ACME = new TenantId("tnt_acme");
    static final TenantId GLOBEX = new TenantId("tnt_globex");

    private final TestDatabase database;

    private NoteTable(TestDatabase database) {
        this.database = database;
    }

    static NoteTable in(TestDatabase database) {
        NoteTable table = new NoteTable(database);
        table.execute("""
                create table note (tenant_id text, name text, body text, primary key (tenant_id, name));
                alter table note enable row level security;
                alter table note force row level security;
                create policy tenant_isolation on note
                    using (tenant_id = nullif(current_setting('app.tenant_id', true), ''))
                    with check (tenant_id = nullif(current_setting('app.tenant_id', true), ''));
                grant select, insert, update, delete on note to scaivault_app;
                """);
        return table;
    }

    void insert(TenantId tenant, String name) {
        execute("insert into note values ('" + tenant + "', '" + name + "', 'body of " + name + "')");
    }

    HikariDataSource pool(int size) {
        return ConnectionPools.open(DatabaseLogin.parse(database.app().url()).orElseThrow(), "note-test", size);
    }

    /** As a superuser. */
    void execute(String sql) {
        try (Connection connection = database.superuser().dataSource().getConnection();
                Statement statement = connection.createStatement()) {
            statement.execute(sql);
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    /** How many rows there really are. */
    int rowCount() {
        try (Connection connection = database.superuser().dataSource().getConnection();
                Statement statement = connection.createStatement();
                ResultSet results = statement.executeQuery("select count(*) from note")) {
            results.next();
            return results.getInt(1);
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }
}
