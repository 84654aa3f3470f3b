package ai.scailabs.vault.dev.launch;

import ai.scailabs.vault.dev.folder.DataFolder;
import java.io.IOException;
import java.io.PrintStream;
import java.util.Map;
import java.util.Optional;

/** {@code bin/run}: one development server per folder, from the first start to the last signal. */
public final class Launcher {
    private final LaunchOptions options;
    private final Map<String, String> environment;
    private final PrintStream console;

    /** @param environment the caller's; its documented variables win over our defaults */
    public Launcher(LaunchOptions options, Map<String, String> environment, PrintStream console) {
        this.options = options;
        this.environment = environment;
        this.console = console;
    }

    /**
     * Runs until a signal ends it, which is a success (the process exits with 0), or until the server ends by itself, which is not.
     *
     * @return the exit code; 0 when a server runs on this folder already
     */
    public int run() throws IOException, InterruptedException {
        Optional<DataFolder> held = DataFolder.hold(options.data());
        if (held.isEmpty()) {
            console.println(DevFile.baseUrl(options.data())
                    .map(url -> "ScaiVault runs already on this folder: " + url + " (bin/stop ends it).")
                    .orElse("ScaiVault is starting already on this folder."));
            return 0;
        }
        try (DataFolder folder = held.get()) {
            return new Session(options, environment, console, folder).run();
        }
    }
}
