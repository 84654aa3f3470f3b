/**
 * Many secrets at once: lists, folders and batches. Nothing is shown that the caller may not list or read, path by path. Start with {@link
 * ai.scailabs.vault.secrets.listing.SecretListing}.
 */
@NullMarked
package ai.scailabs.vault.secrets.listing;

import org.jspecify.annotations.NullMarked;
