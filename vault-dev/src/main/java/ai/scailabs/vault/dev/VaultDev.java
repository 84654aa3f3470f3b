package ai.scailabs.vault.dev;

import ai.scailabs.vault.dev.launch.LaunchFailure;
import ai.scailabs.vault.dev.launch.LaunchOptions;
import ai.scailabs.vault.dev.launch.Launcher;
import ai.scailabs.vault.dev.launch.Stopper;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;

/** {@code run} and {@code stop}, called by the scripts of the same names, which explain the options. */
public final class VaultDev {
    private VaultDev() {}

    public static void main(String[] arguments) throws InterruptedException {
        System.exit(run(List.of(arguments)));
    }

    private static int run(List<String> arguments) throws InterruptedException {
        String command = arguments.isEmpty() ? "" : arguments.getFirst();
        List<String> options = arguments.stream().skip(1).toList();
        try {
            return switch (command) {
                case "run" -> new Launcher(LaunchOptions.parse(options), System.getenv(), System.out).run();
                case "stop" -> new Stopper(Path.of(options.getFirst()), System.out).stop();
                default -> throw new LaunchFailure("usage: run … | stop FOLDER, not " + Arrays.asList(command));
            };
        } catch (LaunchFailure | IOException e) {
            System.err.println("scaivault: " + e.getMessage());
            return 1;
        }
    }
}
