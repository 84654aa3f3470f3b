/**
 * Credentials that were made for who asked, and their end. A row is written before anything is made at a target, so that whatever is there has a row that ends; times are the database's. Start with
 * {@link ai.scailabs.vault.credentials.lease.LeaseService}; for their end, with {@link ai.scailabs.vault.credentials.lease.LeaseEnding}.
 */
@NullMarked
package ai.scailabs.vault.credentials.lease;

import org.jspecify.annotations.NullMarked;
