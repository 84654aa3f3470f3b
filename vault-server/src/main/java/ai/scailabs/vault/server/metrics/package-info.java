/**
 * Figures for Prometheus, and the listener that shows them without a token inside a network. Labels are closed sets. Start with
 * {@link ai.scailabs.vault.server.metrics.MetricsListener}.
 */
@NullMarked
package ai.scailabs.vault.server.metrics;

import org.jspecify.annotations.NullMarked;
