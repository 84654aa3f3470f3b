package ai.scailabs.vault.server;

import ai.scailabs.vault.kms.local.LocalFileRootKey;
import ai.scailabs.vault.server.settings.ServerSettings;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.springframework.context.ConfigurableApplicationContext;

/**
 * Starts the service far enough to load what a start and first requests load, and ends: what the JVM records meanwhile becomes the ahead-of-time cache of the
 * image (JEP 514). Needs no database, no issuer and no network beyond loopback; nothing of it is kept.
 */
final class TrainingRun {
    private static final List<String> PATHS = List.of("/v1/health", "/v1/version", "/v1/openapi.json", "/v1/nothing");
    /** Each waits for the database that is not there, so once is enough. */
    private static final List<String> SLOW_PATHS = List.of("/v1/health/ready", "/v1/secrets/a");

    private static final int ROUNDS = 20;

    private TrainingRun() {}

    static void run() throws IOException, InterruptedException {
        Path key = Files.createTempDirectory("training").resolve("root.key");
        LocalFileRootKey.openOrCreate(key, new SecureRandom());
        ServerSettings settings = ServerSettings.read(environment(key));
        try (ConfigurableApplicationContext context = VaultServer.startWithoutDatabase(settings);
                HttpClient client = HttpClient.newHttpClient()) {
            String base = "http://127.0.0.1:" + context.getEnvironment().getRequiredProperty("local.server.port");
            for (String path : SLOW_PATHS) {
                call(client, base + path);
            }
            for (int round = 0; round < ROUNDS; round++) {
                for (String path : PATHS) {
                    call(client, base + path);
                }
            }
        } finally {
            Files.deleteIfExists(key);
            Files.deleteIfExists(key.getParent());
        }
    }

    private static void call(HttpClient client, String url) throws IOException, InterruptedException {
        HttpRequest request = HttpRequest.newBuilder(URI.create(url))
                .timeout(Duration.ofSeconds(30))
                .build();
        client.send(request, BodyHandlers.discarding());
    }

    private static Map<String, String> environment(Path key) {
        return Map.of(
                "DATABASE_URL", "postgresql://training@127.0.0.1:1/training",
                "SCAIKEY_URL", "http://127.0.0.1:1",
                "BIND_ADDRESS", "127.0.0.1:0",
                "BASE_URL", "http://127.0.0.1",
                "KMS_PROVIDER", "local",
                "KMS_LOCAL_KEY_FILE", key.toString(),
                "SCAIVAULT_DEV", "true");
    }
}
