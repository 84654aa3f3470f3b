package ai.scailabs.vault.bench.micro;

import ai.scailabs.vault.access.decision.AccessControl;
import ai.scailabs.vault.access.decision.Permit;
import ai.scailabs.vault.access.identity.Actor;
import ai.scailabs.vault.access.identity.Caller;
import ai.scailabs.vault.access.policy.Permission;
import ai.scailabs.vault.kernel.id.IdentityId;
import ai.scailabs.vault.kernel.id.PartnerId;
import ai.scailabs.vault.kernel.id.TenantId;
import ai.scailabs.vault.kernel.path.SecretPath;
import ai.scailabs.vault.persistence.jdbc.Schema;
import ai.scailabs.vault.persistence.tenant.TenantTransactions;
import ai.scailabs.vault.testkit.TestDatabase;
import ai.scailabs.vault.testkit.TestPostgres;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Clock;
import java.time.Instant;
import java.util.Set;
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

/** A decision by policies that have been read from the database before. Only the last rule of the last policy allows it. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 3, time = 2)
@Measurement(iterations = 5, time = 2)
@Fork(1)
public class PolicyBenchmark {
    /** Policies of the tenant, and rules of each. */
    @Param({"1 x 10", "100 x 100", "1000 x 10"})
    public String policies;

    private Actor boundToAll;
    private Actor boundToOne;
    private Caller atTheOffice;
    private SecretPath path;
    private SecretPath underConditions;
    private AccessControl access;

    @Setup
    public void prepare() throws SQLException {
        String[] size = policies.split(" x ", 2);
        int count = Integer.parseInt(size[0]);
        int rules = Integer.parseInt(size[1]);
        TestDatabase database = TestPostgres.freshDatabase();
        Schema.migrate(database.owner().dataSource());
        try (Connection connection = database.superuser().dataSource().getConnection();
                Statement statement = connection.createStatement()) {
            statement.execute("insert into partner (partner_id, created_at) values ('ptn_bench', now())");
            statement.execute(
                    "insert into tenant (tenant_id, partner_id, created_at) values ('tnt_bench', 'ptn_bench', now())");
            // The odd rules ask for an address and a second factor.
            statement.execute("insert into policy (tenant_id, policy_id, name, scope, rules, is_active, revision,"
                    + " created_at, created_by, updated_at) select 'tnt_bench', 'pol_' || lpad(p::text, 26, '0'), 'policy ' || p,"
                    + " 'tenant', (select jsonb_agg(jsonb_build_object('path_pattern', 'team-' || p || '-' || r || '/**',"
                    + " 'permissions', jsonb_build_array('read')) || case when r % 2 = 0 then '{}'::jsonb else"
                    + " '{\"conditions\": {\"ip_ranges\": [\"10.0.0.0/8\", \"192.0.2.0/24\"], \"require_mfa\": true}}' end)"
                    + " from generate_series(1, " + rules + ") r),"
                    + " true, 1, now() + p * interval '1 millisecond', 'sa:bench', now() from generate_series(1, "
                    + count + ") p");
            statement.execute(
                    "insert into policy_binding (tenant_id, binding_id, policy_id, identity_type, identity_id,"
                            + " created_at, created_by) select tenant_id, 'pb_' || substr(policy_id, 5), policy_id,"
                            + " 'service_account', 'sa:all', now(), 'sa:bench' from policy");
            statement.execute(
                    "insert into policy_binding (tenant_id, binding_id, policy_id, identity_type, identity_id,"
                            + " created_at, created_by) select tenant_id, 'pb_one', max(policy_id),"
                            + " 'service_account', 'sa:one', now(), 'sa:bench' from policy group by tenant_id");
        }
        boundToAll = actor("sa:all");
        boundToOne = actor("sa:one");
        atTheOffice = new Caller(boundToAll, "192.0.2.7");
        path = new SecretPath("team-" + count + "-" + rules + "/service/database");
        underConditions = new SecretPath("team-" + count + "-" + (rules - 1) + "/service/database");
        access = new AccessControl(new TenantTransactions(database.app().dataSource()), Clock.systemUTC());
    }

    private static Actor actor(String identity) {
        return new Actor(
                new IdentityId(identity),
                "bench",
                new TenantId("tnt_bench"),
                new PartnerId("ptn_bench"),
                Set.of("secrets:read"),
                Set.of(),
                Set.of(),
                Clock.systemUTC().instant(),
                Instant.MAX,
                null);
    }

    @Benchmark
    public Permit boundToAll() {
        return access.require(boundToAll, Permission.READ, path);
    }

    @Benchmark
    public Permit boundToOne() {
        return access.require(boundToOne, Permission.READ, path);
    }

    @Benchmark
    public Permit underConditions() {
        return access.require(atTheOffice, Permission.READ, underConditions);
    }
}
