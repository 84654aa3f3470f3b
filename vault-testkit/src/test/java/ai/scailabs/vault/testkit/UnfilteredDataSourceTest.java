package ai.scailabs.vault.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class UnfilteredDataSourceTest {
    private final UnfilteredDataSource source =
            new UnfilteredDataSource(TestPostgres.freshDatabase().owner().dataSource());

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            select a from t where tenant_id = ?                         | select a from t where (?::text is not null)
            select a from t where t.tenant_id=?::text and a = ?         | select a from t where (?::text is not null) and a = ?
            select a from t where ? = t.tenant_id                       | select a from t where (?::text is not null)
            select 1 from t join u on u.tenant_id = t.tenant_id and u.a = t.a | select 1 from t join u on true and u.a = t.a
            select a from t where tenant_id = any (?)                   | select a from t where (?::text[] is not null)
            select set_config('app.tenant_id', ?, true); select a from t where tenant_id = ? | select set_config('app.tenant_id', ?, true); select a from t where (?::text is not null)
            insert into t (tenant_id, a) values (?, ?) on conflict (tenant_id, a) do nothing | insert into t (tenant_id, a) values (?, ?) on conflict (tenant_id, a) do nothing
            """)
    void filters_areTakenOutAndNothingElse(String sql, String expected) {
        assertThat(source.unfiltered(sql)).isEqualTo(expected);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "select a from t where tenant_id in (?, ?)",
                "select a from t where (tenant_id, a) = (?, ?)",
                "select a from t where (tenant_id, a) in (select 'x', 1)",
                "select a from t where tenant_id = 'tnt_x'",
                "select a from t where tenant_id = upper(?)",
                "select a from t join u using (tenant_id, a)",
                "select a from t natural join u"
            })
    void filterThatCannotBeTakenOut_isRefused(String sql) {
        assertThatThrownBy(() -> source.unfiltered(sql)).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void function_seesRowsThatItsFilterHid() throws SQLException {
        try (Connection connection = source.getConnection();
                Statement statement = connection.createStatement()) {
            statement.execute("create table t (tenant_id text, a int)");
            statement.execute("insert into t values ('tnt_a', 1), ('tnt_b', 2)");
            statement.execute(
                    "create function counted(names text[]) returns bigint language plpgsql as $$ begin return"
                            + " (select count(*) from t, unnest(names) as w (tenant_id) where t.tenant_id = w.tenant_id); end $$");

            source.unfilterFunctions(source);

            try (ResultSet results = statement.executeQuery("select counted(array['tnt_a'])")) {
                results.next();
                assertThat(results.getInt(1)).isEqualTo(2);
            }
        }
        assertThat(source.removedFilters()).isEqualTo(1);
    }

    @Test
    void preparedStatement_seesRowsThatItsFilterHid() throws SQLException {
        try (Connection connection = source.getConnection();
                Statement setUp = connection.createStatement()) {
            setUp.execute("create table t (tenant_id text, a int)");
            setUp.execute("insert into t values ('tnt_a', 1), ('tnt_b', 2)");
            try (PreparedStatement statement = connection.prepareStatement("select a from t where tenant_id = ?")) {
                statement.setString(1, "tnt_a");
                int rows = 0;
                try (ResultSet results = statement.executeQuery()) {
                    while (results.next()) {
                        rows++;
                    }
                }
                assertThat(rows).isEqualTo(2);
            }
        }
        assertThat(source.removedFilters()).isEqualTo(1);
    }
}
