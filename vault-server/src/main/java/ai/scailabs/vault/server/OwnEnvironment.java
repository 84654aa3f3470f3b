package ai.scailabs.vault.server;

import java.util.Map;
import org.springframework.core.env.MapPropertySource;
import org.springframework.core.env.MutablePropertySources;
import org.springframework.core.env.StandardEnvironment;

/**
 * What the framework is told: what this service has made of its settings, and nothing else. The framework would rather believe variables of its own ({@code SERVER_PORT}, which Kubernetes sets for a
 * service called {@code server}, {@code SERVER_ADDRESS}, {@code LOGGING_LEVEL_…}), system properties, and files that lie in the working directory.
 */
final class OwnEnvironment extends StandardEnvironment {
    /** Where the framework looks for files; there is no such folder. */
    private static final Map<String, Object> NO_FILES =
            Map.of("spring.config.location", "optional:classpath:/no-files/");

    OwnEnvironment(Map<String, Object> properties) {
        getPropertySources().addFirst(new MapPropertySource("settings", properties));
        getPropertySources().addLast(new MapPropertySource("no-files", NO_FILES));
    }

    @Override
    protected void customizePropertySources(MutablePropertySources sources) {
        // Neither variables nor system properties.
    }
}
