package ai.scailabs.vault.credentials.dynamic;

import ai.scailabs.vault.credentials.connector.Account;
import ai.scailabs.vault.credentials.connector.TargetException;
import ai.scailabs.vault.kernel.sensitive.SensitiveBytes;

/**
 * A credential that may be made: everything was looked at that can be without the target. For one lease.
 *
 * @param account under which it will be known at the target; goes into the lease before anything is made
 * @param recipe what it takes to take it away; kept with the lease, and holds nothing secret
 * @param isRenewable whether its end may be moved
 * @param making of it, once
 */
public record NewCredential(Account account, RoleRecipe recipe, boolean isRenewable, Making making) {
    /** Reaches the target. */
    public interface Making {
        /**
         * What a failure left is taken away by {@link CredentialSource#rollback}.
         *
         * @param lease which bears account and recipe of the credential
         * @return a JSON object, to be closed by the caller
         */
        SensitiveBytes create(LeasedAccount lease) throws TargetException;
    }
}
