/**
 * The endpoints of policies and bindings. Never decides itself. Start with {@link ai.scailabs.vault.api.policies.PolicyController}.
 */
@NullMarked
package ai.scailabs.vault.api.policies;

import org.jspecify.annotations.NullMarked;
