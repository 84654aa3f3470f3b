/**
 * Keeps a tree of hashes over the log of each tenant, and proves by it what the log holds. Never changes an entry, and never decides what is one. Start with {@link
 * ai.scailabs.vault.audit.proof.Sequencer}, which lets the trees grow, and {@link ai.scailabs.vault.audit.proof.LogTree}, which answers.
 */
@NullMarked
package ai.scailabs.vault.audit.proof;

import org.jspecify.annotations.NullMarked;
