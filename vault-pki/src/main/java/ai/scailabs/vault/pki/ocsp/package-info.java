/**
 * Answers whether certificates of our authorities still count (RFC 6960, RFC 5019, RFC 9654), and gives out the certificates of the authorities, to anybody who asks. It never touches the key of an authority: each instance has keys of its own, in memory only, that the
 * authorities vouch for. Start with {@link ai.scailabs.vault.pki.ocsp.OcspService}.
 */
@NullMarked
package ai.scailabs.vault.pki.ocsp;

import org.jspecify.annotations.NullMarked;
