package ai.scailabs.vault.access.token;

import com.nimbusds.jose.util.JSONObjectUtils;
import java.io.IOException;
import java.net.URI;
import java.text.ParseException;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Reads where an issuer's endpoints are from its discovery document. */
final class IssuerMetadata {
    private IssuerMetadata() {}

    /**
     * OpenID Connect Discovery 1.0 §4: the document must name the issuer that it was asked for.
     *
     * @param member for example {@code jwks_uri}
     * @throws IOException when the document cannot be had, is another issuer's, or names no safe URL
     */
    static URI endpoint(Documents http, String issuer, String member, boolean loopbackHttp)
            throws IOException, InterruptedException {
        String base = issuer.endsWith("/") ? issuer.substring(0, issuer.length() - 1) : issuer;
        try {
            Map<String, Object> document =
                    object(http.get(TokenProperties.uri("issuer", base + "/.well-known/openid-configuration")));
            String named = JSONObjectUtils.getString(document, "issuer");
            String endpoint = JSONObjectUtils.getString(document, member);
            if (!issuer.equals(named) || endpoint == null) {
                throw new IOException("the discovery document is that of another issuer or names no " + member);
            }
            URI location = TokenProperties.uri(member, endpoint);
            TokenProperties.requireSafe(member, location, loopbackHttp);
            return location;
        } catch (ParseException | IllegalArgumentException malformed) {
            throw new IOException("the discovery document is malformed", malformed);
        }
    }

    /** @throws IOException when the text is anything but a JSON object */
    static Map<String, Object> object(String json) throws IOException {
        try {
            @Nullable Map<String, Object> parsed = JSONObjectUtils.parse(json);
            if (parsed == null) {
                throw new IOException("the answer is not a JSON object");
            }
            return parsed;
        } catch (ParseException | IllegalArgumentException malformed) {
            throw new IOException("the answer is not a JSON object", malformed);
        }
    }
}
