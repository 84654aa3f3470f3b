/**
 * Answers questions about the trail of one tenant. Never changes it. Start with {@link ai.scailabs.vault.audit.log.AuditLog}.
 */
@NullMarked
package ai.scailabs.vault.audit.log;

import org.jspecify.annotations.NullMarked;
