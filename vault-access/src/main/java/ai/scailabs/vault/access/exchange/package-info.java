/**
 * Trades the proof of a foreign workload for a token of ours (RFC 8693). It decides nothing that a trust does not say, keeps no proof, and tells a caller that is refused nothing about
 * what exists. Start with {@link ai.scailabs.vault.access.exchange.TokenExchange}.
 */
@NullMarked
package ai.scailabs.vault.access.exchange;

import org.jspecify.annotations.NullMarked;
