package ai.scailabs.vault.persistence.jdbc;

import static org.assertj.core.api.Assertions.assertThat;

import ai.scailabs.vault.testkit.TestDatabase;
import ai.scailabs.vault.testkit.TestPostgres;
import com.zaxxer.hikari.HikariDataSource;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.TimeZone;
import org.junit.jupiter.api.Test;

class ConnectionPoolsTest {
    @Test
    void sessions_areOnUtc_whateverZoneTheMachineHas() throws SQLException {
        TestDatabase database = TestPostgres.migratedDatabase(Schema::migrate);
        DatabaseLogin login = DatabaseLogin.parse(database.app().url()).orElseThrow();
        TimeZone zone = TimeZone.getDefault();
        try {
            TimeZone.setDefault(TimeZone.getTimeZone("Europe/Berlin"));
            try (HikariDataSource plain = ConnectionPools.open(login, "zone-test", 1);
                    HikariDataSource inRole = ConnectionPools.openAs(login, DatabaseRole.AUDIT, "zone-test-audit", 1)) {
                assertThat(shown(plain, "timezone")).isEqualTo("UTC");
                assertThat(shown(inRole, "timezone")).isEqualTo("UTC");
                assertThat(shown(inRole, "role")).isEqualTo(DatabaseRole.AUDIT.sqlName());
            }
        } finally {
            TimeZone.setDefault(zone);
        }
    }

    @Test
    void patientSessions_haveTimeForAWholeTable_andNotForALock() throws SQLException {
        TestDatabase database = TestPostgres.migratedDatabase(Schema::migrate);
        DatabaseLogin login = DatabaseLogin.parse(database.app().url()).orElseThrow();
        try (HikariDataSource pool = ConnectionPools.openPatient(login, "patient-test", 1);
                Connection connection = pool.getConnection()) {
            assertThat(connection.getNetworkTimeout()).isGreaterThan(3_600_000);
            try (Statement statement = connection.createStatement()) {
                assertThat(shown(statement, "statement_timeout")).isEqualTo("1d");
                assertThat(shown(statement, "lock_timeout")).isEqualTo("10s");
                assertThat(shown(statement, "timezone")).isEqualTo("UTC");
            }
        }
    }

    private static String shown(Statement statement, String setting) throws SQLException {
        try (ResultSet row = statement.executeQuery("show " + setting)) {
            row.next();
            return row.getString(1);
        }
    }

    private static String shown(HikariDataSource pool, String setting) throws SQLException {
        try (Connection connection = pool.getConnection();
                Statement statement = connection.createStatement()) {
            return shown(statement, setting);
        }
    }
}
