/**
 * The endpoints that read the audit log. Reading it is audited, too. Start with {@link ai.scailabs.vault.api.audit.AuditController}.
 */
@NullMarked
package ai.scailabs.vault.api.audit;

import org.jspecify.annotations.NullMarked;
