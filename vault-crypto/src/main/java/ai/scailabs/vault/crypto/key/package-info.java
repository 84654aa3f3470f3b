/**
 * Key bytes and their names. Keys never print, never serialise and are wiped after use; nothing here encrypts. Start with {@link
 * ai.scailabs.vault.crypto.key.KeyMaterial}.
 */
@NullMarked
package ai.scailabs.vault.crypto.key;

import org.jspecify.annotations.NullMarked;
