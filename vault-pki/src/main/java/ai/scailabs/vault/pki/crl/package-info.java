/**
 * Lists of revoked certificates (RFC 5280): made in the background, piece by piece, by one instance at a time for each authority, and read by whoever asks, without a token. It decides about no
 * certificate, and signs nothing that the lint of lists has not read. Start with {@link ai.scailabs.vault.pki.crl.CrlBuilder}; whoever shows lists begins at {@link ai.scailabs.vault.pki.crl.CrlService}.
 */
@NullMarked
package ai.scailabs.vault.pki.crl;

import org.jspecify.annotations.NullMarked;
