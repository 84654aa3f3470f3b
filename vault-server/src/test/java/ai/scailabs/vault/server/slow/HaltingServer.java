package ai.scailabs.vault.server.slow;

import ai.scailabs.vault.credentials.lease.LeaseListener;
import ai.scailabs.vault.credentials.lease.LeaseStep;
import ai.scailabs.vault.server.VaultServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.SpringApplicationRunListener;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.support.GenericApplicationContext;

/** The service, that ends as by SIGKILL as soon as it has come to a step of a lease. */
final class HaltingServer {
    static final String AT = "halt.at";

    private HaltingServer() {}

    public static void main(String[] arguments) {
        LeaseStep last = LeaseStep.valueOf(System.getProperty(AT));
        SpringApplication.withHook(
                application -> new SpringApplicationRunListener() {
                    @Override
                    public void contextPrepared(ConfigurableApplicationContext prepared) {
                        ((GenericApplicationContext) prepared)
                                .registerBean(
                                        "haltingListener",
                                        LeaseListener.class,
                                        () -> haltAt(last),
                                        definition -> definition.setPrimary(true));
                    }
                },
                () -> run(arguments));
    }

    private static LeaseListener haltAt(LeaseStep last) {
        return new LeaseListener() {
            @Override
            public void reached(LeaseStep step) {
                if (step == last) {
                    Runtime.getRuntime().halt(137);
                }
            }
        };
    }

    private static void run(String[] arguments) {
        try {
            VaultServer.main(arguments);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }
}
