/**
 * What opens a key where it is kept: a PIN, an auth value, in a file of its own. Never keeps it between two uses, and never shows one again that was refused. Start with
 * {@link ai.scailabs.vault.kms.credential.CredentialFile}.
 */
@NullMarked
package ai.scailabs.vault.kms.credential;

import org.jspecify.annotations.NullMarked;
