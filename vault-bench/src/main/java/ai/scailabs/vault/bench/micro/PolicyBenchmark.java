package ai.scailabs.vault.bench.micro;

import ai.scailabs.vault.access.decision.AccessControl;
import ai.scailabs.vault.access.decision.Permit;
import ai.scailabs.vault.access.identity.Actor;
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
@Warmup(iterations = 5, time = 3)
@Measurement(iterations = 5, time = 2)
@Fork(1)
public class PolicyBenchmark {
    /** Of the identity, in policies of ten or of a hundred. */
    @Param({"10", "10000"})
    public int rules;

    private Actor actor;
    private SecretPath path;
    private AccessControl access;

    @Setup
    public void prepare() throws SQLException {
        TestDatabase database = TestPostgres.freshDatabase();
        Schema.migrate(database.owner().dataSource());
        int perPolicy = Math.min(rules, 100);
        try (Connection connection = database.superuser().dataSource().getConnection();
                Statement statement = connection.createStatement()) {
            statement.execute("insert into partner (partner_id, created_at) values ('ptn_bench', now())");
            statement.execute(
                    "insert into tenant (tenant_id, partner_id, created_at) values ('tnt_bench', 'ptn_bench', now())");
            statement.execute("insert into policy (tenant_id, policy_id, name, scope, rules, is_active, revision,"
                    + " created_at, created_by, updated_at) select 'tnt_bench', 'pol_' || lpad(p::text, 26, '0'), 'policy ' || p,"
                    + " 'tenant', (select jsonb_agg(jsonb_build_object('path_pattern', 'team-' || p || '-' || r || '/**',"
                    + " 'permissions', jsonb_build_array('read'))) from generate_series(1, " + perPolicy + ") r),"
                    + " true, 1, now() + p * interval '1 millisecond', 'sa:bench', now() from generate_series(1, "
                    + rules / perPolicy + ") p");
            statement.execute(
                    "insert into policy_binding (tenant_id, binding_id, policy_id, identity_type, identity_id,"
                            + " created_at, created_by) select tenant_id, 'pb_' || substr(policy_id, 5), policy_id,"
                            + " 'service_account', 'sa:bench', now(), 'sa:bench' from policy");
        }
        actor = new Actor(
                new IdentityId("sa:bench"),
                "bench",
                new TenantId("tnt_bench"),
                new PartnerId("ptn_bench"),
                Set.of("secrets:read"),
                Set.of(),
                Set.of(),
                null,
                Instant.MAX,
                null);
        path = new SecretPath("team-" + rules / perPolicy + "-" + perPolicy + "/service/database");
        access = new AccessControl(new TenantTransactions(database.app().dataSource()), Clock.systemUTC());
    }

    @Benchmark
    public Permit require() {
        return access.require(actor, Permission.READ, path);
    }
}
