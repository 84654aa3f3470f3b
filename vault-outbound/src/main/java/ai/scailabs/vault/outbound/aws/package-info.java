/** Carries the requests of AWS's SDK to servers that tenants name, under the rules of {@link ai.scailabs.vault.outbound.http.GuardedTransfers}. Start with {@link ai.scailabs.vault.outbound.aws.GuardedSdkClient}. */
@NullMarked
package ai.scailabs.vault.outbound.aws;

import org.jspecify.annotations.NullMarked;
