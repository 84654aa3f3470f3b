/**
 * Roles as tenants keep them: written, checked, changed and shown, and tried without issuing anything. What a role means is {@link ai.scailabs.vault.pki.profile.RolePolicy}'s; nothing here signs. Start
 * with {@link ai.scailabs.vault.pki.role.RoleService}.
 */
@NullMarked
package ai.scailabs.vault.pki.role;

import org.jspecify.annotations.NullMarked;
