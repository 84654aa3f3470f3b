package ai.scailabs.vault.bench.micro;

import ai.scailabs.vault.kernel.path.PathGlob;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/** One pattern against one path of five segments. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 5, time = 3)
@Measurement(iterations = 5, time = 2)
@Fork(1)
public class PathGlobBenchmark {
    private static final String PATH = "environments/production/billing/database/password";

    @Param({"environments/production/billing/database/password", "environments/*/billing/**", "**/billing/*/pass*"})
    public String pattern;

    private PathGlob glob;

    @Setup
    public void prepare() {
        glob = PathGlob.parse(pattern);
    }

    @Benchmark
    public boolean matches() {
        return glob.matches(PATH);
    }
}
