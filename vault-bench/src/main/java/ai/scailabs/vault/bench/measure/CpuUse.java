package ai.scailabs.vault.bench.measure;

/**
 * CPU time since each process was started, in microseconds; two of them make a span.
 *
 * @param server the server's process
 * @param postgres the postmaster and all its processes, also those that have ended
 * @param bench this program and the load tools it has run
 * @param machine everything on the machine
 */
public record CpuUse(long server, long postgres, long bench, long machine, long atNanos) {
    /** Of everything until now. */
    public static CpuUse now(long serverPid, long postmasterPid) {
        long self = ProcessHandle.current().pid();
        return new CpuUse(
                ProcFiles.ownMicros(serverPid),
                postgresMicros(postmasterPid),
                ProcFiles.ownMicros(self) + ProcFiles.endedChildrenMicros(self),
                ProcFiles.machineMicros(),
                System.nanoTime());
    }

    private static long postgresMicros(long postmaster) {
        long children = ProcessHandle.of(postmaster).stream()
                .flatMap(ProcessHandle::descendants)
                .mapToLong(child -> ProcFiles.ownMicros(child.pid()))
                .sum();
        return ProcFiles.ownMicros(postmaster) + ProcFiles.endedChildrenMicros(postmaster) + children;
    }

    public CpuUse since(CpuUse earlier) {
        return new CpuUse(
                server - earlier.server,
                postgres - earlier.postgres,
                bench - earlier.bench,
                machine - earlier.machine,
                atNanos - earlier.atNanos);
    }

    /** Of a span in which the server did nothing and this program called the database itself: it stands in the server's place. */
    public CpuUse withoutServer() {
        return new CpuUse(bench, postgres, server, machine, atNanos);
    }

    /** Of a span: the part of the whole machine, from 0 to 1, that went to processes that are none of ours. */
    public double othersShare() {
        long others = machine - server - postgres - bench;
        double capacity = atNanos / 1_000.0 * Runtime.getRuntime().availableProcessors();
        return Math.clamp(others / capacity, 0.0, 1.0);
    }

    /** Memory of a process that lies in RAM. */
    public static long residentMiB(long pid) {
        return ProcFiles.residentMiB(pid);
    }
}
