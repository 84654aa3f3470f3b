/**
 * Whether this instance may serve, at the start and from then on. Refuses rather than serving without the second lock. Start with
 * {@link ai.scailabs.vault.server.readiness.DependencyReadiness}.
 */
@NullMarked
package ai.scailabs.vault.server.readiness;

import org.jspecify.annotations.NullMarked;
