package ai.scailabs.vault.events.subscription;

import ai.scailabs.vault.events.delivery.Target;
import ai.scailabs.vault.kernel.id.IdentityId;
import ai.scailabs.vault.kernel.id.TenantId;
import java.util.function.Predicate;

/**
 * Who asks about subscriptions.
 *
 * @param administers whether those of others are shown to them, too
 * @param within whether what was asked for with that standing is their token's to look at, if it is theirs
 */
public record Asker(TenantId tenant, IdentityId identity, boolean administers, Predicate<String> within) {
    boolean owns(Target found) {
        return found.createdBy().equals(identity.value()) && within.test(String.valueOf(found.standing()));
    }
}
