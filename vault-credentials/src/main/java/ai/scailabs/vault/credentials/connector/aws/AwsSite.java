package ai.scailabs.vault.credentials.connector.aws;

import java.net.URI;
import org.jspecify.annotations.Nullable;

/**
 * Where AWS is asked.
 *
 * @param region in which sessions are made; users are of no region
 * @param endpoint in the place of AWS's own, of both services; absent for these
 */
public record AwsSite(String region, @Nullable URI endpoint) {}
