package ai.scailabs.vault.server.jobs;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.concurrent.TimeUnit;
import javax.sql.DataSource;

/** How long the database takes to answer a statement that asks for nothing. */
public final class DatabaseLatency {
    private final DataSource database;
    private final Timer latency;

    public DatabaseLatency(DataSource database, MeterRegistry registry) {
        this.database = database;
        this.latency = Timer.builder("scaivault.db.latency").register(registry);
    }

    /** @throws SQLException when it does not answer; then nothing is measured */
    public void measure() throws SQLException {
        try (Connection connection = database.getConnection();
                PreparedStatement statement = connection.prepareStatement("select 1")) {
            long begun = System.nanoTime();
            statement.execute();
            latency.record(System.nanoTime() - begun, TimeUnit.NANOSECONDS);
        }
    }
}
