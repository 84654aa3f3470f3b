/** Logins at targets that are kept as secrets. Start with {@link ai.scailabs.vault.credentials.login.TargetLogins}. */
@NullMarked
package ai.scailabs.vault.credentials.login;

import org.jspecify.annotations.NullMarked;
