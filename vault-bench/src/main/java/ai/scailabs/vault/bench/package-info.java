/**
 * The load run of {@code bin/bench}: starts everything on this machine, measures it from outside and prints one table. It never judges a build by itself: whether
 * figures count depends on the machine. Start with {@link ai.scailabs.vault.bench.VaultBench}.
 */
@NullMarked
package ai.scailabs.vault.bench;

import org.jspecify.annotations.NullMarked;
