/**
 * Secrets that are renewed in time. Each secret under a policy has a row with its own clock; an instance takes the row, does what is due, and writes down what it did together with when the next thing is. Times are the database's. Start with
 * {@link ai.scailabs.vault.credentials.rotation.RotationTurn}; for what people ask for, with {@link ai.scailabs.vault.credentials.rotation.AttachmentService} and {@link
 * ai.scailabs.vault.credentials.rotation.RotationService}.
 */
@NullMarked
package ai.scailabs.vault.credentials.rotation;

import org.jspecify.annotations.NullMarked;
