package ai.scailabs.vault.bench.measure;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;

/** Reads {@code /proc} (proc(5)). A process that has ended counts as zero. */
final class ProcFiles {
    /** Linux counts the time of processes in hundredths of a second on every architecture that we run on. */
    private static final long MICROS_PER_TICK = 10_000;

    /** Fields of {@code stat} behind the name, which ends with a parenthesis: utime, stime, cutime, cstime are 14 to 17 of all. */
    private static final int UTIME = 11;

    private ProcFiles() {}

    /** User and system time of the process itself, in microseconds. */
    static long ownMicros(long pid) {
        return ticks(pid, UTIME) + ticks(pid, UTIME + 1);
    }

    /** The same of its children that have ended and been waited for, and of theirs. */
    static long endedChildrenMicros(long pid) {
        return ticks(pid, UTIME + 2) + ticks(pid, UTIME + 3);
    }

    /** What all processors of the machine have worked since it was started, in microseconds. */
    static long machineMicros() {
        String[] fields =
                read(Path.of("/proc/stat")).lines().findFirst().orElseThrow().split(" +");
        // cpu user nice system idle iowait irq softirq steal
        long busy = 0;
        for (int field : new int[] {1, 2, 3, 6, 7, 8}) {
            busy += Long.parseLong(fields[field]);
        }
        return busy * MICROS_PER_TICK;
    }

    /** Memory of the process that lies in RAM, in MiB. */
    static long residentMiB(long pid) {
        return read(Path.of("/proc/" + pid + "/status"))
                .lines()
                .filter(line -> line.startsWith("VmRSS:"))
                .map(line -> Long.parseLong(line.replaceAll("[^0-9]", "")) / 1024)
                .findFirst()
                .orElse(0L);
    }

    private static long ticks(long pid, int field) {
        String stat = read(Path.of("/proc/" + pid + "/stat"));
        if (stat.isEmpty()) {
            return 0;
        }
        String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ");
        return Long.parseLong(fields[field]) * MICROS_PER_TICK;
    }

    private static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (NoSuchFileException ended) {
            return "";
        } catch (IOException e) {
            if (Files.exists(file)) {
                throw new UncheckedIOException(e);
            }
            return "";
        }
    }
}
