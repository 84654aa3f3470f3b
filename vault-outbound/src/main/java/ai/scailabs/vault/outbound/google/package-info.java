/**
 * Keys of Google's service accounts, and the requests of Google's library to servers that tenants name, under the rules of {@link ai.scailabs.vault.outbound.http.GuardedTransfers}. Start with {@link
 * ai.scailabs.vault.outbound.google.GuardedGoogleTransport}.
 */
@NullMarked
package ai.scailabs.vault.outbound.google;

import org.jspecify.annotations.NullMarked;
