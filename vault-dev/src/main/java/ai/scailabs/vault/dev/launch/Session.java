package ai.scailabs.vault.dev.launch;

import ai.scailabs.vault.dev.database.DevDatabase;
import ai.scailabs.vault.dev.database.PostgresBinaries;
import ai.scailabs.vault.dev.database.PostgresServer;
import ai.scailabs.vault.dev.demo.DemoData;
import ai.scailabs.vault.dev.folder.Credentials;
import ai.scailabs.vault.dev.folder.DataFolder;
import ai.scailabs.vault.dev.folder.PrivateFile;
import ai.scailabs.vault.dev.identity.DevIdentity;
import ai.scailabs.vault.dev.issuer.DevIssuer;
import ai.scailabs.vault.dev.issuer.TokenRequests;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.sql.SQLException;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/** One life of a development server: start, watch, end. */
final class Session {
    private final LaunchOptions options;
    private final Map<String, String> environment;
    private final PrintStream console;
    private final DataFolder folder;
    private final DevFile devFile;
    private final SecureRandom random = new SecureRandom();
    private final Children children = new Children();
    private volatile boolean over;

    Session(LaunchOptions options, Map<String, String> environment, PrintStream console, DataFolder folder) {
        this.options = options;
        this.environment = environment;
        this.console = console;
        this.folder = folder;
        this.devFile = new DevFile(folder);
    }

    int run() throws IOException, InterruptedException {
        Runtime.getRuntime().addShutdownHook(new Thread(this::endOnSignal, "end-on-signal"));
        try {
            startAndWatch();
            return 0;
        } catch (LaunchFailure | IOException e) {
            if (children.isEnded()) {
                return 0;
            }
            throw e;
        } finally {
            children.end();
            devFile.remove();
            over = true;
        }
    }

    private void startAndWatch() throws IOException, InterruptedException {
        // 1. A clean place: nothing left of a killed launcher, the port ours.
        new Orphans(folder.path(), console).end();
        devFile.remove();
        LoopbackPorts ports = new LoopbackPorts(folder, random);
        ServerAddress address = ServerAddress.choose(options.port(), ports, environment);
        address.requireFree();
        ServerSettings settings = new ServerSettings(environment);
        Credentials credentials = Credentials.open(folder.file("credentials"), random);

        // 2. The issuer takes seconds and nobody needs it before the first token: it starts beside everything else.
        int issuerPort = ports.kept("issuer");
        CompletableFuture<DevIssuer> issuer = startIssuer(credentials, issuerPort, settings);

        // 3. The root key before the data that it protects, the database before the server that needs it.
        new RootKeyFile(folder, random).provide(settings);
        Optional<PostgresServer> postgres = startDatabase(credentials, ports, settings);
        ServerProcess vault = new ServerProcess(folder, options.server());
        Path log = vault.newLog();
        Optional<LogFollower> follower =
                options.followLog() ? Optional.of(new LogFollower(log, console)) : Optional.empty();
        try {
            if (!settings.isCallers("SCAIKEY_URL")) {
                settings.offer("SCAIKEY_CLIENT_ID", DevIssuer.SERVICE)
                        .offer("SCAIKEY_CLIENT_SECRET", DevIssuer.serviceSecret(credentials))
                        .offer("SCAIKEY_WEBHOOK_SECRET", credentials.password("webhook"));
            }
            settings.set("BIND_ADDRESS", address.bind())
                    .offer("BASE_URL", address.baseUrl())
                    .offer("SCAIKEY_URL", "http://127.0.0.1:" + issuerPort)
                    .offer("SCAIVAULT_DEV", "true")
                    .offer("LOG_FORMAT", "text");
            Process server = children.startServer(() -> vault.start(settings.chosen(), environment));

            // 4. Everything answers: example data once, tokens for everybody, and how to use them.
            ServerClient client = new ServerClient(address.baseUrl(), environment);
            client.awaitReady(server, log);
            Running running = announce(address, client, issuer.join(), settings);

            watch(server, postgres, running, log);
        } finally {
            follower.ifPresent(LogFollower::close);
        }
    }

    private CompletableFuture<DevIssuer> startIssuer(Credentials credentials, int port, ServerSettings settings) {
        String audience = settings.callers("SCAIKEY_AUDIENCE").orElse("scaivault");
        CompletableFuture<DevIssuer> starting = new CompletableFuture<>();
        Thread.ofPlatform().name("issuer-start").start(() -> {
            try {
                DevIssuer issuer = DevIssuer.start(folder.path(), credentials, port, audience);
                children.adopt(issuer);
                starting.complete(issuer);
            } catch (IOException | RuntimeException e) {
                starting.completeExceptionally(new LaunchFailure("the issuer did not start: " + e.getMessage(), e));
            }
        });
        return starting;
    }

    private Optional<PostgresServer> startDatabase(
            Credentials credentials, LoopbackPorts ports, ServerSettings settings)
            throws IOException, InterruptedException {
        if (settings.isCallers("DATABASE_URL")) {
            return Optional.empty();
        }
        PostgresServer postgres = new PostgresServer(
                PostgresBinaries.unpack(CacheFolder.of(environment, folder)),
                folder.file(Orphans.POSTGRES),
                folder.file("postgres.log"),
                ports.kept("postgres"));
        postgres.initialise(credentials);
        children.startPostgres(postgres);
        DevDatabase database = new DevDatabase(postgres, credentials);
        try {
            database.prepare(Files.readString(options.rolesSql()));
        } catch (SQLException e) {
            throw new LaunchFailure("the database could not be prepared: " + e.getMessage(), e);
        }
        settings.offer("DATABASE_URL", database.url("app"))
                .offer("DATABASE_OWNER_URL", database.url("owner"))
                .offer("DATABASE_WORKER_URL", database.url("worker"));
        return Optional.of(postgres);
    }

    private Running announce(ServerAddress address, ServerClient client, DevIssuer issuer, ServerSettings settings)
            throws IOException, InterruptedException {
        Map<String, String> tokens = new LinkedHashMap<>();
        if (!settings.isCallers("SCAIKEY_URL")) {
            TokenRequests requests = issuer.tokens();
            Path done = folder.file("demo-data");
            if (!Files.exists(done)) {
                new DemoData(client.http(), address.baseUrl(), requests).create();
                PrivateFile.write(done, "made\n");
            }
            for (DevIdentity identity : DevIdentity.values()) {
                tokens.put(identity.label(), requests.mint(identity, Map.of()));
            }
        }
        Running running = new Running(
                address.baseUrl(),
                issuer.issuer(),
                settings.value("DATABASE_OWNER_URL")
                        .or(() -> settings.value("DATABASE_URL"))
                        .orElse(""),
                tokens);
        devFile.write(running, children.pids());
        console.println(
                tokens.isEmpty()
                        ? "ScaiVault is ready: " + address.baseUrl()
                        : new Welcome(address.baseUrl(), folder.path(), tokens).text());
        console.flush();
        if (options.readyMarker().isPresent()) {
            Files.writeString(options.readyMarker().get(), "ready\n");
        }
        return running;
    }

    private void watch(Process server, Optional<PostgresServer> postgres, Running running, Path log)
            throws IOException, InterruptedException {
        while (server.isAlive()) {
            CompletableFuture.anyOf(server.onExit(), children.databaseEnd()).join();
            if (children.isEnded()) {
                return;
            }
            if (server.isAlive() && postgres.isPresent()) {
                console.println("PostgreSQL ended; starting it again.");
                children.startPostgres(postgres.get());
                devFile.write(running, children.pids());
                console.println("PostgreSQL runs again.");
            }
        }
        throw new LaunchFailure("the server ended with code " + server.exitValue()
                + ", so everything was stopped; the end of " + log + ":\n" + LogTail.of(log));
    }

    /** On Ctrl-C, {@code bin/stop} or any other SIGTERM. */
    private void endOnSignal() {
        if (over) {
            return;
        }
        try {
            console.println("Stopping.");
            children.end();
            devFile.remove();
            console.println("Stopped.");
        } catch (IOException | InterruptedException e) {
            console.println("scaivault: could not stop everything: " + e.getMessage());
            Runtime.getRuntime().halt(1);
        }
        console.flush();
        Runtime.getRuntime().halt(0);
    }
}
