package ai.scailabs.vault.bench.floor;

import ai.scailabs.vault.bench.measure.CpuUse;
import ai.scailabs.vault.bench.measure.Measurement;
import ai.scailabs.vault.testkit.TestDatabase;
import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.Supplier;

/**
 * One-row statements on a table of this program's own, in a database of their own on the same server, through a pool as large as the service's. Nothing that answers
 * from this database, or changes it durably, can be cheaper.
 */
public final class DatabaseFloor implements AutoCloseable {
    private static final int ROWS = 10_000;

    private final HikariDataSource pool;
    private final Supplier<CpuUse> cpu;

    /** @param cpu what every process has used so far */
    public DatabaseFloor(TestDatabase database, int poolSize, Supplier<CpuUse> cpu) throws SQLException {
        HikariConfig config = new HikariConfig();
        config.setDataSource(database.superuser().dataSource());
        config.setMaximumPoolSize(poolSize);
        this.pool = new HikariDataSource(config);
        this.cpu = cpu;
        try (Connection connection = pool.getConnection();
                Statement statement = connection.createStatement()) {
            statement.execute("create table floor_row (id bigint primary key, content bytea not null)");
            statement.execute("create table floor_log (id bigint generated always as identity primary key,"
                    + " at timestamptz not null default now(), content bytea not null)");
            statement.execute(
                    "insert into floor_row select n, decode(repeat('5a', 300), 'hex') from generate_series(1, " + ROWS
                            + ") n");
            statement.execute("vacuum analyze floor_row");
        }
    }

    /** A row of 300 bytes by its primary key. */
    public Measurement select(int callers, int seconds) throws InterruptedException {
        return measure(callers, seconds, (connection, random) -> {
            try (PreparedStatement select = connection.prepareStatement("select content from floor_row where id = ?")) {
                select.setLong(1, 1 + random.nextInt(ROWS));
                try (ResultSet row = select.executeQuery()) {
                    if (!row.next() || row.getBytes(1).length != 300) {
                        throw new IllegalStateException("the row is not as it was made");
                    }
                }
            }
        });
    }

    /** A row of 300 bytes, committed and on disk before the next. */
    public Measurement insert(int callers, int seconds) throws InterruptedException {
        byte[] content = new byte[300];
        return measure(callers, seconds, (connection, random) -> {
            try (PreparedStatement insert = connection.prepareStatement("insert into floor_log (content) values (?)")) {
                insert.setBytes(1, content);
                insert.executeUpdate();
            }
        });
    }

    private Measurement measure(int callers, int seconds, Step step) throws InterruptedException {
        CpuUse before = cpu.get();
        long end = System.nanoTime() + seconds * 1_000_000_000L;
        List<long[]> latencies = new ArrayList<>();
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<long[]>> running = new ArrayList<>();
            for (int caller = 0; caller < callers; caller++) {
                long seed = caller;
                running.add(threads.submit(() -> repeat(step, new Random(seed), end)));
            }
            for (Future<long[]> each : running) {
                latencies.add(each.get());
            }
        } catch (ExecutionException e) {
            throw new IllegalStateException("the database refused a statement", e.getCause());
        }
        CpuUse span = cpu.get().since(before).withoutServer();
        long[] sorted =
                latencies.stream().flatMapToLong(Arrays::stream).sorted().toArray();
        return Measurement.of(sorted.length, span.atNanos() / 1e9, millis(sorted, 0.5), millis(sorted, 0.99), 0, span);
    }

    private long[] repeat(Step step, Random random, long endNanos) throws SQLException {
        long[] nanos = new long[4_096];
        int count = 0;
        for (long begin = System.nanoTime(); begin < endNanos; ) {
            try (Connection connection = pool.getConnection()) {
                step.run(connection, random);
            }
            long now = System.nanoTime();
            if (count == nanos.length) {
                nanos = Arrays.copyOf(nanos, count * 2);
            }
            nanos[count++] = now - begin;
            begin = now;
        }
        return Arrays.copyOf(nanos, count);
    }

    private static double millis(long[] sortedNanos, double share) {
        return sortedNanos.length == 0 ? 0 : sortedNanos[(int) (share * (sortedNanos.length - 1))] / 1e6;
    }

    @Override
    public void close() {
        pool.close();
    }

    @FunctionalInterface
    private interface Step {
        void run(Connection connection, Random random) throws SQLException;
    }
}
