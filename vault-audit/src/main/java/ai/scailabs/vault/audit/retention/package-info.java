/**
 * How long entries are kept, and their end, month by month. Never removes a single entry, and none that is held or not old enough: the database itself looks at that. Start with {@link
 * ai.scailabs.vault.audit.retention.RetentionJob}.
 */
@NullMarked
package ai.scailabs.vault.audit.retention;

import org.jspecify.annotations.NullMarked;
