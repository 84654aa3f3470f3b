package ai.scailabs.vault.federation.remote;

import ai.scailabs.vault.kernel.error.ErrorCode;
import ai.scailabs.vault.kernel.error.VaultException;
import ai.scailabs.vault.kernel.path.SecretPath;
import java.io.ByteArrayInputStream;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.util.HashSet;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/** Reads a config member by member; every refusal names the field and repeats nothing of it, as a secret may have slipped into the wrong place. */
final class ConfigReader {
    private static final int LONGEST = 2_048;
    private static final int LONGEST_PEM = 64 * 1024;
    private static final Pattern MEMBER = Pattern.compile("[a-z_]{1,40}");
    private static final Set<String> HERE = Set.of("localhost", "127.0.0.1", "[::1]");

    private final JsonNode config;
    private final boolean development;
    private final Set<String> known = new HashSet<>();

    ConfigReader(JsonNode config, boolean development) {
        if (!config.isObject()) {
            throw new VaultException(ErrorCode.INVALID_CONFIG, "config is not an object", Map.of("field", "config"));
        }
        this.config = config;
        this.development = development;
    }

    VaultException invalid(String member, String problem) {
        return new VaultException(
                ErrorCode.INVALID_CONFIG, "config." + member + " " + problem, Map.of("field", "config." + member));
    }

    @Nullable
    String text(String member) {
        JsonNode value = value(member);
        if (value == null) {
            return null;
        }
        if (!value.isString() || value.stringValue().isEmpty()) {
            throw invalid(member, "is not a text");
        }
        return value.stringValue();
    }

    private @Nullable JsonNode value(String member) {
        known.add(member);
        JsonNode value = config.get(member);
        return value == null || value.isNull() ? null : value;
    }

    String required(String member) {
        String text = text(member);
        if (text == null) {
            throw invalid(member, "is required");
        }
        return text;
    }

    @Nullable
    String matching(String member, Pattern form, String problem) {
        String text = text(member);
        if (text != null && !form.matcher(text).matches()) {
            throw invalid(member, problem);
        }
        return text;
    }

    String required(String member, Pattern form, String problem) {
        String text = required(member);
        if (!form.matcher(text).matches()) {
            throw invalid(member, problem);
        }
        return text;
    }

    @Nullable
    Integer oneOrTwo(String member) {
        JsonNode value = value(member);
        if (value == null) {
            return null;
        }
        if (!value.isInt() || value.intValue() < 1 || value.intValue() > 2) {
            throw invalid(member, "is neither 1 nor 2");
        }
        return value.intValue();
    }

    boolean tlsVerify() {
        JsonNode value = value("tls_verify");
        if (value == null) {
            return true;
        }
        if (!value.isBoolean()) {
            throw invalid("tls_verify", "is neither true nor false");
        }
        if (!value.booleanValue() && !development) {
            throw invalid(
                    "tls_verify",
                    "must not be false: give the authority that vouches for the server in config.ca_certificate");
        }
        return value.booleanValue();
    }

    @Nullable
    SecretPath path(String member, boolean required) {
        String text = required ? required(member) : text(member);
        if (text == null) {
            return null;
        }
        if (!SecretPath.isLegal(text)) {
            throw invalid(member, "is not the path of a secret");
        }
        return new SecretPath(text);
    }

    URI requiredEndpoint(String member) {
        required(member);
        URI endpoint = endpoint(member);
        if (endpoint == null) {
            throw invalid(member, "is required");
        }
        return endpoint;
    }

    /** {@code https://host[:port]}; for development also plain HTTP to this machine. */
    @Nullable
    URI endpoint(String member) {
        String text = text(member);
        if (text == null) {
            return null;
        }
        String trimmed = text.endsWith("/") ? text.substring(0, text.length() - 1) : text;
        URI uri;
        try {
            uri = new URI(trimmed);
        } catch (URISyntaxException malformed) {
            throw invalid(member, "is not a URL");
        }
        String host = uri.getHost();
        boolean bare = trimmed.length() <= LONGEST
                && host != null
                && uri.getRawUserInfo() == null
                && uri.getRawQuery() == null
                && uri.getRawFragment() == null
                && uri.getRawPath().isEmpty();
        if (!bare) {
            throw invalid(member, "is not https://host or https://host:port");
        }
        boolean plainHere =
                development && "http".equals(uri.getScheme()) && HERE.contains(host.toLowerCase(Locale.ROOT));
        if (!"https".equals(uri.getScheme()) && !plainHere) {
            throw invalid(member, "is not an https URL");
        }
        return uri;
    }

    @Nullable
    String pem(String member) {
        String text = text(member);
        if (text == null) {
            return null;
        }
        if (text.length() > LONGEST_PEM || text.contains("PRIVATE KEY")) {
            throw invalid(member, "is not a list of certificates in PEM, of at most " + LONGEST_PEM + " characters");
        }
        try {
            int found = CertificateFactory.getInstance("X.509")
                    .generateCertificates(new ByteArrayInputStream(text.getBytes(StandardCharsets.US_ASCII)))
                    .size();
            if (found == 0) {
                throw invalid(member, "holds no certificate");
            }
        } catch (CertificateException malformed) {
            throw invalid(member, "holds a certificate that cannot be read");
        }
        return text;
    }

    /** To be called after all others. */
    void requireNothingElse() {
        for (String member : config.propertyNames()) {
            if (!known.contains(member)) {
                throw MEMBER.matcher(member).matches()
                        ? invalid(member, "is no member of this type's config")
                        : new VaultException(
                                ErrorCode.INVALID_CONFIG,
                                "config has a member that this type does not have",
                                Map.of("field", "config"));
            }
        }
    }
}
