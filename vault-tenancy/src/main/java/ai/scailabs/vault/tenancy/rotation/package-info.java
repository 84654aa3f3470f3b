/**
 * New generations of keys at every level, and the jobs that bring under them what older ones wrap. Never touches a ciphertext, and knows nothing of what the keys are for:
 * who keeps such rows tells by {@link ai.scailabs.vault.tenancy.rotation.SealedRows}. Start with {@link ai.scailabs.vault.tenancy.rotation.KeyJobWorker}.
 */
@NullMarked
package ai.scailabs.vault.tenancy.rotation;

import org.jspecify.annotations.NullMarked;
