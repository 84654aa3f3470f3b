/** Google Secret Manager, by Google's library over HTTP with JSON. The only package of federation that knows it; nothing of the library leaves it. Start with {@link ai.scailabs.vault.federation.google.GoogleSecretManager}. */
@NullMarked
package ai.scailabs.vault.federation.google;

import org.jspecify.annotations.NullMarked;
