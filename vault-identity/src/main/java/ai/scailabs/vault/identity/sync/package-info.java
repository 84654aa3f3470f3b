/**
 * Compares the mirror with ScaiKey, list by list: by schedule and when somebody asks, one comparison at a time in the whole installation, and on from where it was when it is
 * broken off. It believes a list only when it has come to its end. Start with {@link ai.scailabs.vault.identity.sync.SyncWorker}.
 */
@NullMarked
package ai.scailabs.vault.identity.sync;

import org.jspecify.annotations.NullMarked;
