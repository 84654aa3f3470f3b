package ai.scailabs.vault.dev;

import ai.scailabs.vault.dev.launch.LaunchFailure;
import ai.scailabs.vault.dev.launch.LaunchOptions;
import ai.scailabs.vault.dev.launch.Launcher;
import ai.scailabs.vault.dev.launch.Stopper;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.List;

/** {@code run} and {@code stop}, called by the scripts of the same names, which explain the options. */
public final class VaultDev {
    private VaultDev() {}

    public static void main(String[] arguments) throws InterruptedException {
        System.exit(run(List.of(arguments), System.out, System.err));
    }

    private static int run(List<String> arguments, PrintStream console, PrintStream complaints)
            throws InterruptedException {
        String command = arguments.isEmpty() ? "" : arguments.getFirst();
        List<String> options = arguments.stream().skip(1).toList();
        try {
            return switch (command) {
                case "run" -> new Launcher(LaunchOptions.parse(options), System.getenv(), console).run();
                case "stop" -> new Stopper(Path.of(options.getFirst()), console).stop();
                default -> throw new LaunchFailure("the commands are run and stop");
            };
        } catch (LaunchFailure | IOException e) {
            complaints.println("scaivault: " + e.getMessage());
            return 1;
        }
    }
}
