package ai.scailabs.vault.credentials.connector.aws;

import java.net.URI;
import java.net.URISyntaxException;
import java.util.function.BiFunction;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Where AWS is asked.
 *
 * @param region in which sessions are made; users are of no region
 * @param endpoint in the place of AWS's own, of both services; absent for these
 */
public record AwsSite(String region, @Nullable URI endpoint) {
    private static final Pattern REGION = Pattern.compile("[a-z]{2,4}(-[a-z]{2,16}){1,3}-[0-9]{1,2}");
    private static final int LONGEST = 2_048;

    /**
     * Reads the members {@code region} and {@code endpoint}.
     *
     * @param development whether an endpoint on this machine may be plain
     * @param refusal of a member, with what is wrong
     */
    public static AwsSite parse(
            String region,
            @Nullable String endpoint,
            boolean development,
            BiFunction<String, String, ? extends RuntimeException> refusal) {
        if (!REGION.matcher(region).matches()) {
            throw refusal.apply("region", "must be a region such as eu-central-1");
        }
        if (endpoint == null) {
            return new AwsSite(region, null);
        }
        if (endpoint.length() <= LONGEST) {
            try {
                URI uri = new URI(endpoint);
                boolean plain = "http".equals(uri.getScheme()) && development;
                boolean bare =
                        uri.getRawUserInfo() == null && uri.getRawQuery() == null && uri.getRawFragment() == null;
                if (uri.getHost() != null && bare && (plain || "https".equals(uri.getScheme()))) {
                    return new AwsSite(region, uri);
                }
            } catch (URISyntaxException malformed) {
                // Refused like any other.
            }
        }
        throw refusal.apply("endpoint", "must be an https URL");
    }
}
