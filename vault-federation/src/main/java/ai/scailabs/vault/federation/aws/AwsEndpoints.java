package ai.scailabs.vault.federation.aws;

import java.net.URI;
import org.jspecify.annotations.Nullable;

/**
 * Where AWS's services are.
 *
 * @param secrets null for AWS's own of the region; one that a tenant configures comes before it
 * @param sts null for AWS's own of the region
 */
public record AwsEndpoints(@Nullable URI secrets, @Nullable URI sts) {
    public static final AwsEndpoints PUBLIC = new AwsEndpoints(null, null);
}
