/**
 * Appends what was done and by whom, durable before the caller is answered. It carries records and knows no domain. Start with {@link
 * ai.scailabs.vault.audit.trail.AuditTrail}.
 */
@NullMarked
package ai.scailabs.vault.audit.trail;

import org.jspecify.annotations.NullMarked;
