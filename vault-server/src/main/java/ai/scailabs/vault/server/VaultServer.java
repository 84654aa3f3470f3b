package ai.scailabs.vault.server;

import ai.scailabs.vault.api.listener.TlsFiles;
import ai.scailabs.vault.api.listener.TlsListener;
import ai.scailabs.vault.api.listener.UnusableTlsFile;
import ai.scailabs.vault.api.system.SecurityTxt;
import ai.scailabs.vault.audit.verify.VerifyCommand;
import ai.scailabs.vault.crypto.key.RandomSources;
import ai.scailabs.vault.crypto.provider.NativeProvider;
import ai.scailabs.vault.server.drill.RestoreDrill;
import ai.scailabs.vault.server.readiness.DatabaseGate;
import ai.scailabs.vault.server.readiness.StartupRefusal;
import ai.scailabs.vault.server.settings.DrillSettings;
import ai.scailabs.vault.server.settings.InvalidSettings;
import ai.scailabs.vault.server.settings.ServerSettings;
import ai.scailabs.vault.server.settings.Setting;
import ai.scailabs.vault.server.wiring.DatabasePools;
import ai.scailabs.vault.server.wiring.KeptRootKeys;
import ai.scailabs.vault.server.wiring.ServerWiring;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.Banner;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.ImportAutoConfiguration;
import org.springframework.boot.autoconfigure.context.LifecycleAutoConfiguration;
import org.springframework.boot.logging.LogLevel;
import org.springframework.boot.logging.LoggingSystem;
import org.springframework.boot.tomcat.autoconfigure.servlet.TomcatServletWebServerAutoConfiguration;
import org.springframework.boot.webmvc.autoconfigure.DispatcherServletAutoConfiguration;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.springframework.context.support.GenericApplicationContext;

/** Starts the service. Exit code 78 (EX_CONFIG) when the environment is at fault. */
@Configuration(proxyBeanMethods = false)
@ImportAutoConfiguration({
    LifecycleAutoConfiguration.class,
    TomcatServletWebServerAutoConfiguration.class,
    DispatcherServletAutoConfiguration.class
})
@Import(ServerWiring.class)
public class VaultServer {
    private static final int EX_CONFIG = 78;

    private VaultServer() {}

    /** Everything is set by environment variables; an argument makes something else of it: {@code --train} a {@link TrainingRun}, {@code --restore-drill DUMP REPORT} a {@link RestoreDrill}, {@code --audit-verify …} a {@link VerifyCommand}. */
    public static void main(String[] arguments) throws IOException, InterruptedException {
        if (List.of(arguments).equals(List.of("--train"))) {
            TrainingRun.run();
            return;
        }
        if (arguments.length > 0 && arguments[0].equals("--audit-verify")) {
            System.exit(VerifyCommand.run(List.of(arguments).subList(1, arguments.length), System.out, System.err));
        }
        try {
            if (arguments.length == 3 && arguments[0].equals("--restore-drill")) {
                LoggingSystem.get(VaultServer.class.getClassLoader())
                        .setLogLevel(LoggingSystem.ROOT_LOGGER_NAME, LogLevel.WARN);
                System.exit(
                        RestoreDrill.run(
                                        DrillSettings.read(System.getenv()),
                                        Path.of(arguments[1]),
                                        Path.of(arguments[2]))
                                ? 0
                                : 1);
            }
            start(ServerSettings.read(System.getenv())).registerShutdownHook();
        } catch (InvalidSettings invalid) {
            refuse(System.err, invalid.problems());
        } catch (StartupRefusal refusal) {
            refuse(System.err, refusal.problems());
        }
    }

    /** Serves until the context is closed. */
    static ConfigurableApplicationContext start(ServerSettings settings) {
        return run(
                settings,
                pools -> DatabaseGate.pass(
                        pools.app(),
                        settings.database().owner(),
                        settings.database().worker()));
    }

    /** Answers whatever needs no database. */
    static ConfigurableApplicationContext startWithoutDatabase(ServerSettings settings) {
        return run(settings, pools -> {});
    }

    private static ConfigurableApplicationContext run(ServerSettings settings, Consumer<DatabasePools> gate) {
        // Before anything speaks TLS: afterwards it would not be heard.
        TlsListener.prepareRuntime();
        // The library and its self-tests take a moment, for which nothing else needs to wait.
        Thread.ofPlatform().daemon().name("native-provider").start(NativeProvider::get);
        SpringApplication application = new SpringApplication(VaultServer.class);
        application.setBannerMode(Banner.Mode.OFF);
        application.setEnvironment(new OwnEnvironment(properties(settings)));
        application.addInitializers(context -> prepare(context, settings, gate));
        return application.run();
    }

    /** Runs once logging works and before anything is wired. */
    private static void prepare(
            ConfigurableApplicationContext context, ServerSettings settings, Consumer<DatabasePools> gate) {
        TlsListener tls = tlsListener(settings.http().tls());
        DatabasePools pools = DatabasePools.open(settings.database());
        KeptRootKeys rootKeys;
        try {
            gate.accept(pools);
            rootKeys = KeptRootKeys.open(settings.rootKeys(), RandomSources.striped(), settings.development());
        } catch (StartupRefusal refusal) {
            pools.close();
            throw refusal;
        }
        GenericApplicationContext beans = (GenericApplicationContext) context;
        beans.registerBean(ServerSettings.class, () -> settings);
        SecurityTxt securityTxt = settings.securityTxt();
        if (securityTxt != null) {
            beans.registerBean(SecurityTxt.class, () -> securityTxt);
        }
        if (tls != null) {
            beans.registerBean(TlsListener.class, () -> tls);
        }
        // Beans, unlike bare singletons, are closed with the context.
        beans.registerBean(DatabasePools.class, () -> pools);
        beans.registerBean(KeptRootKeys.class, () -> rootKeys);
    }

    private static @Nullable TlsListener tlsListener(@Nullable TlsFiles files) {
        if (files == null) {
            return null;
        }
        try {
            return new TlsListener(files);
        } catch (UnusableTlsFile problem) {
            Setting setting = switch (problem.part()) {
                case CERTIFICATE -> Setting.TLS_CERT_FILE;
                case KEY -> Setting.TLS_KEY_FILE;
                case CLIENT_AUTHORITIES -> Setting.TLS_CLIENT_CA_FILE;
                case CLIENT_REVOCATIONS -> Setting.TLS_CLIENT_CRL_FILE;
            };
            throw new StartupRefusal(List.of(setting + " " + problem.getMessage()));
        }
    }

    private static void refuse(PrintStream target, List<String> problems) {
        problems.forEach(problem -> target.println("ScaiVault cannot start: " + problem));
        System.exit(EX_CONFIG);
    }

    private static Map<String, Object> properties(ServerSettings settings) {
        Map<String, Object> properties = new HashMap<>();
        properties.put("spring.main.log-startup-info", false);
        properties.put("spring.threads.virtual.enabled", true);
        properties.put("spring.mvc.publish-request-handled-events", false);
        properties.put("server.address", settings.http().bind().address().getHostAddress());
        properties.put("server.port", settings.http().bind().port());
        properties.put("server.shutdown", "graceful");
        properties.put("spring.lifecycle.timeout-per-shutdown-phase", "20s");
        properties.put("server.max-http-request-header-size", "24KB");
        // A connection holds as much while its request waits; ours are a few hundred bytes.
        properties.put("server.tomcat.max-http-response-header-size", "4KB");
        // A client that keeps its connection saves a handshake, which costs as much as several reads.
        properties.put("server.tomcat.max-keep-alive-requests", -1);
        properties.put("server.tomcat.keep-alive-timeout", "75s");
        properties.put("server.tomcat.connection-timeout", "20s");
        properties.put("server.tomcat.mbeanregistry.enabled", false);
        properties.put("logging.level.root", settings.logging().level());
        properties.put("logging.level.org", "warn");
        properties.put("logging.level.com", "warn");
        properties.put("logging.level.io", "warn");
        // One line per wrong URL or token would let anybody fill the log.
        properties.put("logging.level.org.springframework.web.servlet.PageNotFound", "error");
        properties.put("logging.level.com.github.benmanes.caffeine.cache.LocalAsyncCache", "error");
        if (settings.logging().json()) {
            properties.put("logging.structured.format.console", "ecs");
        }
        return properties;
    }
}
