package ai.scailabs.vault.bench;

import ai.scailabs.vault.bench.load.Scenario;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;

/**
 * How {@code bin/bench} wants it.
 *
 * @param folder for the database and all else that the run makes; on a disk, as it is the disk that is measured
 * @param serverJar unpacked beside its libraries
 * @param scripts for wrk
 * @param scenarios to measure
 * @param seconds of a round
 * @param rounds whose medians count
 * @param warmUpSeconds of the first scenario and of issuing; the others get a sixth
 * @param rootDelay what a root key elsewhere adds to each of its calls, when that is measured; zero for the usual run
 * @param slowBackend how many ask a backend that takes long beside the reads, when that is measured; zero for the usual run
 * @param polls how many wait for events beside the reads, when that is measured; zero for the usual run
 * @param million whether it is authorities with many revoked certificates that are measured
 * @param hold whether all keeps running after the table, until standard input ends
 */
record BenchOptions(
        Path folder,
        Path serverJar,
        Path scripts,
        Set<Scenario> scenarios,
        int seconds,
        int rounds,
        int warmUpSeconds,
        Duration rootDelay,
        int polls,
        int slowBackend,
        boolean million,
        boolean hold) {
    private static final int MAX_SECONDS = 600;
    private static final int MAX_DELAY_MILLIS = 1_000;
    private static final int MAX_POLLS = 5_000;
    /** As many as the service lets ask one backend at once. */
    private static final int MAX_SLOW = 32;

    /** @throws IllegalArgumentException with what to say to the user */
    static BenchOptions parse(List<String> arguments) {
        Deque<String> rest = new ArrayDeque<>(arguments);
        Path folder = Path.of("");
        Path serverJar = Path.of("");
        Path scripts = Path.of("");
        Set<Scenario> scenarios = EnumSet.allOf(Scenario.class);
        int seconds = 0;
        Duration rootDelay = Duration.ZERO;
        int polls = 0;
        int slowBackend = 0;
        boolean quick = false;
        boolean million = false;
        boolean hold = false;
        while (!rest.isEmpty()) {
            String option = rest.pop();
            switch (option) {
                case "--folder" -> folder = path(option, rest);
                case "--server" -> serverJar = path(option, rest);
                case "--scripts" -> scripts = path(option, rest);
                case "--seconds" -> seconds = seconds(value(option, rest));
                case "--only" -> scenarios = scenarios(value(option, rest));
                case "--root-delay" -> rootDelay = Duration.ofMillis(millis(value(option, rest)));
                case "--polls" -> polls = polls(value(option, rest));
                case "--slow-backend" -> slowBackend = callers(value(option, rest));
                case "--quick" -> quick = true;
                case "--million" -> million = true;
                case "--hold" -> hold = true;
                default -> throw new IllegalArgumentException("unknown option " + option + " (bin/bench --help)");
            }
        }
        int length = seconds > 0 ? seconds : quick ? 2 : 6;
        return new BenchOptions(
                folder,
                serverJar,
                scripts,
                scenarios,
                length,
                quick ? 1 : 3,
                quick ? 10 : 45,
                rootDelay,
                polls,
                slowBackend,
                million,
                hold);
    }

    private static Set<Scenario> scenarios(String names) {
        List<Scenario> chosen = new ArrayList<>();
        for (String name : names.split(",")) {
            chosen.add(Scenario.named(name)
                    .orElseThrow(() -> new IllegalArgumentException(
                            "--only takes names out of " + String.join(",", Scenario.titles()))));
        }
        return EnumSet.copyOf(chosen);
    }

    private static int seconds(String text) {
        int number = text.matches("[0-9]{1,3}") ? Integer.parseInt(text) : 0;
        if (number < 1 || number > MAX_SECONDS) {
            throw new IllegalArgumentException("--seconds takes a number from 1 to " + MAX_SECONDS);
        }
        return number;
    }

    private static int millis(String text) {
        int number = text.matches("[0-9]{1,4}") ? Integer.parseInt(text) : 0;
        if (number < 1 || number > MAX_DELAY_MILLIS) {
            throw new IllegalArgumentException(
                    "--root-delay takes a number of milliseconds from 1 to " + MAX_DELAY_MILLIS);
        }
        return number;
    }

    private static int polls(String text) {
        int number = text.matches("[0-9]{1,4}") ? Integer.parseInt(text) : 0;
        if (number < 1 || number > MAX_POLLS) {
            throw new IllegalArgumentException("--polls takes a number from 1 to " + MAX_POLLS);
        }
        return number;
    }

    private static int callers(String text) {
        int number = text.matches("[0-9]{1,2}") ? Integer.parseInt(text) : 0;
        if (number < 1 || number > MAX_SLOW) {
            throw new IllegalArgumentException("--slow-backend takes a number from 1 to " + MAX_SLOW);
        }
        return number;
    }

    private static Path path(String option, Deque<String> rest) {
        return Path.of(value(option, rest)).toAbsolutePath().normalize();
    }

    private static String value(String option, Deque<String> rest) {
        if (rest.isEmpty()) {
            throw new IllegalArgumentException(option + " needs a value");
        }
        return rest.pop();
    }
}
