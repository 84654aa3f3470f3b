/**
 * CPU time and memory of processes, as Linux counts them under {@code /proc}. It never touches the processes. Start with {@link
 * ai.scailabs.vault.bench.measure.CpuUse}.
 */
@NullMarked
package ai.scailabs.vault.bench.measure;

import org.jspecify.annotations.NullMarked;
