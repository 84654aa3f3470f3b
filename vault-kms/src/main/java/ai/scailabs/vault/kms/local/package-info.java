/**
 * A root key in a file beside the service, for development. It refuses to serve anything else, and it never creates a key unless asked. Start with {@link
 * ai.scailabs.vault.kms.local.LocalFileRootKey}.
 */
@NullMarked
package ai.scailabs.vault.kms.local;

import org.jspecify.annotations.NullMarked;
