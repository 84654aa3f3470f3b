package ai.scailabs.vault.bench.micro;

import ai.scailabs.vault.api.answer.Answer;
import ai.scailabs.vault.kernel.sensitive.SensitiveBytes;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/** The answer to a read with 256 bytes of data, member by member as the API renders it. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 5, time = 3)
@Measurement(iterations = 5, time = 2)
@Fork(1)
public class JsonBenchmark {
    private static final Instant CREATED = Instant.parse("2026-01-31T08:00:00.123456Z");

    private SensitiveBytes data;

    @Setup
    public void prepare() {
        String json = "{\"password\":\"" + "x".repeat(240) + "\"}";
        data = SensitiveBytes.owning(json.getBytes(StandardCharsets.UTF_8));
    }

    @Benchmark
    public Answer renderRead() {
        return Answer.open(
                200,
                json -> json.text("path", "team-1/service/database")
                        .text("secret_type", "kv")
                        .number("version", 3)
                        .secret("data", data)
                        .json("metadata", "{\"owner\":\"team-1\"}")
                        .object(
                                "options",
                                options -> options.number("max_versions", 10)
                                        .text("expires_in", null)
                                        .text("expire_action", "keep")
                                        .texts("notify_before", List.of("30d", "7d", "1d")))
                        .time("created_at", CREATED)
                        .time("updated_at", CREATED)
                        .time("expires_at", null)
                        .text("rotation_policy_id", null)
                        .text("secret_policy_id", null));
    }
}
