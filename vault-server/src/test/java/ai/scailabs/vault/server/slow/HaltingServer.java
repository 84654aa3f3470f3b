package ai.scailabs.vault.server.slow;

import ai.scailabs.vault.credentials.lease.LeaseListener;
import ai.scailabs.vault.credentials.lease.LeaseStep;
import ai.scailabs.vault.credentials.rotation.RotationListener;
import ai.scailabs.vault.credentials.rotation.RotationStep;
import ai.scailabs.vault.server.VaultServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.SpringApplicationRunListener;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.support.GenericApplicationContext;

/** The service, that ends as by SIGKILL as soon as it has come to a step of a lease, or of a rotation. */
final class HaltingServer {
    static final String AT = "halt.at";

    private HaltingServer() {}

    public static void main(String[] arguments) {
        String last = System.getProperty(AT);
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
                        ((GenericApplicationContext) prepared)
                                .registerBean(
                                        "haltingRotations",
                                        RotationListener.class,
                                        () -> haltRotationAt(last),
                                        definition -> definition.setPrimary(true));
                    }
                },
                () -> run(arguments));
    }

    private static LeaseListener haltAt(String last) {
        return new LeaseListener() {
            @Override
            public void reached(LeaseStep step) {
                haltIf(name(step).equals(last));
            }
        };
    }

    private static RotationListener haltRotationAt(String last) {
        return new RotationListener() {
            @Override
            public void reached(RotationStep step) {
                haltIf(name(step).equals(last));
            }
        };
    }

    private static void haltIf(boolean come) {
        if (come) {
            Runtime.getRuntime().halt(137);
        }
    }

    static String name(Enum<?> step) {
        return step.getDeclaringClass().getSimpleName() + "." + step.name();
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
