package ai.scailabs.vault.persistence.jdbc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.scailabs.vault.testkit.RepositoryFiles;
import ai.scailabs.vault.testkit.TestDatabase;
import ai.scailabs.vault.testkit.TestPostgres;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class SchemaTest {
    @Test
    void emptyDatabase_lacksEveryMigration_andAMigratedOneNone() throws IOException {
        TestDatabase database = TestPostgres.freshDatabase();

        List<String> missing = Schema.pending(database.app().dataSource());
        Schema.migrate(database.owner().dataSource());

        assertThat(missing).isSorted().hasSize(migrationFiles());
        assertThat(Schema.pending(database.app().dataSource())).isEmpty();
    }

    @Test
    void databaseIsCurrent_onceMigrated_andUntilItsHistoryIsAltered() throws SQLException {
        TestDatabase database = TestPostgres.freshDatabase();
        assertThat(Schema.isCurrent(database.app().dataSource())).isFalse();

        Schema.migrate(database.owner().dataSource());
        assertThat(Schema.isCurrent(database.app().dataSource())).isTrue();

        try (Connection connection = database.owner().dataSource().getConnection();
                Statement statement = connection.createStatement()) {
            statement.execute("update flyway_schema_history set checksum = checksum + 1 where version is not null");
        }
        assertThat(Schema.isCurrent(database.app().dataSource())).isFalse();
    }

    @Test
    void migratingTwice_isFine() {
        TestDatabase database = TestPostgres.freshDatabase();

        Schema.migrate(database.owner().dataSource());
        Schema.migrate(database.owner().dataSource());

        assertThat(Schema.pending(database.app().dataSource())).isEmpty();
    }

    @Test
    void severalInstancesAtOnce_migrateOneAfterTheOther() throws Exception {
        TestDatabase database = TestPostgres.freshDatabase();
        Callable<Void> migration = () -> {
            Schema.migrate(database.owner().dataSource());
            return null;
        };

        try (ExecutorService instances = Executors.newFixedThreadPool(4)) {
            for (Future<Void> one : instances.invokeAll(
                    IntStream.range(0, 4).mapToObj(i -> migration).toList())) {
                one.get();
            }
        }

        assertThat(Schema.pending(database.app().dataSource())).isEmpty();
    }

    @Test
    void app_mayNotMigrate() {
        TestDatabase database = TestPostgres.freshDatabase();

        assertThatThrownBy(() -> Schema.migrate(database.app().dataSource())).hasMessageContaining("permission denied");
    }

    private static int migrationFiles() throws IOException {
        try (Stream<Path> files = Files.list(RepositoryFiles.root().resolve("db/migration"))) {
            return (int) files.filter(file -> file.getFileName().toString().startsWith("V"))
                    .count();
        }
    }
}
