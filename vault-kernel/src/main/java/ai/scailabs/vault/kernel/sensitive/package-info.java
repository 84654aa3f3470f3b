/**
 * Bytes that must not outlive their use, and what may be written out beside them. They print as {@code [redacted]} and are wiped on close; what is not known to be plain is
 * redacted. Start with {@link ai.scailabs.vault.kernel.sensitive.SensitiveBytes}.
 */
@NullMarked
package ai.scailabs.vault.kernel.sensitive;

import org.jspecify.annotations.NullMarked;
