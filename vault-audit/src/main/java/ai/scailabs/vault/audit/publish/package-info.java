/**
 * Carries checkpoints to places that the operator of the database cannot rewrite. Never waits for one of them on behalf of another, or of a request. Start with {@link
 * ai.scailabs.vault.audit.publish.PublishJob}.
 */
@NullMarked
package ai.scailabs.vault.audit.publish;

import org.jspecify.annotations.NullMarked;
