/** JSON objects that somebody sent, read member by member. */
@NullMarked
package ai.scailabs.vault.credentials.members;

import org.jspecify.annotations.NullMarked;
