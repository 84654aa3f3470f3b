/**
 * How answers leave: rendered whole, held back until their audit row is durable, then written and wiped. There is no other way out
 * for a controller. Start with {@link ai.scailabs.vault.api.answer.Answer}.
 */
@NullMarked
package ai.scailabs.vault.api.answer;

import org.jspecify.annotations.NullMarked;
