package ai.scailabs.vault.bench.micro;

import ai.scailabs.vault.access.identity.Actor;
import ai.scailabs.vault.access.token.TokenAuthenticator;
import ai.scailabs.vault.access.token.TokenProperties;
import ai.scailabs.vault.testkit.TestIssuer;
import java.time.Clock;
import java.time.Duration;
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
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/** A token that has been seen, as nearly every request brings one. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 5, time = 3)
@Measurement(iterations = 5, time = 2)
@Fork(1)
public class TokenBenchmark {
    private TestIssuer issuer;
    private TokenAuthenticator authenticator;
    private String token;

    @Setup
    public void prepare() {
        issuer = TestIssuer.start();
        authenticator = TokenAuthenticator.start(
                new TokenProperties(List.of(issuer.issuer()), issuer.jwksUri(), TestIssuer.DEFAULT_AUDIENCE, true),
                Clock.systemUTC());
        token = issuer.token()
                .tenant("tnt_bench")
                .partner("ptn_bench")
                .serviceAccount("bench")
                .scope("secrets:read secrets:write")
                .ttl(Duration.ofHours(12))
                .sign();
        authenticator.authenticate(token);
    }

    @TearDown
    public void stop() {
        authenticator.close();
        issuer.close();
    }

    @Benchmark
    public Actor authenticate() {
        return authenticator.authenticate(token);
    }
}
