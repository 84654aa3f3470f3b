/**
 * Tests that take minutes and processes of their own, which they kill; all bear the tag {@code slow}. They see the service from outside only: over HTTP, and in the
 * tables it leaves. Start with {@link ai.scailabs.vault.server.slow.KillLoopTest}.
 */
@NullMarked
package ai.scailabs.vault.server.slow;

import org.jspecify.annotations.NullMarked;
