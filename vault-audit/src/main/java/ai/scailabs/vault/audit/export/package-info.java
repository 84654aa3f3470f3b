/**
 * Writes what the log holds to buckets that tenants name, so that anybody can verify it there. Decides nobody's rights and holds no credentials: both come through ports. Start with {@link
 * ai.scailabs.vault.audit.export.ExportService}, which takes orders, and {@link ai.scailabs.vault.audit.export.ExportWorker}, which carries them out.
 */
@NullMarked
package ai.scailabs.vault.audit.export;

import org.jspecify.annotations.NullMarked;
