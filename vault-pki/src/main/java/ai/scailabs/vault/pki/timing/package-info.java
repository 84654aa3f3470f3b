/**
 * When something is done that nobody asks for at that moment: renewals before an end, and once more what did not succeed; how much of it at a time, and what the log is told of it. It knows no certificate and no clock.
 * Start with {@link ai.scailabs.vault.pki.timing.RenewalTimes} and {@link ai.scailabs.vault.pki.timing.FairWork}.
 */
@NullMarked
package ai.scailabs.vault.pki.timing;

import org.jspecify.annotations.NullMarked;
