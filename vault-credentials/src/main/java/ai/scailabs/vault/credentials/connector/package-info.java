/**
 * Accounts at databases and the like: made, prolonged, taken away, given another password. Knows no tenant, no lease and no driver; what a target wrote reaches nobody but by a code of a known form. Start with
 * {@link ai.scailabs.vault.credentials.connector.Target}.
 */
@NullMarked
package ai.scailabs.vault.credentials.connector;

import org.jspecify.annotations.NullMarked;
