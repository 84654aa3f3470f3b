package ai.scailabs.vault.pki.dns.vendor;

import java.net.URI;
import org.jspecify.annotations.Nullable;

/**
 * Where vendors have their APIs; each without a slash at its end.
 *
 * @param route53 null for where AWS's SDK finds it
 * @param googleTokens where service accounts of Google's get tokens
 * @param azureLogin where applications of Azure's get tokens
 */
public record VendorEndpoints(
        @Nullable URI route53,
        URI cloudflare,
        URI google,
        URI googleTokens,
        URI azure,
        URI azureLogin,
        URI digitalOcean) {
    /** The vendors' own. */
    public static final VendorEndpoints PUBLIC = new VendorEndpoints(
            null,
            URI.create("https://api.cloudflare.com/client/v4"),
            URI.create("https://dns.googleapis.com"),
            URI.create("https://oauth2.googleapis.com/token"),
            URI.create("https://management.azure.com"),
            URI.create("https://login.microsoftonline.com"),
            URI.create("https://api.digitalocean.com"));
}
