/**
 * Containers of Azure Blob Storage. The only place of this module that knows Azure's SDK, which is loaded when a container is opened; it connects by itself to nobody but the keeper of the
 * service's own identity. Start with {@link ai.scailabs.vault.audit.store.azure.AzureObjectStore}.
 */
@NullMarked
package ai.scailabs.vault.audit.store.azure;

import org.jspecify.annotations.NullMarked;
