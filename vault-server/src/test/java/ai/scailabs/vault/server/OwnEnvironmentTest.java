package ai.scailabs.vault.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.springframework.boot.Banner;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.WebApplicationType;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Configuration;

/** Nobody but the settings tells the framework anything. */
class OwnEnvironmentTest {
    @Configuration(proxyBeanMethods = false)
    static class Nothing {}

    @Test
    void variablesAndFilesOfTheFramework_countForNothing() throws IOException {
        Path file = Path.of("application.properties");
        Files.writeString(file, "server.port=1\nserver.address=0.0.0.0\n", StandardOpenOption.CREATE_NEW);
        SpringApplication application = new SpringApplication(Nothing.class);
        application.setWebApplicationType(WebApplicationType.NONE);
        application.setBannerMode(Banner.Mode.OFF);
        application.setEnvironment(new OwnEnvironment(Map.of("server.port", 8443)));
        try (ConfigurableApplicationContext context = application.run()) {
            assertThat(context.getEnvironment().getProperty("server.port")).isEqualTo("8443");
            assertThat(context.getEnvironment().getProperty("server.address")).isNull();
            assertThat(System.getenv("PATH")).isNotNull();
            assertThat(context.getEnvironment().getProperty("PATH")).isNull();
            assertThat(context.getEnvironment().getProperty("java.home")).isNull();
        } finally {
            Files.delete(file);
        }
    }
}
