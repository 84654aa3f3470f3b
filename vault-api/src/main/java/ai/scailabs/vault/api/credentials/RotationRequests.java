package ai.scailabs.vault.api.credentials;

import ai.scailabs.vault.api.request.Call;
import ai.scailabs.vault.credentials.rotation.RotationPolicy;
import ai.scailabs.vault.credentials.rotation.RotationPolicyDraft;
import ai.scailabs.vault.credentials.rotation.RotationPolicyService;
import ai.scailabs.vault.kernel.error.VaultException;
import ai.scailabs.vault.kernel.path.SecretPath;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/** The bodies and targets of calls about rotation. */
final class RotationRequests {
    private RotationRequests() {}

    record Wanted(
            @Nullable String name,
            @Nullable String description,
            @Nullable String interval,
            @Nullable String gracePeriod,
            @Nullable String warnBefore,
            @Nullable Boolean autoGenerate,
            @Nullable String secretPolicyId,
            @Nullable List<@Nullable String> webhookIds,
            @Nullable Boolean isActive) {
        RotationPolicyDraft draft() {
            return new RotationPolicyDraft(
                    name,
                    description,
                    interval,
                    gracePeriod,
                    warnBefore,
                    autoGenerate,
                    secretPolicyId,
                    webhookIds,
                    isActive);
        }
    }

    record Attachment(@Nullable String secretPath, @Nullable JsonNode connector) {
        SecretPath path() {
            if (secretPath == null) {
                throw VaultException.invalidField("secret_path", "is required");
            }
            return new SecretPath(secretPath);
        }
    }

    record Paths(@Nullable List<@Nullable String> secretPaths) {
        @Nullable
        List<SecretPath> paths() {
            if (secretPaths == null) {
                return null;
            }
            List<SecretPath> paths = new ArrayList<>();
            for (String each : secretPaths) {
                if (each == null) {
                    throw VaultException.invalidField("secret_paths", "has an entry that is null");
                }
                paths.add(new SecretPath(each));
            }
            if (paths.isEmpty()) {
                throw VaultException.invalidField("secret_paths", "must name one secret or more");
            }
            return paths.stream().distinct().toList();
        }
    }

    /** What is no id of ours is not looked up, and not recorded. */
    static UUID about(Call call, String id) {
        UUID known = RotationPolicy.parseId(id).orElseThrow(RotationPolicyService::notFound);
        call.about(id);
        return known;
    }
}
