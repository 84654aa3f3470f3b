/**
 * Which foreign workloads a tenant trusts, on which conditions, and what each becomes here. It verifies no token and makes none. Start with {@link
 * ai.scailabs.vault.access.trust.TrustService}.
 */
@NullMarked
package ai.scailabs.vault.access.trust;

import org.jspecify.annotations.NullMarked;
