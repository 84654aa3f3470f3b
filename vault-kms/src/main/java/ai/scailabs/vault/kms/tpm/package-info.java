/**
 * A root key in a TPM 2.0: an HMAC key that never leaves it and makes a key of its own for each partner key that is wrapped. Never makes, changes or removes anything in the TPM but its own
 * session. Start with {@link ai.scailabs.vault.kms.tpm.TpmRootKey}.
 */
@NullMarked
package ai.scailabs.vault.kms.tpm;

import org.jspecify.annotations.NullMarked;
