/**
 * What ScaiKey has told, as callers read it: partners, tenants, people, groups. It decides nothing and changes nothing; who may see which tenant is decided before.
 * Start with {@link ai.scailabs.vault.identity.directory.IdentityDirectory}.
 */
@NullMarked
package ai.scailabs.vault.identity.directory;

import org.jspecify.annotations.NullMarked;
