package ai.scailabs.vault.secrets.mount;

import ai.scailabs.vault.kernel.path.SecretPath;
import ai.scailabs.vault.kernel.sensitive.SensitiveBytes;
import java.util.function.IntSupplier;

/** A vault that is written to before we are, at paths where its secrets are copied. Thread-safe. */
@FunctionalInterface
public interface Passage {
    /**
     * Makes a value the current one there, unless what lies there is not what was copied last, and then here. Whoever asks has been allowed to by our policies before.
     *
     * @param data a JSON object; stays the caller's to close
     * @param here writes it here, and tells which version it is; what it throws is passed on
     * @throws ai.scailabs.vault.kernel.error.VaultException {@code conflict} with {@code details.state: changed}; {@code validation_error} when the vault takes no such value; {@code backend_unavailable}, when it may have been written all the
     *     same
     */
    void write(SecretPath path, SensitiveBytes data, IntSupplier here);
}
