package ai.scailabs.vault.secrets;

import ai.scailabs.vault.access.decision.AccessControl;
import ai.scailabs.vault.access.decision.Permit;
import ai.scailabs.vault.access.identity.Actor;
import ai.scailabs.vault.access.policy.BindingDraft;
import ai.scailabs.vault.access.policy.Permission;
import ai.scailabs.vault.access.policy.Policy;
import ai.scailabs.vault.access.policy.PolicyDraft;
import ai.scailabs.vault.access.policy.PolicyService;
import ai.scailabs.vault.access.policy.RuleDraft;
import ai.scailabs.vault.audit.trail.Attempt;
import ai.scailabs.vault.audit.trail.AuditAction;
import ai.scailabs.vault.audit.trail.AuditEntries;
import ai.scailabs.vault.audit.trail.AuditEntry;
import ai.scailabs.vault.crypto.envelope.EnvelopeCipher;
import ai.scailabs.vault.crypto.root.SharedUnwraps;
import ai.scailabs.vault.kernel.id.IdentityId;
import ai.scailabs.vault.kernel.id.Ids;
import ai.scailabs.vault.kernel.id.PartnerId;
import ai.scailabs.vault.kernel.id.TenantId;
import ai.scailabs.vault.kernel.path.SecretPath;
import ai.scailabs.vault.kernel.sensitive.SensitiveBytes;
import ai.scailabs.vault.kms.local.LocalFileRootKey;
import ai.scailabs.vault.persistence.jdbc.ConnectionPools;
import ai.scailabs.vault.persistence.jdbc.DatabaseLogin;
import ai.scailabs.vault.persistence.jdbc.Schema;
import ai.scailabs.vault.persistence.tenant.TenantTransactions;
import ai.scailabs.vault.secrets.lifecycle.AccessTimes;
import ai.scailabs.vault.secrets.listing.SecretListing;
import ai.scailabs.vault.secrets.mount.MountTable;
import ai.scailabs.vault.secrets.secret.OptionsPatch;
import ai.scailabs.vault.secrets.secret.Precondition;
import ai.scailabs.vault.secrets.secret.RevealedSecret;
import ai.scailabs.vault.secrets.secret.SecretBatch;
import ai.scailabs.vault.secrets.secret.SecretDraft;
import ai.scailabs.vault.secrets.secret.SecretService;
import ai.scailabs.vault.secrets.secret.SecretSpace;
import ai.scailabs.vault.secrets.secret.WriteResult;
import ai.scailabs.vault.tenancy.keyring.StoredKeyrings;
import ai.scailabs.vault.tenancy.tenant.TenantRegistry;
import ai.scailabs.vault.testkit.TestDatabase;
import ai.scailabs.vault.testkit.TestPostgres;
import com.zaxxer.hikari.HikariDataSource;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import javax.sql.DataSource;

/** The module with everything real under it: PostgreSQL, row-level security, policies, a root key in a file. */
public final class TestVault implements AutoCloseable {
    private static final SecureRandom RANDOM = new SecureRandom();
    private static final AtomicInteger NAMES = new AtomicInteger();

    public final ChangeableClock clock = new ChangeableClock();
    public final TestDatabase database;
    public final TenantTransactions tenants;
    public final AccessControl access;
    public final AuditEntries entries;
    public final Ids ids = new Ids(Clock.systemUTC(), RANDOM);
    public final SlowRootKey root;
    public final SecretService secrets;
    public final SecretListing listing;
    public final SecretBatch batch;
    public final AccessTimes accessTimes;
    private final HikariDataSource app;
    private final TenantRegistry registry;
    private final PolicyService policies;
    private final Supplier<SecretService> instances;

    private TestVault(TestDatabase database, Path folder, UnaryOperator<DataSource> wrap) {
        this.database = database;
        this.app =
                ConnectionPools.open(DatabaseLogin.parse(database.app().url()).orElseThrow(), "secrets-test", 8);
        this.tenants = new TenantTransactions(wrap.apply(app));
        TenantTransactions plain = new TenantTransactions(app);
        this.registry = new TenantRegistry(plain, clock);
        this.policies = new PolicyService(plain, clock, ids);
        this.access = new AccessControl(plain, clock);
        this.entries = new AuditEntries(Clock.systemUTC(), ids);
        this.root = new SlowRootKey(LocalFileRootKey.openOrCreate(folder.resolve("root.key"), RANDOM));
        EnvelopeCipher cipher = new EnvelopeCipher(new SharedUnwraps(root), ids, RANDOM);
        StoredKeyrings keyrings = new StoredKeyrings(plain, cipher, clock);
        this.accessTimes = new AccessTimes(tenants, clock);
        this.instances = () -> new SecretService(tenants, access, keyrings, cipher, accessTimes, this::mountsAt, clock);
        this.secrets = instances.get();
        this.batch = new SecretBatch(tenants, access, keyrings, cipher, accessTimes, this::mountsAt, clock);
        this.listing = new SecretListing(tenants, access, this::mountsAt, clock);
    }

    public static TestVault open(Path folder) {
        return new TestVault(TestPostgres.migratedDatabase(Schema::migrate), folder, dataSource -> dataSource);
    }

    /** @param wrap what this module's statements go through */
    public static TestVault open(Path folder, UnaryOperator<DataSource> wrap) {
        return new TestVault(TestPostgres.migratedDatabase(Schema::migrate), folder, wrap);
    }

    /** With a memory of its own, on the same database. */
    public SecretService anotherInstance() {
        return instances.get();
    }

    /** What is mounted from now on, in every tenant. */
    public volatile MountTable mounted = MountTable.EMPTY;

    private MountTable mountsAt(TenantId owner, long epoch) {
        return mounted;
    }

    /** A user of a new tenant of a new partner. */
    public Actor stranger() {
        int number = NAMES.incrementAndGet();
        return actor(new TenantId("tnt_" + number), new PartnerId("ptn_" + number), "user:someone", Set.of());
    }

    public Actor actor(TenantId tenant, PartnerId partner, String identity, Set<String> roles) {
        registry.require(tenant, partner);
        return new Actor(
                new IdentityId(identity),
                identity,
                tenant,
                partner,
                Set.of("secrets:read", "secrets:write"),
                Set.of(),
                roles,
                null,
                Instant.now().plusSeconds(3_600),
                null);
    }

    /** A user of a new tenant that may do everything everywhere in it. */
    public Actor owner() {
        Actor actor = stranger();
        grant(actor, "**", "admin");
        return actor;
    }

    /** The id of the policy. */
    public String grant(Actor actor, String pattern, String... permissions) {
        Policy policy = policies.create(
                actor,
                new PolicyDraft(
                        "p" + NAMES.incrementAndGet(),
                        null,
                        List.of(new RuleDraft(pattern, List.of(permissions), null)),
                        null,
                        null),
                entry(actor, AuditAction.POLICY_CREATE, null));
        policies.bind(
                actor,
                policy.id(),
                new BindingDraft(
                        actor.identity().type().wireName(), actor.identity().value(), null),
                entry(actor, AuditAction.POLICY_BIND, null));
        return policy.id();
    }

    public void withdraw(Actor actor, String policyId) {
        policies.delete(actor, policyId, true, null, entry(actor, AuditAction.POLICY_DELETE, null));
    }

    public AuditEntry entry(Actor actor, AuditAction action, String path) {
        return entry(actor.tenant(), actor, action, path);
    }

    public AuditEntry entry(TenantId log, Actor actor, AuditAction action, String path) {
        return entries.succeeded(new Attempt(
                log, action, actor.identity(), null, path, "192.0.2.1", "test", ids.next("req_"), System.nanoTime()));
    }

    public static SecretSpace space(Actor actor) {
        return SecretSpace.ofTenant(actor.tenant(), actor.partner());
    }

    public Permit permit(Actor actor, Permission permission, String path) {
        return access.require(actor, permission, new SecretPath(path));
    }

    public static SecretDraft draft(String json) {
        return draft(json, null, OptionsPatch.NONE);
    }

    public static SecretDraft draft(String json, String metadataJson, OptionsPatch options) {
        return new SecretDraft(
                SensitiveBytes.owning(json.getBytes(StandardCharsets.UTF_8)),
                null,
                true,
                metadataJson,
                options,
                "because",
                "test/1");
    }

    public WriteResult put(Actor actor, String path, String json) {
        return put(actor, path, draft(json), Precondition.ANY);
    }

    public WriteResult put(Actor actor, String path, SecretDraft draft, Precondition precondition) {
        return secrets.write(
                permit(actor, Permission.WRITE, path),
                space(actor),
                new SecretPath(path),
                draft,
                precondition,
                entry(actor, AuditAction.WRITE, path));
    }

    public String get(Actor actor, String path) {
        return get(actor, path, null);
    }

    public String get(Actor actor, String path, Integer version) {
        try (RevealedSecret secret =
                secrets.read(permit(actor, Permission.READ, path), space(actor), new SecretPath(path), version)) {
            return text(secret);
        }
    }

    public static String text(RevealedSecret secret) {
        return new String(secret.data().expose(), StandardCharsets.UTF_8);
    }

    /** As a superuser. */
    public void execute(String sql) {
        try (Connection connection = database.superuser().dataSource().getConnection();
                Statement statement = connection.createStatement()) {
            statement.execute(sql);
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    /** The first column of the first row, as a superuser sees it. */
    public String text(String sql) {
        try (Connection connection = database.superuser().dataSource().getConnection();
                Statement statement = connection.createStatement();
                ResultSet results = statement.executeQuery(sql)) {
            return results.next() ? results.getString(1) : "";
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    @Override
    public void close() {
        secrets.close();
        app.close();
    }
}
