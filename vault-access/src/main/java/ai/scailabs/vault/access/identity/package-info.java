/**
 * Who calls: the outcome of authentication, good for one request. It never looks anything up and grants nothing by itself. Start with
 * {@link ai.scailabs.vault.access.identity.Actor}.
 */
@NullMarked
package ai.scailabs.vault.access.identity;

import org.jspecify.annotations.NullMarked;
