/**
 * Which certificates do not count any more: revoking and releasing them, alone or with their authority, and the question whether one is good. It makes no list and signs nothing: whoever tells others reads
 * here. Start with {@link ai.scailabs.vault.pki.revocation.RevocationService}; whoever answers for one number begins at {@link ai.scailabs.vault.pki.revocation.CertificateStatuses}.
 */
@NullMarked
package ai.scailabs.vault.pki.revocation;

import org.jspecify.annotations.NullMarked;
