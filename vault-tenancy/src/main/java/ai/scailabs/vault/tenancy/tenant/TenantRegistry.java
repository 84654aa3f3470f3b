package ai.scailabs.vault.tenancy.tenant;

import ai.scailabs.vault.kernel.error.ErrorCode;
import ai.scailabs.vault.kernel.error.VaultException;
import ai.scailabs.vault.kernel.id.PartnerId;
import ai.scailabs.vault.kernel.id.TenantId;
import ai.scailabs.vault.persistence.tenant.TenantTransactions;
import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.Optional;

/**
 * The tenants that have been seen. ScaiKey decides which exist: a tenant appears here, with its partner and the partner's shared space, when the first authenticated
 * request names it. Several instances may do so at once. Thread-safe.
 */
public final class TenantRegistry {
    private static final int MAX_REMEMBERED = 100_000;
    private static final Duration MAX_AGE = Duration.ofSeconds(5);

    private static final String SELECT =
            "select partner_id, status = 'active', epoch, soft_delete_days from tenant where tenant_id = ?";

    /** One statement, so that a tenant never stands without its partner. */
    private static final String INSERT = """
            with known_partner as (
                insert into partner (partner_id, created_at) values (?, ?) on conflict do nothing
            )
            insert into tenant (tenant_id, partner_id, created_at) values (?, ?, ?) on conflict do nothing
            """;

    private final TenantTransactions tenants;
    private final Clock clock;
    private final long maxAgeNanos;
    private final Cache<TenantId, KnownTenant> remembered =
            Caffeine.newBuilder().maximumSize(MAX_REMEMBERED).build();

    public TenantRegistry(TenantTransactions tenants, Clock clock) {
        this(tenants, clock, MAX_AGE);
    }

    /** @param maxAge after which what is remembered of a tenant's state is read anew */
    TenantRegistry(TenantTransactions tenants, Clock clock, Duration maxAge) {
        this.tenants = tenants;
        this.clock = clock;
        this.maxAgeNanos = maxAge.toNanos();
    }

    /**
     * Makes sure that the tenant is known and belongs to the partner, for every request. From memory most of the time: status, epoch and settings are then up to five
     * seconds old, and what must be newer is compared with the epoch that the request's own statement returns.
     *
     * @param tenant a tenant, or the partner's shared space
     * @throws VaultException {@code tenant_access_denied} when the tenant belongs to another partner or is suspended; {@code service_unavailable} when the
     *     database cannot tell
     */
    public TenantState require(TenantId tenant, PartnerId partner) {
        KnownTenant known = remembered.getIfPresent(tenant);
        if (known == null) {
            return admitted(read(tenant, partner), partner);
        }
        if (known.isOlderThan(maxAgeNanos, System.nanoTime()) && known.claimReread()) {
            return admitted(reread(known, partner), partner);
        }
        return admitted(known.state(), partner);
    }

    /**
     * As {@link #require}, and as the database has it at this moment.
     *
     * @throws VaultException as there
     */
    public TenantState requireNow(TenantId tenant, PartnerId partner) {
        return admitted(read(tenant, partner), partner);
    }

    /**
     * As {@link #require} for a tenant that somebody of the partner asks for by its id. Makes none.
     *
     * @throws VaultException {@code tenant_not_found} when no tenant of the partner bears the id, whether or not another's does; {@code tenant_access_denied} when it is
     *     suspended; {@code service_unavailable}
     */
    public TenantState requireExisting(TenantId tenant, PartnerId partner) {
        KnownTenant known = remembered.getIfPresent(tenant);
        if (known != null && known.state().partner().equals(partner)) {
            return require(tenant, partner);
        }
        // Another partner's is looked up as well, although it may be remembered: an answer from memory would tell it by
        // its speed.
        long askedAt = System.nanoTime();
        TenantState state =
                find(tenant).filter(found -> found.partner().equals(partner)).orElseThrow(TenantRegistry::notFound);
        remembered.put(tenant, new KnownTenant(state, askedAt));
        return admitted(state, partner);
    }

    /**
     * Makes a tenant known before anybody comes with a token of it. Tells to which partner it belongs: not to the given one, when it was known as another's.
     *
     * @throws VaultException {@code service_unavailable}
     */
    public PartnerId know(TenantId tenant, PartnerId partner) {
        KnownTenant known = remembered.getIfPresent(tenant);
        return known != null ? known.state().partner() : read(tenant, partner).partner();
    }

    public static VaultException notFound() {
        return new VaultException(ErrorCode.TENANT_NOT_FOUND, "The partner has no such tenant");
    }

    private TenantState reread(KnownTenant known, PartnerId partner) {
        try {
            return read(known.state().tenant(), partner);
        } catch (RuntimeException | Error failure) {
            known.giveUpReread();
            throw failure;
        }
    }

    private TenantState read(TenantId tenant, PartnerId partner) {
        long askedAt = System.nanoTime();
        TenantState state = find(tenant).orElseGet(() -> register(tenant, partner));
        remembered.put(tenant, new KnownTenant(state, askedAt));
        return state;
    }

    private Optional<TenantState> find(TenantId tenant) {
        return tenants.queryOne(tenant, SELECT, (row, number) -> state(tenant, row), tenant.value());
    }

    /** The shared space first: wherever this is interrupted, a tenant that exists has one. */
    private TenantState register(TenantId tenant, PartnerId partner) {
        TenantId shared = TenantId.sharedBy(partner);
        requireOwnShare(tenant, shared);
        insert(shared, partner);
        if (!tenant.equals(shared)) {
            insert(tenant, partner);
        }
        return find(tenant).orElseThrow(() -> new IllegalStateException("a tenant vanished: " + tenant));
    }

    private void insert(TenantId tenant, PartnerId partner) {
        var now = clock.instant().truncatedTo(ChronoUnit.MICROS);
        tenants.update(tenant, INSERT, partner.value(), now, tenant.value(), partner.value(), now);
    }

    /** A shared space that nobody has seen yet must not become another partner's tenant. */
    private static void requireOwnShare(TenantId tenant, TenantId shared) {
        if (tenant.value().startsWith("ptn_") && !tenant.equals(shared)) {
            throw denied("The tenant does not belong to the partner");
        }
    }

    private static TenantState admitted(TenantState state, PartnerId partner) {
        if (!state.partner().equals(partner)) {
            throw denied("The tenant does not belong to the partner");
        }
        if (!state.active()) {
            throw denied("The tenant is suspended");
        }
        return state;
    }

    private static VaultException denied(String message) {
        return new VaultException(ErrorCode.TENANT_ACCESS_DENIED, message);
    }

    private static TenantState state(TenantId tenant, ResultSet row) throws SQLException {
        return new TenantState(
                tenant, new PartnerId(row.getString(1)), row.getBoolean(2), row.getLong(3), row.getInt(4));
    }
}
