package ai.scailabs.vault.access;

import ai.scailabs.vault.access.identity.Actor;
import ai.scailabs.vault.access.policy.BindingDraft;
import ai.scailabs.vault.access.policy.Policy;
import ai.scailabs.vault.access.policy.PolicyBinding;
import ai.scailabs.vault.access.policy.PolicyDraft;
import ai.scailabs.vault.access.policy.PolicyService;
import ai.scailabs.vault.access.policy.RuleDraft;
import ai.scailabs.vault.audit.trail.AuditAction;
import ai.scailabs.vault.audit.trail.AuditEntry;
import ai.scailabs.vault.kernel.id.IdentityId;
import ai.scailabs.vault.kernel.id.Ids;
import ai.scailabs.vault.kernel.id.PartnerId;
import ai.scailabs.vault.kernel.id.TenantId;
import ai.scailabs.vault.persistence.jdbc.ConnectionPools;
import ai.scailabs.vault.persistence.jdbc.DatabaseLogin;
import ai.scailabs.vault.persistence.jdbc.Schema;
import ai.scailabs.vault.persistence.tenant.TenantTransactions;
import ai.scailabs.vault.testkit.TestDatabase;
import ai.scailabs.vault.testkit.TestPostgres;
import com.zaxxer.hikari.HikariDataSource;
import java.security.SecureRandom;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.Statement;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** A migrated database with partner {@code ptn_a} (tenants acme, beta), partner {@code ptn_b} (tenant other), and the services under test on it. */
public final class AccessDatabase implements AutoCloseable {
    public static final TenantId ACME = new TenantId("tnt_acme");
    public static final TenantId OTHER = new TenantId("tnt_other");

    private final TestDatabase database = TestPostgres.migratedDatabase(Schema::migrate);
    private final HikariDataSource app;
    public final MovableClock clock;
    public final TenantTransactions transactions;
    public final PolicyService policies;
    private final Ids ids;

    public AccessDatabase() {
        this.app = ConnectionPools.open(
                new DatabaseLogin(
                        database.app().jdbcUrl(),
                        database.app().user(),
                        database.app().password()),
                "access-test",
                4);
        // Of today: the audit log has partitions from this month on.
        this.clock = new MovableClock(Instant.ofEpochMilli(Clock.systemUTC().millis()));
        this.transactions = new TenantTransactions(app);
        this.ids = new Ids(clock, new SecureRandom());
        this.policies = new PolicyService(transactions, clock, ids);
        execute("insert into partner (partner_id, created_at) values ('ptn_a', now()), ('ptn_b', now())");
        execute("insert into tenant (tenant_id, partner_id, created_at) values ('tnt_acme', 'ptn_a', now()),"
                + " ('ptn_a', 'ptn_a', now()), ('tnt_other', 'ptn_b', now())");
    }

    public static Actor actor(TenantId tenant, String identity, String... groups) {
        return actor(tenant, identity, Set.of(), groups);
    }

    public static Actor actor(TenantId tenant, String identity, Set<String> roles, String... groups) {
        return new Actor(
                new IdentityId(identity),
                identity,
                tenant,
                new PartnerId(tenant.equals(OTHER) ? "ptn_b" : "ptn_a"),
                Set.of(),
                Set.copyOf(List.of(groups).stream().map(IdentityId::new).toList()),
                roles,
                null,
                Instant.MAX,
                null);
    }

    public AuditEntry entry(Actor actor, AuditAction action) {
        return new AuditEntry(
                actor.tenant(),
                clock.instant(),
                ids.nextUuid(),
                action,
                actor.identity(),
                null,
                null,
                "127.0.0.1",
                null,
                null,
                1,
                "req_test0001",
                Map.of());
    }

    public static RuleDraft rule(String pattern, String... permissions) {
        return new RuleDraft(pattern, List.of(permissions), null);
    }

    public static PolicyDraft draft(String name, RuleDraft... rules) {
        return new PolicyDraft(name, null, List.of(rules), null, null);
    }

    public Policy create(Actor actor, PolicyDraft draft) {
        return policies.create(actor, draft, entry(actor, AuditAction.POLICY_CREATE));
    }

    public PolicyBinding bind(Actor actor, Policy policy, String identity, @Nullable Duration ttl) {
        return policies.bind(
                actor,
                policy.id(),
                new BindingDraft(
                        new IdentityId(identity).type().wireName(),
                        identity,
                        ttl == null ? null : clock.instant().plus(ttl)),
                entry(actor, AuditAction.POLICY_BIND));
    }

    /** Makes a policy of one rule and binds it. */
    public Policy grant(Actor actor, String identity, String pattern, String... permissions) {
        Policy policy = create(actor, draft("grant " + ids.next("n_"), rule(pattern, permissions)));
        bind(actor, policy, identity, null);
        return policy;
    }

    public void unbindAll(Actor actor, Policy policy) {
        for (PolicyBinding binding : policies.bindings(actor.tenant(), policy.id())) {
            policies.unbind(actor, policy.id(), binding.id(), entry(actor, AuditAction.POLICY_UNBIND));
        }
    }

    /** As the role that runs jobs across tenants. */
    public javax.sql.DataSource worker() {
        return database.worker().dataSource();
    }

    /** As requests log in. */
    public DatabaseLogin appLogin() {
        return new DatabaseLogin(
                database.app().jdbcUrl(), database.app().user(), database.app().password());
    }

    /** Another way into the same database, whose connections the test opens itself. */
    public javax.sql.DataSource appDataSource() {
        return database.app().dataSource();
    }

    /** See {@link TestDatabase#meanwhile}. */
    public <T> CompletableFuture<T> meanwhile(Supplier<T> other) {
        return database.meanwhile(other);
    }

    /** Behind the back of row-level security. */
    public void execute(String sql) {
        try (Connection connection = database.superuser().dataSource().getConnection();
                Statement statement = connection.createStatement()) {
            statement.execute(sql);
        } catch (java.sql.SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    /** One number, behind the back of row-level security. */
    public long number(String sql) {
        try (Connection connection = database.superuser().dataSource().getConnection();
                Statement statement = connection.createStatement();
                ResultSet results = statement.executeQuery(sql)) {
            results.next();
            return results.getLong(1);
        } catch (java.sql.SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    @Override
    public void close() {
        app.close();
    }
}
