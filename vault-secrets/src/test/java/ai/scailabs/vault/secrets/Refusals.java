package ai.scailabs.vault.secrets;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import ai.scailabs.vault.kernel.error.ErrorCode;
import ai.scailabs.vault.kernel.error.VaultException;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;

/** Asks for the refusal that a test expects. */
public final class Refusals {
    private Refusals() {}

    public static VaultException refused(ErrorCode code, ThrowingCallable call) {
        VaultException refusal = catchThrowableOfType(VaultException.class, call);
        assertThat(refusal).as("a refusal").isNotNull();
        assertThat(refusal.code()).isEqualTo(code);
        return refusal;
    }
}
