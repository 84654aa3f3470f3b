/**
 * What ScaiKey tells by itself: checked against the shared secret, taken once, in whichever order it comes. It asks ScaiKey nothing and trusts no word that is not
 * signed. Start with {@link ai.scailabs.vault.identity.event.EventIntake}.
 */
@NullMarked
package ai.scailabs.vault.identity.event;

import org.jspecify.annotations.NullMarked;
