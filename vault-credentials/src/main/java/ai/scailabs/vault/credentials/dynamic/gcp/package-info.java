/** Tokens and keys of service accounts of Google Cloud, for who asks. Start with {@link ai.scailabs.vault.credentials.dynamic.gcp.GcpEngines}. */
@NullMarked
package ai.scailabs.vault.credentials.dynamic.gcp;

import org.jspecify.annotations.NullMarked;
