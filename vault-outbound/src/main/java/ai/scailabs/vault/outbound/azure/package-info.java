/** Carries the requests of Azure's SDK to servers that tenants name, under the rules of {@link ai.scailabs.vault.outbound.http.GuardedTransfers}. Start with {@link ai.scailabs.vault.outbound.azure.GuardedAzureClient}. */
@NullMarked
package ai.scailabs.vault.outbound.azure;

import org.jspecify.annotations.NullMarked;
