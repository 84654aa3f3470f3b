/**
 * Whether a certificate of anybody is to be relied on: paths to trust anchors are looked for, and each is held against RFC 5280 §6, revocation included. It makes and signs nothing, fetches nothing, and has no clock: whoever asks
 * brings certificates, CRLs and the moment. Hostile input costs a bounded amount of work. Start with {@link ai.scailabs.vault.pki.validation.PathValidator}.
 */
@NullMarked
package ai.scailabs.vault.pki.validation;

import org.jspecify.annotations.NullMarked;
