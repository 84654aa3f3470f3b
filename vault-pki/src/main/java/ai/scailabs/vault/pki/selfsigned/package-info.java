/**
 * Certificates that only carry a key, for who takes keys in no other way. No authority of ours has to do with them, and nobody is to rely on one. Start with {@link
 * ai.scailabs.vault.pki.selfsigned.SelfSignedCertificate}.
 */
@NullMarked
package ai.scailabs.vault.pki.selfsigned;

import org.jspecify.annotations.NullMarked;
