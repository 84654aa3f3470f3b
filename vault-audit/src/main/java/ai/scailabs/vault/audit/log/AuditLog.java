package ai.scailabs.vault.audit.log;

import ai.scailabs.vault.audit.trail.AuditAction;
import ai.scailabs.vault.audit.trail.RequestTime;
import ai.scailabs.vault.kernel.id.Ids;
import ai.scailabs.vault.kernel.id.TenantId;
import ai.scailabs.vault.persistence.tenant.TenantTransactions;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/** The trail of one tenant, newest entry first. What a page costs does not depend on how long the trail is. */
public final class AuditLog {
    private static final String SELECT_ONE = "select " + EntryRows.COLUMNS
            + " from audit_log a where tenant_id = ? and occurred_at between ? and ? and log_id = ?";

    /** An id is made in the same moment as the entry's time; only a clock that was set back lets them differ by more. */
    private static final List<Duration> APART = List.of(Duration.ofMillis(50), Duration.ofSeconds(15));

    /** Actions that are looked for one by one; with more of them it is likelier to meet one. */
    private static final int FEW_ACTIONS = 3;

    /** After this a page is what was found, so that one comes within 50 milliseconds where a step takes a few. */
    private static final Duration PATIENCE = Duration.ofMillis(25);

    private final TenantTransactions tenants;
    private final EntryWalk walk;
    private final Slices slices;

    public AuditLog(TenantTransactions tenants) {
        this.tenants = tenants;
        this.walk = new EntryWalk(tenants);
        this.slices = new Slices(tenants);
    }

    /**
     * Nobody knows beforehand which filter leaves few entries: each way is gone for a bounded number of rows or a bounded time, until one leads to a whole page. When none does, the page
     * is what the ways showed together.
     */
    public AuditPage find(TenantId tenant, AuditQuery query) {
        long begun = System.nanoTime();
        BooleanSupplier enough = () -> System.nanoTime() - begun > PATIENCE.toNanos();
        SliceTerms terms = SliceTerms.of(query);
        AuditPage page = byIndexes(tenant, query);
        if (page == null) {
            page = walk.byTime(tenant, query, query.start(), terms == null ? EntryWalk.LONGEST : EntryWalk.SHORT);
        }
        if (terms == null || page.end() == null || page.isWhole(query.limit())) {
            return page;
        }
        AuditPage sliced = bySlices(tenant, query, terms, page, enough);
        if (sliced != null) {
            return sliced;
        }
        // The newest entries are not sliced yet.
        page = page.with(walk.byTime(tenant, query, page.end(), EntryWalk.LONGEST), query.limit());
        AuditPage behind = bySlices(tenant, query, terms, page, enough);
        return behind == null ? page : behind;
    }

    /** The page, and what slices show that begin where it ends; null when there are none yet. */
    private @Nullable AuditPage bySlices(
            TenantId tenant, AuditQuery query, SliceTerms terms, AuditPage page, BooleanSupplier enough) {
        AuditPosition end = page.end();
        if (end == null || page.isWhole(query.limit())) {
            return page;
        }
        return slices.page(tenant, query, terms, end, enough)
                .map(next -> page.with(next, query.limit()))
                .orElse(null);
    }

    /** Null when no index fits. */
    private @Nullable AuditPage byIndexes(TenantId tenant, AuditQuery query) {
        int limit = query.limit();
        AuditPage best = null;
        if (query.requestId() != null) {
            best = byRequest(tenant, query, query.requestId());
        }
        if (isAboutFewRareActions(query) && isOpen(best, limit)) {
            best = farther(best, byActions(tenant, query));
        }
        if (Boolean.FALSE.equals(query.success()) && isOpen(best, limit)) {
            best = farther(best, walk.byFailure(tenant, query));
        }
        return best;
    }

    private AuditPage byRequest(TenantId tenant, AuditQuery query, String requestId) {
        AuditPage apart = walk.byRequest(tenant, query, requestId);
        return RequestTime.of(requestId)
                .map(span -> walk.byTimeOfRequest(tenant, query.within(span.first(), span.end())))
                .map(atOnce -> apart.beside(atOnce, query.limit()))
                .orElse(apart);
    }

    private static boolean isOpen(@Nullable AuditPage page, int limit) {
        return page == null || !page.isWhole(limit);
    }

    private static AuditPage farther(@Nullable AuditPage one, AuditPage other) {
        return one == null || other.reachesFartherThan(one) ? other : one;
    }

    private static boolean isAboutFewRareActions(AuditQuery query) {
        List<AuditAction> actions = query.actions();
        return !actions.isEmpty() && actions.size() <= FEW_ACTIONS && !actions.contains(AuditAction.READ);
    }

    private AuditPage byActions(TenantId tenant, AuditQuery query) {
        return query.actions().stream()
                .distinct()
                .map(action -> walk.byAction(tenant, query, action.wireName()))
                .reduce((one, other) -> one.beside(other, query.limit()))
                .orElseThrow();
    }

    /** The entry of the id, by a short range of the primary key. */
    public Optional<RecordedEntry> find(TenantId tenant, UUID id) {
        Instant madeAt = Ids.madeAt(id);
        for (Duration apart : APART) {
            Optional<RecordedEntry> found = tenants.queryOne(
                    tenant,
                    SELECT_ONE,
                    (row, number) -> EntryRows.read(row),
                    tenant.value(),
                    madeAt.minus(apart),
                    madeAt.plus(apart),
                    id);
            if (found.isPresent()) {
                return found;
            }
        }
        return Optional.empty();
    }
}
