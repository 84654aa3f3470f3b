package ai.scailabs.vault.persistence.jdbc;

import java.util.Arrays;
import java.util.List;
import javax.sql.DataSource;
import org.flywaydb.core.Flyway;
import org.flywaydb.core.api.MigrationInfo;
import org.flywaydb.core.api.MigrationInfoService;

/** The history of the schema, packed with the program. */
public final class Schema {
    private Schema() {}

    /** Brings the schema up to date; several instances may do so at once, one after the other. */
    public static void migrate(DataSource owner) {
        history(owner).migrate();
    }

    /**
     * Whether the database has everything that this program was built for, in the same words.
     *
     * @throws org.flywaydb.core.api.FlywayException when that cannot be read
     */
    public static boolean isCurrent(DataSource app) {
        MigrationInfoService info = history(app).info();
        return info.pending().length == 0 && Arrays.stream(info.applied()).allMatch(MigrationInfo::isChecksumMatching);
    }

    /** What this program was built for and the database does not have yet, oldest first. */
    public static List<String> pending(DataSource app) {
        return Arrays.stream(history(app).info().pending())
                .map(MigrationInfo::getVersion)
                .map(String::valueOf)
                .toList();
    }

    private static Flyway history(DataSource dataSource) {
        return Flyway.configure()
                .dataSource(dataSource)
                .locations("classpath:db/migration")
                .validateMigrationNaming(true)
                .cleanDisabled(true)
                .load();
    }
}
