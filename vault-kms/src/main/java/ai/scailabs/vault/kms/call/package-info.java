/**
 * How a key service on the network is asked: within the caller's patience, tried again where that may help. Knows no vendor. Start with
 * {@link ai.scailabs.vault.kms.call.PatientCalls}.
 */
@NullMarked
package ai.scailabs.vault.kms.call;

import org.jspecify.annotations.NullMarked;
