/**
 * Writes down what ScaiKey tells, in whichever order it comes, and ends the tokens of whom it suspends. It never asks ScaiKey and never checks who told. Start with
 * {@link ai.scailabs.vault.identity.mirror.Mirror}.
 */
@NullMarked
package ai.scailabs.vault.identity.mirror;

import org.jspecify.annotations.NullMarked;
