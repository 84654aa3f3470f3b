package ai.scailabs.vault.dev.issuer;

import ai.scailabs.vault.dev.folder.Credentials;
import ai.scailabs.vault.dev.folder.PrivateFile;
import ai.scailabs.vault.dev.identity.DevIdentity;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumMap;
import java.util.Map;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.WebApplicationType;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.support.GenericApplicationContext;

/** The running issuer. Its tokens outlive a restart on the same folder and port. */
public final class DevIssuer implements AutoCloseable {
    /** Folder of files that let curl speak for an identity: {@code curl --config FILE}. */
    public static final String CLIENTS = "clients";

    /** The client as which ScaiVault asks about personal tokens. */
    public static final String SERVICE = "scaivault";

    private final IssuerSettings settings;
    private final ConfigurableApplicationContext context;

    private DevIssuer(IssuerSettings settings, ConfigurableApplicationContext context) {
        this.settings = settings;
        this.context = context;
    }

    /**
     * Starts it and returns when it answers.
     *
     * @param folder keeps its key, and the clients' secrets in a form for {@code bin/token}
     * @throws IOException when the folder cannot be written or holds something else than the issuer's files
     */
    public static DevIssuer start(Path folder, Credentials credentials, int port, String audience) throws IOException {
        IssuerSettings settings = new IssuerSettings(
                port,
                audience,
                SigningKeyFile.openOrCreate(folder.resolve("issuer-key.json")),
                secrets(credentials),
                serviceSecret(credentials));
        SpringApplication application = new SpringApplication(IssuerConfiguration.class);
        application.setWebApplicationType(WebApplicationType.SERVLET);
        application.setRegisterShutdownHook(false);
        application.setDefaultProperties(Map.of("spring.main.banner-mode", "off", "server.tomcat.threads.max", "4"));
        application.addInitializers(
                context -> ((GenericApplicationContext) context).registerBean(IssuerSettings.class, () -> settings));
        // As arguments, which count before SERVER_PORT and the like.
        DevIssuer issuer =
                new DevIssuer(settings, application.run("--server.address=127.0.0.1", "--server.port=" + port));
        issuer.writeClientFiles(folder.resolve(CLIENTS));
        return issuer;
    }

    /** With which {@link #SERVICE} logs in at the issuer. */
    public static String serviceSecret(Credentials credentials) throws IOException {
        return credentials.password("client." + SERVICE);
    }

    /** The {@code iss} of its tokens. */
    public String issuer() {
        return settings.issuer();
    }

    /** Asks the issuer itself for tokens, over HTTP as anybody would. */
    public TokenRequests tokens() {
        return new TokenRequests(settings);
    }

    @Override
    public void close() {
        context.close();
    }

    private static Map<DevIdentity, String> secrets(Credentials credentials) throws IOException {
        Map<DevIdentity, String> secrets = new EnumMap<>(DevIdentity.class);
        for (DevIdentity identity : DevIdentity.values()) {
            secrets.put(identity, credentials.password("client." + identity.label()));
        }
        return secrets;
    }

    private void writeClientFiles(Path folder) throws IOException {
        Files.createDirectories(folder);
        for (DevIdentity identity : DevIdentity.values()) {
            PrivateFile.write(
                    folder.resolve(identity.label()),
                    "url = \"" + issuer() + "/oauth/token\"\nuser = \"" + identity.label() + ":"
                            + settings.clientSecret(identity) + "\"\n");
        }
    }
}
