package ai.scailabs.vault.identity.mirror;

import ai.scailabs.vault.kernel.id.IdentityId;
import ai.scailabs.vault.persistence.tenant.TenantTransaction;
import java.time.Instant;

/** Ends tokens as part of a change. */
@FunctionalInterface
public interface TokensOfPerson {
    /**
     * @param identity one of the names that tokens may have for the person
     * @param issuedBy what was issued by then counts no more
     */
    void end(TenantTransaction tx, IdentityId identity, Instant issuedBy);
}
