/** Passwords and service principals of one tenant of Entra ID, by Microsoft Graph and the Resource Manager. Start with {@link ai.scailabs.vault.credentials.connector.azure.AzureAccounts}. */
@NullMarked
package ai.scailabs.vault.credentials.connector.azure;

import org.jspecify.annotations.NullMarked;
