/**
 * Policies and who is bound to them, as they are kept and changed. It never decides about an access. Start with
 * {@link ai.scailabs.vault.access.policy.PolicyService}.
 */
@NullMarked
package ai.scailabs.vault.access.policy;

import org.jspecify.annotations.NullMarked;
