package ai.scailabs.vault.credentials.connector.gcp;

import ai.scailabs.vault.credentials.connector.rest.ApiEndpoint;
import java.net.URI;
import java.util.function.BiFunction;
import org.jspecify.annotations.Nullable;

/**
 * Where Google is asked.
 *
 * @param tokens where the key of a service account brings a token
 * @param iam which keeps keys
 * @param credentials which makes tokens of others
 */
public record GcpSite(URI tokens, URI iam, URI credentials) {
    public static final String TOKENS = "token_endpoint";
    public static final String IAM = "iam_endpoint";
    public static final String CREDENTIALS = "iam_credentials_endpoint";

    private static final URI OAUTH = URI.create("https://oauth2.googleapis.com");
    private static final String PATH = "/token";
    private static final URI OWN_IAM = URI.create("https://iam.googleapis.com");
    private static final URI OWN_CREDENTIALS = URI.create("https://iamcredentials.googleapis.com");

    /**
     * Google's own, unless the members say otherwise.
     *
     * @param tokens without its path
     * @param development whether endpoints on this machine may be plain
     * @param refusal of a member, with what is wrong
     */
    public static GcpSite parse(
            @Nullable String tokens,
            @Nullable String iam,
            @Nullable String credentials,
            boolean development,
            BiFunction<String, String, ? extends RuntimeException> refusal) {
        return new GcpSite(
                URI.create(ApiEndpoint.parse(TOKENS, tokens, OAUTH, development, refusal) + PATH),
                ApiEndpoint.parse(IAM, iam, OWN_IAM, development, refusal),
                ApiEndpoint.parse(CREDENTIALS, credentials, OWN_CREDENTIALS, development, refusal));
    }
}
