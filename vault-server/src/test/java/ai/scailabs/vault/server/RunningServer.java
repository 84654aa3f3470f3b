package ai.scailabs.vault.server;

import ai.scailabs.vault.access.quota.RateCategory;
import ai.scailabs.vault.audit.trail.AuditTrail;
import ai.scailabs.vault.kernel.id.PartnerId;
import ai.scailabs.vault.kernel.id.TenantId;
import ai.scailabs.vault.kernel.sensitive.SensitiveBytes;
import ai.scailabs.vault.kms.local.LocalFileRootKey;
import ai.scailabs.vault.persistence.jdbc.Schema;
import ai.scailabs.vault.pki.hsm.HsmKeyDisposal;
import ai.scailabs.vault.pki.rotation.AuthorityRotations;
import ai.scailabs.vault.server.challenge.HttpChallengeListener;
import ai.scailabs.vault.server.challenge.TlsChallengeListener;
import ai.scailabs.vault.server.jobs.ExpiryJob;
import ai.scailabs.vault.server.settings.ServerSettings;
import ai.scailabs.vault.server.tls.LookEvery;
import ai.scailabs.vault.server.wiring.DatabasePools;
import ai.scailabs.vault.tenancy.keyring.TenantSeal;
import ai.scailabs.vault.testkit.EventBuilder;
import ai.scailabs.vault.testkit.TestDatabase;
import ai.scailabs.vault.testkit.TestIssuer;
import ai.scailabs.vault.testkit.TestPostgres;
import ai.scailabs.vault.testkit.TokenBuilder;
import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.util.Comparator;
import java.util.HashMap;
import java.util.Map;
import java.util.function.UnaryOperator;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.config.BeanPostProcessor;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.SpringApplicationRunListener;
import org.springframework.context.ConfigurableApplicationContext;

/** The whole service as it ships, on a database and an issuer of its own. */
public final class RunningServer implements AutoCloseable {
    /** Every scope there is so far. */
    public static final String ALL_SCOPES =
            "secrets:read secrets:write secrets:delete secrets:list secrets:rotate policies:read policies:write audit:read audit:export identity:read"
                    + " identity:admin pki:issue subscriptions:read subscriptions:write federation:read federation:write dynamic:read dynamic:generate dynamic:manage admin";

    /** With which ScaiKey signs its events. */
    public static final String EVENT_SECRET = "not-a-secret-outside-tests-77af";

    private static @Nullable RunningServer shared;

    private final TestDatabase database;
    private final TestIssuer issuer;
    private final ConfigurableApplicationContext context;
    private final Path folder;
    private final boolean first;

    /** @param first whether issuer and folder end with it */
    private RunningServer(
            TestDatabase database,
            TestIssuer issuer,
            ConfigurableApplicationContext context,
            Path folder,
            boolean first) {
        this.database = database;
        this.issuer = issuer;
        this.context = context;
        this.folder = folder;
        this.first = first;
    }

    /** One for all tests of this JVM that keep to tenants and partners of their own; it ends with the JVM. */
    public static synchronized RunningServer shared() {
        if (shared == null) {
            RunningServer started = start(TestPostgres.migratedDatabase(Schema::migrate), PreparedDns.resolvers());
            Runtime.getRuntime().addShutdownHook(new Thread(started::close, "shared-server-end"));
            shared = started;
        }
        return shared;
    }

    public static RunningServer start() {
        return start(TestPostgres.migratedDatabase(Schema::migrate), Map.of());
    }

    public static RunningServer start(TestDatabase database, Map<String, String> overrides) {
        return start(database, overrides, UnaryOperator.identity());
    }

    /** @param around stands between the service and the pool of its requests */
    public static RunningServer start(
            TestDatabase database, Map<String, String> overrides, UnaryOperator<DataSource> around) {
        return start(database, overrides, around, UnaryOperator.identity());
    }

    /** @param clock by which the service lives, made from the one that it would have */
    public static RunningServer start(
            TestDatabase database,
            Map<String, String> overrides,
            UnaryOperator<DataSource> around,
            UnaryOperator<Clock> clock) {
        TestIssuer issuer = TestIssuer.start();
        Path folder = newFolder();
        newRootKey(folder);
        try {
            ServerSettings settings = ServerSettings.read(environment(database, issuer, folder, overrides));
            return new RunningServer(database, issuer, start(settings, new Replaced(around, clock)), folder, true);
        } catch (RuntimeException refused) {
            issuer.close();
            delete(folder);
            throw refused;
        }
    }

    private static ConfigurableApplicationContext start(ServerSettings settings, Replaced replaced) {
        return SpringApplication.withHook(
                application -> new SpringApplicationRunListener() {
                    @Override
                    public void contextPrepared(ConfigurableApplicationContext prepared) {
                        prepared.getBeanFactory().addBeanPostProcessor(replaced);
                    }
                },
                () -> VaultServer.start(settings));
    }

    static Map<String, String> environment(
            TestDatabase database, TestIssuer issuer, Path folder, Map<String, String> overrides) {
        Map<String, String> environment = new HashMap<>();
        environment.put("DATABASE_URL", database.app().url());
        environment.put("DATABASE_WORKER_URL", database.worker().url());
        environment.put("SCAIKEY_URL", issuer.issuer());
        environment.put("SCAIKEY_CLIENT_ID", TestIssuer.CLIENT_ID);
        environment.put("SCAIKEY_CLIENT_SECRET", TestIssuer.CLIENT_SECRET);
        environment.put("SCAIKEY_WEBHOOK_SECRET", EVENT_SECRET);
        environment.put("IDENTITY_SYNC_ENABLED", "false");
        environment.put("BIND_ADDRESS", "127.0.0.1:0");
        environment.put("BASE_URL", "http://127.0.0.1");
        environment.put("KMS_PROVIDER", "local");
        environment.put("KMS_LOCAL_KEY_FILE", folder.resolve("root.key").toString());
        environment.put("SCAIVAULT_DEV", "true");
        environment.put("ACME_HTTP_BIND", "127.0.0.1:0");
        environment.put("ACME_TLS_ALPN_BIND", "127.0.0.1:0");
        environment.put("LOG_FORMAT", "text");
        environment.put("LOG_LEVEL", "warn");
        environment.put("SECURITY_TXT_CONTACT", "mailto:security@vault.test");
        environment.put("SECURITY_TXT_EXPIRES", "2099-01-01T00:00:00Z");
        environment.putAll(generousRateLimits());
        environment.putAll(overrides);
        return environment;
    }

    /** Tests ask faster than anybody may: those about limits set their own. */
    public static Map<String, String> generousRateLimits() {
        Map<String, String> settings = new HashMap<>();
        for (RateCategory category : RateCategory.values()) {
            settings.put("RATE_LIMIT_" + category + "_PER_MINUTE", "10000000");
        }
        return settings;
    }

    /** As the API is documented. */
    static Map<String, String> documentedRateLimits() {
        Map<String, String> settings = new HashMap<>();
        for (RateCategory category : RateCategory.values()) {
            settings.put("RATE_LIMIT_" + category + "_PER_MINUTE", String.valueOf(category.perMinute()));
        }
        return settings;
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

    /** Another instance of the same installation: same database, issuer and root key. */
    public RunningServer another() {
        return another(Map.of(), UnaryOperator.identity());
    }

    /** With a clock of its own. */
    RunningServer another(Duration ahead) {
        ServerSettings settings = ServerSettings.read(environment(database, issuer, folder, Map.of()));
        Replaced replaced = new Replaced(UnaryOperator.identity(), real -> Clock.offset(real, ahead));
        return new RunningServer(database, issuer, start(settings, replaced), folder, false);
    }

    /** @param around stands between the service and the pool of its requests */
    RunningServer another(Map<String, String> overrides, UnaryOperator<DataSource> around) {
        ServerSettings settings = ServerSettings.read(environment(database, issuer, folder, overrides));
        Replaced replaced = new Replaced(around, UnaryOperator.identity());
        return new RunningServer(database, issuer, start(settings, replaced), folder, false);
    }

    /** Where its requests put their entries. */
    AuditTrail trail() {
        return context.getBean(AuditTrail.class);
    }

    /** What a tenant's key seals, for whoever looks for it where it must not be; or throws what the service would. */
    SensitiveBytes opened(String tenant, String partner, String purpose, String recordId, byte[] sealed) {
        return context.getBean(TenantSeal.class)
                .open(new TenantId(tenant), new PartnerId(partner), purpose, recordId, sealed);
    }

    /** The reverse of {@link #opened}: what somebody could write who can have this tenant's key seal. */
    byte[] sealed(String tenant, String partner, String purpose, String recordId, byte[] content) {
        try (SensitiveBytes owned = SensitiveBytes.owning(content)) {
            return context.getBean(TenantSeal.class)
                    .seal(new TenantId(tenant), new PartnerId(partner), purpose, recordId, owned);
        }
    }

    /** Where directories look by HTTP. */
    int acmeHttpPort() {
        return context.getBean(HttpChallengeListener.class).port();
    }

    /** Where directories look by TLS. */
    int acmeTlsPort() {
        return context.getBean(TlsChallengeListener.class).port();
    }

    /** What the service does every minute. */
    void endHsmKeys() {
        try {
            context.getBean(HsmKeyDisposal.class).run();
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    /** What the service does every ten seconds. */
    void rotateAuthorities() {
        try {
            context.getBean(AuthorityRotations.class).run();
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    /** What the service does every minute. */
    void tellOfExpiry() {
        try {
            context.getBean(ExpiryJob.class).run();
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    public Path rootKeyFile() {
        return folder.resolve("root.key");
    }

    /** Of the tenant {@code tnt_<name>} of the partner {@code ptn_acme}, with every scope; the caller may change anything. */
    public TokenBuilder token(String tenantName) {
        return token(tenantName, "acme");
    }

    /** Of the tenant {@code tnt_<name>} of the partner {@code ptn_<name>}. */
    public TokenBuilder token(String tenantName, String partnerName) {
        return issuer.token()
                .tenant("tnt_" + tenantName)
                .partner("ptn_" + partnerName)
                .scope(ALL_SCOPES);
    }

    /** A client of this server that sends the token, or none. */
    public ApiClient client(@Nullable String token) {
        return new ApiClient(port(), token);
    }

    /** A user with every scope, whom a policy lets do everything on every path. */
    public ApiClient owner(String tenantName) {
        return owner(tenantName, "acme");
    }

    /** As {@link #owner(String)}, who is also an administrator of the partner. */
    public ApiClient owner(String tenantName, String partnerName) {
        String user = "owner@" + tenantName.toLowerCase(java.util.Locale.ROOT) + ".test";
        ApiClient client = client(
                token(tenantName, partnerName).user(user).role("partner_admin").sign());
        client.allow("user:" + user, "**", "admin");
        return client;
    }

    /** What the service answers when ScaiKey sends it the event. */
    public ApiClient.Reply send(EventBuilder event) {
        return client(null).post("/v1/identity/webhooks/scaikey", event.body(), event.headers(EVENT_SECRET));
    }

    /** A service account of the tenant with every scope and the permissions on the paths. */
    public ApiClient member(
            ApiClient owner,
            String tenantName,
            String partnerName,
            String name,
            String pattern,
            String... permissions) {
        owner.allow("sa:" + name, pattern, permissions);
        return client(token(tenantName, partnerName).serviceAccount(name).sign());
    }

    @Override
    public void close() {
        context.close();
        if (first) {
            issuer.close();
            delete(folder);
        }
    }

    static void delete(Path folder) {
        try (var files = Files.walk(folder)) {
            files.sorted(Comparator.reverseOrder())
                    .forEach(file -> file.toFile().delete());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static void newRootKey(Path folder) {
        LocalFileRootKey.openOrCreate(folder.resolve("root.key"), new SecureRandom());
    }

    static Path newFolder() {
        try {
            return Files.createTempDirectory("scaivault-test");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private record Replaced(UnaryOperator<DataSource> around, UnaryOperator<Clock> clock) implements BeanPostProcessor {
        /** Tests wait for it. */
        private static final LookEvery SOON = new LookEvery(Duration.ofMillis(200));

        @Override
        public Object postProcessAfterInitialization(Object bean, String name) {
            return switch (bean) {
                case DatabasePools pools -> wrapped(pools);
                case Clock real -> clock.apply(real);
                case LookEvery usual -> SOON;
                default -> bean;
            };
        }

        private DatabasePools wrapped(DatabasePools pools) {
            DataSource wrapped = around.apply(pools.app());
            return wrapped == pools.app() ? pools : new DatabasePools(pool(wrapped), pools.audit(), pools.worker());
        }

        private static HikariDataSource pool(DataSource source) {
            HikariConfig config = new HikariConfig();
            config.setDataSource(source);
            config.setMaximumPoolSize(6);
            config.setConnectionTimeout(3_000);
            return new HikariDataSource(config);
        }
    }
}
