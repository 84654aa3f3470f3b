/**
 * Authorities whose keys leave this installation: a backup goes out under a password, is confirmed, and only then are the keys destroyed here. It makes no certificate; what such an authority signs comes back by
 * the doors for what was signed elsewhere. Start with {@link ai.scailabs.vault.pki.offline.OfflineAuthorities}.
 */
@NullMarked
package ai.scailabs.vault.pki.offline;

import org.jspecify.annotations.NullMarked;
