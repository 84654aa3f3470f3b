/**
 * Generations of keys, and the jobs that make new ones. Shows names and counts, never a key, wrapped or not. Start with {@link
 * ai.scailabs.vault.api.keys.KeyController}.
 */
@NullMarked
package ai.scailabs.vault.api.keys;

import org.jspecify.annotations.NullMarked;
