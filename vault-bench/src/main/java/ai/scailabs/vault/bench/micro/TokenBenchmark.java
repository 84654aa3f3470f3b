package ai.scailabs.vault.bench.micro;

import ai.scailabs.vault.access.identity.Actor;
import ai.scailabs.vault.access.revocation.RevocationCheck;
import ai.scailabs.vault.access.revocation.RevocationList;
import ai.scailabs.vault.access.token.TokenAuthenticator;
import ai.scailabs.vault.access.token.TokenProperties;
import ai.scailabs.vault.persistence.jdbc.ConnectionPools;
import ai.scailabs.vault.persistence.jdbc.DatabaseLogin;
import ai.scailabs.vault.persistence.jdbc.NotificationFeed;
import ai.scailabs.vault.persistence.jdbc.Schema;
import ai.scailabs.vault.persistence.tenant.TenantTransactions;
import ai.scailabs.vault.testkit.TestDatabase;
import ai.scailabs.vault.testkit.TestIssuer;
import ai.scailabs.vault.testkit.TestPostgres;
import com.zaxxer.hikari.HikariDataSource;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
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

/** A token that has been seen, as nearly every request brings one; with and without the list of what is revoked, which listens to a real database. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 5, time = 3)
@Measurement(iterations = 5, time = 2)
@Fork(1)
public class TokenBenchmark {
    private static final String QUIET = "tnt_bench";
    private static final String BUSY = "tnt_bench-busy";
    private static final int REVOCATIONS = 20_000;

    private TestIssuer issuer;
    private HikariDataSource pool;
    private NotificationFeed feed;
    private TokenAuthenticator withoutList;
    private TokenAuthenticator withList;
    private String quietToken;
    private String busyToken;

    @Setup
    public void prepare() throws SQLException {
        issuer = TestIssuer.start();
        TestDatabase database = TestPostgres.migratedDatabase(Schema::migrate);
        revokeMany(database);
        DatabaseLogin login = new DatabaseLogin(
                database.app().jdbcUrl(), database.app().user(), database.app().password());
        pool = ConnectionPools.open(login, "token-bench", 2);
        RevocationList list = new RevocationList(new TenantTransactions(pool), Clock.systemUTC());
        feed = NotificationFeed.start(login, RevocationList.CHANNEL, list);
        withoutList = authenticator(token -> {});
        withList = authenticator(list);
        quietToken = token(QUIET);
        busyToken = token(BUSY);
        for (String token : List.of(quietToken, busyToken)) {
            withoutList.authenticate(token);
            withList.authenticate(token);
        }
    }

    private static void revokeMany(TestDatabase database) throws SQLException {
        try (Connection connection = database.superuser().dataSource().getConnection();
                Statement statement = connection.createStatement()) {
            statement.execute(
                    "insert into token_revocation (tenant_id, kind, subject, revoked_at, revoked_by, expires_at)"
                            + " select '" + BUSY
                            + "', 'token_id', 't' || n, now(), 'user:bench', now() + interval '1 day'"
                            + " from generate_series(1, " + REVOCATIONS + ") n");
        }
    }

    private TokenAuthenticator authenticator(RevocationCheck revocations) {
        return TokenAuthenticator.start(
                new TokenProperties(List.of(issuer.issuer()), issuer.jwksUri(), TestIssuer.DEFAULT_AUDIENCE, true),
                revocations,
                Clock.systemUTC());
    }

    private String token(String tenant) {
        return issuer.token()
                .tenant(tenant)
                .partner("ptn_bench")
                .serviceAccount("bench")
                .scope("secrets:read secrets:write")
                .ttl(Duration.ofHours(12))
                .sign();
    }

    @TearDown
    public void stop() {
        withList.close();
        withoutList.close();
        feed.close();
        pool.close();
        issuer.close();
    }

    @Benchmark
    public Actor withoutRevocations() {
        return withoutList.authenticate(quietToken);
    }

    @Benchmark
    public Actor nothingRevoked() {
        return withList.authenticate(quietToken);
    }

    @Benchmark
    public Actor twentyThousandRevoked() {
        return withList.authenticate(busyToken);
    }
}
