/**
 * A root key in Azure: an RSA key in a Key Vault, with a second key that signs what was wrapped, or an AES key in a Managed HSM. The only place that knows Azure's SDK, which is loaded
 * when it is chosen. Start with {@link ai.scailabs.vault.kms.azure.AzureKmsRootKey}.
 */
@NullMarked
package ai.scailabs.vault.kms.azure;

import org.jspecify.annotations.NullMarked;
