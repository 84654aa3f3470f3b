/**
 * Zones at Google Cloud DNS, by version 1 of its API, as a service account. No other kind of credentials is taken: those lead to addresses and programs of their own. Start with
 * {@link ai.scailabs.vault.pki.dns.google.GoogleZones}.
 */
@NullMarked
package ai.scailabs.vault.pki.dns.google;

import org.jspecify.annotations.NullMarked;
