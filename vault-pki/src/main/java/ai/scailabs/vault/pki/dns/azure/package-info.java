/**
 * Zones at Azure DNS, by Azure's Resource Manager, as an application with a client secret. Never as an identity of this service. Start with
 * {@link ai.scailabs.vault.pki.dns.azure.AzureZones}.
 */
@NullMarked
package ai.scailabs.vault.pki.dns.azure;

import org.jspecify.annotations.NullMarked;
