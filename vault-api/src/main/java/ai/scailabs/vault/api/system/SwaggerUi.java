package ai.scailabs.vault.api.system;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Properties;

/** Where the packed Swagger UI lies: its folder bears its version. */
final class SwaggerUi {
    private static final String COORDINATES = "/META-INF/maven/org.webjars/swagger-ui/pom.properties";

    private SwaggerUi() {}

    static String resource(String name) {
        Properties coordinates = new Properties();
        try (InputStream in = SwaggerUi.class.getResourceAsStream(COORDINATES)) {
            if (in == null) {
                throw new IllegalStateException("Swagger UI is not packed");
            }
            coordinates.load(in);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return "/META-INF/resources/webjars/swagger-ui/" + coordinates.getProperty("version") + "/" + name;
    }
}
