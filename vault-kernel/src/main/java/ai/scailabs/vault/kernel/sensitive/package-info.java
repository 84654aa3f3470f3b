/**
 * Bytes that must not outlive their use. They print as {@code [redacted]} and are wiped on close. Start with {@link
 * ai.scailabs.vault.kernel.sensitive.SensitiveBytes}.
 */
@NullMarked
package ai.scailabs.vault.kernel.sensitive;

import org.jspecify.annotations.NullMarked;
