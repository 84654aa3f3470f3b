/**
 * Secret policies: recipes of a tenant by which values are made here, and the making. What is made is kept by the secrets' own service, and what is shown as a sample nowhere. Start with
 * {@link ai.scailabs.vault.credentials.recipe.SecretPolicyService} and {@link ai.scailabs.vault.credentials.recipe.MadeValues}.
 */
@NullMarked
package ai.scailabs.vault.credentials.recipe;

import org.jspecify.annotations.NullMarked;
