package ai.scailabs.vault.api.system;

import ai.scailabs.vault.api.answer.Answer;
import ai.scailabs.vault.api.request.PublicEndpoint;
import ai.scailabs.vault.kernel.error.ErrorCode;
import ai.scailabs.vault.kernel.error.VaultException;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Map;
import org.springframework.stereotype.Controller;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;

/** The API's description of itself, and a page to browse it. */
@Controller
public class DocumentationController {
    private static final String PAGE_POLICY =
            "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; connect-src 'self'; "
                    + "base-uri 'none'; form-action 'none'; frame-ancestors 'none'";
    private static final Map<String, Asset> ASSETS = Map.of(
            "docs.css", new Asset("/openapi/docs/docs.css", "text/css; charset=utf-8"),
            "docs.js", new Asset("/openapi/docs/docs.js", "text/javascript; charset=utf-8"),
            "swagger-ui.css", new Asset(SwaggerUi.resource("swagger-ui.css"), "text/css; charset=utf-8"),
            "swagger-ui-bundle.js",
                    new Asset(SwaggerUi.resource("swagger-ui-bundle.js"), "text/javascript; charset=utf-8"));

    private final ApiDocument document;

    public DocumentationController(ApiDocument document) {
        this.document = document;
    }

    @GetMapping("/v1/openapi.json")
    @PublicEndpoint
    public Answer openApi() {
        return Answer.open("application/json", document.json());
    }

    @GetMapping("/v1/docs")
    @PublicEndpoint
    public Answer page() {
        return asset(new Asset("/openapi/docs/index.html", "text/html; charset=utf-8"))
                .header("Content-Security-Policy", PAGE_POLICY);
    }

    @GetMapping("/v1/docs/{name}")
    @PublicEndpoint
    public Answer asset(@PathVariable String name) {
        Asset asset = ASSETS.get(name);
        if (asset == null) {
            throw new VaultException(ErrorCode.NOT_FOUND, "There is nothing here");
        }
        return asset(asset);
    }

    private static Answer asset(Asset asset) {
        try (InputStream in = DocumentationController.class.getResourceAsStream(asset.resource())) {
            if (in == null) {
                throw new IllegalStateException("not packed: " + asset.resource());
            }
            return Answer.open(asset.contentType(), in.readAllBytes());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private record Asset(String resource, String contentType) {}
}
