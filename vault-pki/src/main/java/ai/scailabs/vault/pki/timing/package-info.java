/**
 * When something is done that nobody asks for at that moment: renewals before an end, and once more what did not succeed. It knows no certificate, no clock and no database. Start with {@link
 * ai.scailabs.vault.pki.timing.RenewalTimes}.
 */
@NullMarked
package ai.scailabs.vault.pki.timing;

import org.jspecify.annotations.NullMarked;
