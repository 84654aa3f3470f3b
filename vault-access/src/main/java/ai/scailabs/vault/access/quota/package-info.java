/**
 * How much an identity may ask in a minute, by category. It never looks at what is asked for, and never lets a request wait for a Redis that does not
 * answer. Start with {@link ai.scailabs.vault.access.quota.Quota}.
 */
@NullMarked
package ai.scailabs.vault.access.quota;

import org.jspecify.annotations.NullMarked;
