/** Tokens and keys of service accounts of Google Cloud, by its IAM APIs. Start with {@link ai.scailabs.vault.credentials.connector.gcp.GcpAccounts}. */
@NullMarked
package ai.scailabs.vault.credentials.connector.gcp;

import org.jspecify.annotations.NullMarked;
