package ai.scailabs.vault.credentials.rotation;

import ai.scailabs.vault.access.decision.Permit;
import ai.scailabs.vault.audit.trail.AuditEntry;
import ai.scailabs.vault.credentials.recipe.MadeValues;
import ai.scailabs.vault.credentials.recipe.SecretPolicy;
import ai.scailabs.vault.credentials.recipe.SecretPolicyService;
import ai.scailabs.vault.kernel.path.SecretPath;
import ai.scailabs.vault.secrets.secret.Precondition;
import ai.scailabs.vault.secrets.secret.SecretSpace;
import ai.scailabs.vault.secrets.secret.WriteResult;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** Makes next versions, on the version that was seen. Thread-safe. */
final class Renewals {
    private final SecretPolicyService recipes;
    private final MadeValues values;

    Renewals(SecretPolicyService recipes, MadeValues values) {
        this.recipes = recipes;
        this.values = values;
    }

    /**
     * @param permit to rotate
     * @param recipe absent for a random text in place of the only one that the secret holds
     * @throws ai.scailabs.vault.kernel.error.VaultException as {@link MadeValues#make}; {@code secret_policy_not_found}; {@code conflict} with {@code state: inactive} or {@code no_recipe}
     */
    WriteResult renew(
            Permit permit,
            SecretSpace space,
            SecretPath path,
            @Nullable UUID recipe,
            int seenVersion,
            Trigger trigger,
            AuditEntry entry) {
        SecretPolicy policy = recipe == null ? null : recipes.active(space.owner(), recipe);
        return values.renew(
                permit,
                space,
                path,
                policy,
                Precondition.versionIs(seenVersion),
                RotationJournal.CLIENT + trigger.wireName(),
                entry);
    }
}
