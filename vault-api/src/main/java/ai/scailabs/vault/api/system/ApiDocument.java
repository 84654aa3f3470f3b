package ai.scailabs.vault.api.system;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Map;
import java.util.function.Supplier;
import org.springframework.util.function.SingletonSupplier;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.constructor.SafeConstructor;
import tools.jackson.databind.json.JsonMapper;

/** The OpenAPI document: written as YAML, served as JSON. */
public final class ApiDocument {
    private static final String RESOURCE = "/openapi/openapi.yaml";

    private final Supplier<byte[]> json = SingletonSupplier.of(ApiDocument::converted);

    /** Not to be changed by the caller. */
    byte[] json() {
        return json.get();
    }

    private static byte[] converted() {
        try (InputStream in = ApiDocument.class.getResourceAsStream(RESOURCE)) {
            if (in == null) {
                throw new IllegalStateException("not packed: " + RESOURCE);
            }
            LoaderOptions options = new LoaderOptions();
            options.setMaxAliasesForCollections(1_000);
            Map<String, Object> document = new Yaml(new SafeConstructor(options)).load(in);
            return JsonMapper.shared().writeValueAsBytes(document);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
