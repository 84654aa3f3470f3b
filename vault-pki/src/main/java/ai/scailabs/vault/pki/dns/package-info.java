/**
 * The DNS providers of a tenant, and the TXT records that prove to others that a name is the tenant's. Never touches a value that it was not asked to add or to remove, and never shows or logs a credential. Start with
 * {@link ai.scailabs.vault.pki.dns.ChallengeRecords}.
 */
@NullMarked
package ai.scailabs.vault.pki.dns;

import org.jspecify.annotations.NullMarked;
