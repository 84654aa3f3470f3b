/**
 * Example policies and secrets, made through the public API with tokens of the development issuer, as any administrator would. It has no other way into the
 * server. Start with {@link ai.scailabs.vault.dev.demo.DemoData}.
 */
@NullMarked
package ai.scailabs.vault.dev.demo;

import org.jspecify.annotations.NullMarked;
