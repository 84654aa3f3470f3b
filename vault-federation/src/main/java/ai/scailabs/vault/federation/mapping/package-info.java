/**
 * Which paths of ours are which names of another vault's: one to one, or not at all. No paths of two rules overlap, on either side. Start with {@link ai.scailabs.vault.federation.mapping.PathMapping}.
 */
@NullMarked
package ai.scailabs.vault.federation.mapping;

import org.jspecify.annotations.NullMarked;
