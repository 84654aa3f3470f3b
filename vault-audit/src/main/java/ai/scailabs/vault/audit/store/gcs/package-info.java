/**
 * Buckets of Google Cloud Storage, over HTTP with JSON. The only place of this module that knows Google's SDK, which is loaded when a bucket is opened; it connects by itself to nobody but
 * the keeper of the service's own identity. Start with {@link ai.scailabs.vault.audit.store.gcs.GcsObjectStore}.
 */
@NullMarked
package ai.scailabs.vault.audit.store.gcs;

import org.jspecify.annotations.NullMarked;
