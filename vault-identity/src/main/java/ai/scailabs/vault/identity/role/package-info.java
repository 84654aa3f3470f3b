/**
 * The roles of administrators that are assigned here, and who may assign which. A role opens no secret, and nobody gives one to themselves. Start with
 * {@link ai.scailabs.vault.identity.role.RoleService}.
 */
@NullMarked
package ai.scailabs.vault.identity.role;

import org.jspecify.annotations.NullMarked;
