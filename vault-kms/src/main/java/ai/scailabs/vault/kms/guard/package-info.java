/**
 * What stands between the service and the keepers of root keys, whichever they are: who does not serve is left alone for a while, and what was unwrapped may be remembered
 * for a short time. Nothing here knows a keeper. Start with {@link ai.scailabs.vault.kms.guard.GuardedRootKey}.
 */
@NullMarked
package ai.scailabs.vault.kms.guard;

import org.jspecify.annotations.NullMarked;
