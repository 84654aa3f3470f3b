package ai.scailabs.vault.pki.crl;

import java.time.Duration;

/**
 * How often lists are made, and for how long they count.
 *
 * @param interval between two, when nothing is revoked
 * @param validity from one to the moment after which nobody takes it; longer than the interval
 */
public record CrlTerms(Duration interval, Duration validity) {}
