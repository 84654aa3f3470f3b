/** Secrets of an Azure Key Vault, by Azure's SDK. The only package of federation that knows it; nothing of the SDK leaves it. Start with {@link ai.scailabs.vault.federation.azure.AzureKeyVault}. */
@NullMarked
package ai.scailabs.vault.federation.azure;

import org.jspecify.annotations.NullMarked;
