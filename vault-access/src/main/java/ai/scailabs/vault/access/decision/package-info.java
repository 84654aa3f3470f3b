/**
 * Decides whether an actor may do something at a path, by the policies of its own tenant and nothing else: no role and no scope opens a path. It never
 * looks at what lies there. Start with {@link ai.scailabs.vault.access.decision.AccessControl}.
 */
@NullMarked
package ai.scailabs.vault.access.decision;

import org.jspecify.annotations.NullMarked;
