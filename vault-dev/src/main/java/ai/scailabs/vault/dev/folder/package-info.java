/**
 * The folder in which a development server keeps everything: private files, passwords, the lock. It knows nothing of what they are for. Start with {@link
 * ai.scailabs.vault.dev.folder.DataFolder}.
 */
@NullMarked
package ai.scailabs.vault.dev.folder;

import org.jspecify.annotations.NullMarked;
