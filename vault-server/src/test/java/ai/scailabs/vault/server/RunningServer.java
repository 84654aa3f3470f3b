package ai.scailabs.vault.server;

import ai.scailabs.vault.kms.local.LocalFileRootKey;
import ai.scailabs.vault.persistence.jdbc.Schema;
import ai.scailabs.vault.server.settings.ServerSettings;
import ai.scailabs.vault.testkit.TestDatabase;
import ai.scailabs.vault.testkit.TestIssuer;
import ai.scailabs.vault.testkit.TestPostgres;
import ai.scailabs.vault.testkit.TokenBuilder;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.Comparator;
import java.util.HashMap;
import java.util.Map;
import org.springframework.context.ConfigurableApplicationContext;

/** The whole service as it ships, on a database and an issuer of its own. */
public final class RunningServer implements AutoCloseable {
    /** Every scope there is so far. */
    public static final String ALL_SCOPES =
            "secrets:read secrets:write secrets:delete secrets:list secrets:rotate policies:read policies:write audit:read admin";

    private final TestDatabase database;
    private final TestIssuer issuer;
    private final ConfigurableApplicationContext context;
    private final Path folder;

    private RunningServer(
            TestDatabase database, TestIssuer issuer, ConfigurableApplicationContext context, Path folder) {
        this.database = database;
        this.issuer = issuer;
        this.context = context;
        this.folder = folder;
    }

    public static RunningServer start() {
        return start(TestPostgres.migratedDatabase(Schema::migrate), Map.of());
    }

    public static RunningServer start(TestDatabase database, Map<String, String> overrides) {
        TestIssuer issuer = TestIssuer.start();
        Path folder = newFolder();
        LocalFileRootKey.openOrCreate(folder.resolve("root.key"), new SecureRandom());
        ServerSettings settings = ServerSettings.read(environment(database, issuer, folder, overrides));
        ConfigurableApplicationContext context = VaultServer.start(settings);
        return new RunningServer(database, issuer, context, folder);
    }

    static Map<String, String> environment(
            TestDatabase database, TestIssuer issuer, Path folder, Map<String, String> overrides) {
        Map<String, String> environment = new HashMap<>();
        environment.put("DATABASE_URL", database.app().url());
        environment.put("DATABASE_WORKER_URL", database.worker().url());
        environment.put("SCAIKEY_URL", issuer.issuer());
        environment.put("BIND_ADDRESS", "127.0.0.1:0");
        environment.put("BASE_URL", "http://127.0.0.1");
        environment.put("KMS_PROVIDER", "local");
        environment.put("KMS_LOCAL_KEY_FILE", folder.resolve("root.key").toString());
        environment.put("SCAIVAULT_DEV", "true");
        environment.put("LOG_FORMAT", "text");
        environment.put("LOG_LEVEL", "warn");
        environment.putAll(overrides);
        return environment;
    }

    public int port() {
        return Integer.parseInt(context.getEnvironment().getRequiredProperty("local.server.port"));
    }

    public TestDatabase database() {
        return database;
    }

    public TestIssuer issuer() {
        return issuer;
    }

    /** Of the tenant {@code tnt_<name>} of the partner {@code ptn_acme}, with every scope; the caller may change anything. */
    public TokenBuilder token(String tenantName) {
        return issuer.token().tenant("tnt_" + tenantName).partner("ptn_acme").scope(ALL_SCOPES);
    }

    /** A client of this server that sends the token. */
    public ApiClient client(String token) {
        return new ApiClient(port(), token);
    }

    /** A user with every scope, whom a policy lets do everything on every path. */
    public ApiClient owner(String tenantName) {
        ApiClient client =
                client(token(tenantName).user("owner@" + tenantName + ".test").sign());
        client.allow("user:owner@" + tenantName + ".test", "**", "admin");
        return client;
    }

    @Override
    public void close() {
        context.close();
        issuer.close();
        try (var files = Files.walk(folder)) {
            files.sorted(Comparator.reverseOrder())
                    .forEach(file -> file.toFile().delete());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Path newFolder() {
        try {
            return Files.createTempDirectory("scaivault-test");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
