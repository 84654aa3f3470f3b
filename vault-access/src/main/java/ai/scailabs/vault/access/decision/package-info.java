/**
 * Decides whether a caller may do something at a path, by the policies of its tenant and of that tenant's partner: no role and no scope opens a path. It never
 * looks at what lies there. Start with {@link ai.scailabs.vault.access.decision.AccessControl}.
 */
@NullMarked
package ai.scailabs.vault.access.decision;

import org.jspecify.annotations.NullMarked;
