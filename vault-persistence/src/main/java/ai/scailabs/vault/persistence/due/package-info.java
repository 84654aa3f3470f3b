/**
 * Work that nobody asks for at that moment: what is due is found among all tenants by the role of jobs, and done as the tenant whose it is, of several tenants at a time; what did not succeed is tried again later. Start with
 * {@link ai.scailabs.vault.persistence.due.FairWork}.
 */
@NullMarked
package ai.scailabs.vault.persistence.due;

import org.jspecify.annotations.NullMarked;
