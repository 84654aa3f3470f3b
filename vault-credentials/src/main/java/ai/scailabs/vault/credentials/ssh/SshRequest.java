package ai.scailabs.vault.credentials.ssh;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What somebody wants a certificate to say. Nothing of it was looked at.
 *
 * @param principals none for the role's default user
 * @param criticalOptions besides those that the role sets
 * @param extensions in the place of the role's; absent for these
 */
public record SshRequest(
        List<String> principals,
        Map<String, String> criticalOptions,
        @Nullable Map<String, String> extensions) {
    public SshRequest {
        principals = List.copyOf(principals);
        criticalOptions = Map.copyOf(criticalOptions);
        extensions = extensions == null ? null : Map.copyOf(extensions);
    }
}
