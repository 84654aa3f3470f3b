package ai.scailabs.vault.bench;

import ai.scailabs.vault.bench.load.Scenario;
import ai.scailabs.vault.bench.measure.Measurement;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/** All rounds of a run, and the table they make. */
final class Results {
    private static final String HEAD = "%-28s %5s %10s %9s %9s %10s %12s %8s %7s%n";
    private static final String ROW = "%-28s %5d %,10.0f %9.2f %9.2f %10.0f %12.0f %8d %6.0f%%%n";

    private final Map<Row, List<Measurement>> rounds = new LinkedHashMap<>();

    void add(String name, int connections, Measurement measured) {
        rounds.computeIfAbsent(new Row(name, connections), row -> new ArrayList<>())
                .add(measured);
    }

    Optional<Measurement> median(Scenario scenario, int connections) {
        return Optional.ofNullable(rounds.get(new Row(scenario.title(), connections)))
                .map(Measurement::median);
    }

    /** In the order in which the rows were first added. */
    String table() {
        StringBuilder table = new StringBuilder(String.format(
                Locale.ROOT,
                HEAD,
                "",
                "conns",
                "req/s",
                "p50 ms",
                "p99 ms",
                "server us",
                "postgres us",
                "errors",
                "others"));
        rounds.forEach((row, measured) -> {
            Measurement median = Measurement.median(measured);
            table.append(String.format(
                    Locale.ROOT,
                    ROW,
                    row.name(),
                    row.connections(),
                    median.perSecond(),
                    median.p50Millis(),
                    median.p99Millis(),
                    median.serverMicros(),
                    median.postgresMicros(),
                    median.errors(),
                    median.othersShare() * 100));
        });
        return table.toString();
    }

    long errors() {
        return rounds.values().stream()
                .flatMap(List::stream)
                .mapToLong(Measurement::errors)
                .sum();
    }

    private record Row(String name, int connections) {}
}
