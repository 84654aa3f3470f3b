/**
 * The versions of a secret, as history: who wrote them, when and why. Never their values. Start with {@link
 * ai.scailabs.vault.secrets.version.VersionPage}.
 */
@NullMarked
package ai.scailabs.vault.secrets.version;

import org.jspecify.annotations.NullMarked;
