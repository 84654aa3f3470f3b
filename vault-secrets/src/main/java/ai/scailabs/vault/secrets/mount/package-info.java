/**
 * Paths whose secrets lie in another vault: what this module asks of whoever mounts them. A mounted path belongs to that vault alone; what is stored here at such a path is not looked at. Start with
 * {@link ai.scailabs.vault.secrets.mount.Mounts}.
 */
@NullMarked
package ai.scailabs.vault.secrets.mount;

import org.jspecify.annotations.NullMarked;
