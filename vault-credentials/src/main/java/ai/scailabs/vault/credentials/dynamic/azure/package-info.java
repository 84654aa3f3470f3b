/** Passwords of applications of Entra ID, and service principals, for who asks. Start with {@link ai.scailabs.vault.credentials.dynamic.azure.AzureEngines}. */
@NullMarked
package ai.scailabs.vault.credentials.dynamic.azure;

import org.jspecify.annotations.NullMarked;
