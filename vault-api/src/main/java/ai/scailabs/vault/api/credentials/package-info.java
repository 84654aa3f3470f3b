/** Secrets that are made here, and that change themselves. Start with {@link ai.scailabs.vault.api.credentials.SecretPolicyController}. */
@NullMarked
package ai.scailabs.vault.api.credentials;

import org.jspecify.annotations.NullMarked;
