/**
 * When something is renewed before its end, and what the log is told of it. It knows no certificate and no clock. Start with {@link ai.scailabs.vault.pki.timing.RenewalTimes}.
 */
@NullMarked
package ai.scailabs.vault.pki.timing;

import org.jspecify.annotations.NullMarked;
