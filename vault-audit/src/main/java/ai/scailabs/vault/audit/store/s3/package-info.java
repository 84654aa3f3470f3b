/**
 * Buckets of Amazon S3, and of what speaks like it. The only place of this module that knows AWS's SDK, which is loaded when a bucket is opened; it connects by itself to nobody but the
 * keeper of the service's own identity. Start with {@link ai.scailabs.vault.audit.store.s3.S3ObjectStore}.
 */
@NullMarked
package ai.scailabs.vault.audit.store.s3;

import org.jspecify.annotations.NullMarked;
