package ai.scailabs.vault.credentials.dynamic;

import ai.scailabs.vault.credentials.connector.Account;
import ai.scailabs.vault.credentials.connector.TargetException;
import ai.scailabs.vault.kernel.sensitive.SensitiveBytes;

/** A credential that may be made: everything was looked at that can be without the target. For one lease. */
public interface NewCredential {
    /** Under which it will be known at the target; goes into the lease before anything is made. */
    Account account();

    /** What it takes to take it away; kept with the lease, and holds nothing secret. */
    RoleRecipe recipe();

    /** Whether its end may be moved. */
    boolean isRenewable();

    /**
     * Makes it. What a failure left is taken away by {@link CredentialSource#rollback}.
     *
     * @return a JSON object, to be closed by the caller
     */
    SensitiveBytes create(LeasedAccount lease) throws TargetException;
}
