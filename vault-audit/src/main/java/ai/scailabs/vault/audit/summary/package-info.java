/**
 * Counts the entries of every tenant and slices its log, once for each entry, so that periods are summed up and rare entries found without reading what lies between. Never changes an
 * entry, and is not the truth: all of it can be made again from the log. Start with {@link ai.scailabs.vault.audit.summary.AuditRollup}.
 */
@NullMarked
package ai.scailabs.vault.audit.summary;

import org.jspecify.annotations.NullMarked;
