/**
 * The port behind which the root key lives: a file, a KMS, an HSM. Root keys wrap partner keys and nothing else; they never see a secret value. Start with
 * {@link ai.scailabs.vault.crypto.root.RootKey}.
 */
@NullMarked
package ai.scailabs.vault.crypto.root;

import org.jspecify.annotations.NullMarked;
