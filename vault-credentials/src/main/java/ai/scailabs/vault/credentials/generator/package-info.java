/**
 * Values made by recipe: random text, identifiers, key pairs. It keeps nothing and knows no tenant. Start with {@code Generators}.
 */
@NullMarked
package ai.scailabs.vault.credentials.generator;

import org.jspecify.annotations.NullMarked;
