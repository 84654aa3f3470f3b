package ai.scailabs.vault.dev.launch;

import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Optional;

/**
 * How {@code bin/run} wants it.
 *
 * @param data the data folder
 * @param port asked for with {@code --port}; 0 is any free one
 * @param server the extracted jar of vault-server
 * @param rolesSql {@code db/roles.sql}
 * @param readyMarker a file to make when ready
 * @param followLog whether to repeat the server's log on the console
 */
public record LaunchOptions(
        Path data, Optional<Integer> port, Path server, Path rolesSql, Optional<Path> readyMarker, boolean followLog) {
    static final int DEFAULT_PORT = 8200;

    /** @throws LaunchFailure when an option is unknown, lacks its value or has a wrong one */
    public static LaunchOptions parse(List<String> arguments) {
        Deque<String> rest = new ArrayDeque<>(arguments);
        Optional<Path> data = Optional.empty();
        Optional<Path> server = Optional.empty();
        Optional<Path> rolesSql = Optional.empty();
        Optional<Path> readyMarker = Optional.empty();
        Optional<Integer> port = Optional.empty();
        boolean followLog = true;
        while (!rest.isEmpty()) {
            String option = rest.pop();
            switch (option) {
                case "--data" -> data = Optional.of(path(option, rest));
                case "--server" -> server = Optional.of(path(option, rest));
                case "--roles" -> rolesSql = Optional.of(path(option, rest));
                case "--ready-marker" -> readyMarker = Optional.of(path(option, rest));
                case "--port" -> port = Optional.of(port(value(option, rest)));
                case "--quiet" -> followLog = false;
                default -> throw new LaunchFailure("unknown option " + option);
            }
        }
        return new LaunchOptions(
                data.orElseThrow(() -> new LaunchFailure("--data is missing")),
                port,
                server.orElseThrow(() -> new LaunchFailure("--server is missing")),
                rolesSql.orElseThrow(() -> new LaunchFailure("--roles is missing")),
                readyMarker,
                followLog);
    }

    private static Path path(String option, Deque<String> rest) {
        return Path.of(value(option, rest)).toAbsolutePath().normalize();
    }

    private static String value(String option, Deque<String> rest) {
        if (rest.isEmpty()) {
            throw new LaunchFailure(option + " needs a value");
        }
        return rest.pop();
    }

    private static int port(String text) {
        if (!text.matches("[0-9]{1,5}") || Integer.parseInt(text) > 65_535) {
            throw new LaunchFailure("--port takes a number from 0 to 65535, where 0 is any free port");
        }
        return Integer.parseInt(text);
    }
}
