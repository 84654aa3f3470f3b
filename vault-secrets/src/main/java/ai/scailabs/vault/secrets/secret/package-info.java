/**
 * Stored secrets: reading one value, writing the next version, deleting and restoring. Plaintext exists only in {@link
 * ai.scailabs.vault.secrets.secret.SecretDraft} and {@link ai.scailabs.vault.secrets.secret.RevealedSecret}; nothing here decides who may. Start with {@link
 * ai.scailabs.vault.secrets.secret.SecretView}.
 */
@NullMarked
package ai.scailabs.vault.secrets.secret;

import org.jspecify.annotations.NullMarked;
