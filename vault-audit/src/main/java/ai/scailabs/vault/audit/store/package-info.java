/**
 * A bucket or container of somebody's, to which exports of the log are written: objects that are there whole or not at all, and are never overwritten. Knows no vendor, which have packages of
 * their own below this one, and nothing of what an object means. Start with {@link ai.scailabs.vault.audit.store.ObjectStore}.
 */
@NullMarked
package ai.scailabs.vault.audit.store;

import org.jspecify.annotations.NullMarked;
