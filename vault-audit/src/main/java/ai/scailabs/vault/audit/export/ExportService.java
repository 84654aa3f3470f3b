package ai.scailabs.vault.audit.export;

import ai.scailabs.vault.audit.proof.LeafTimes;
import ai.scailabs.vault.audit.trail.AuditEntry;
import ai.scailabs.vault.audit.trail.AuditRows;
import ai.scailabs.vault.kernel.error.ErrorCode;
import ai.scailabs.vault.kernel.error.VaultException;
import ai.scailabs.vault.kernel.id.IdentityId;
import ai.scailabs.vault.kernel.id.Ids;
import ai.scailabs.vault.kernel.id.TenantId;
import ai.scailabs.vault.persistence.tenant.TenantTransaction;
import ai.scailabs.vault.persistence.tenant.TenantTransactions;
import java.time.Clock;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiPredicate;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Takes orders for exports, tells how far they are, and ends them before their time. Whether the caller may was decided before. Thread-safe. */
public final class ExportService {
    private static final Pattern ID = Pattern.compile("exp_[0-7][0-9A-HJKMNP-TV-Z]{25}");

    private final ExportRepository exports;
    private final LeafTimes times;
    private final ExportTerms terms;
    private final BiPredicate<TenantId, ExportOrder> allowed;
    private final Ids ids;
    private final Clock clock;

    /** @param allowed whether the service may write to such a destination with its own identity, when no credentials are named */
    public ExportService(
            TenantTransactions transactions,
            ExportTerms terms,
            BiPredicate<TenantId, ExportOrder> allowed,
            Ids ids,
            Clock clock) {
        this.exports = new ExportRepository(transactions);
        this.times = new LeafTimes(transactions);
        this.terms = terms;
        this.allowed = allowed;
        this.ids = ids;
        this.clock = clock;
    }

    /** An id for an order that is about to be put down. */
    public String newId() {
        return ids.next(Export.PREFIX);
    }

    /**
     * Puts down what is to be exported.
     *
     * @param entry of the tenant's log, written in the same transaction; gets what the order is about
     * @throws VaultException {@code validation_error} for times that make no sense, and for a destination that takes credentials; {@code conflict} when too many are under way; {@code tenant_not_found}
     */
    public Export create(TenantId tenant, String id, ExportOrder order, IdentityId by, AuditEntry entry) {
        Instant now = clock.instant().truncatedTo(ChronoUnit.MICROS);
        requireSense(order, now);
        if (order.credentialsPath() == null && !allowed.test(tenant, order)) {
            throw VaultException.invalidField(
                    "destination.credentials_path", "is needed: the service does not write to this bucket as itself");
        }
        long estimated = times.estimate(tenant, order.from(), order.to());
        return exports.transactions().inTransaction(tenant, tx -> {
            if (exports.countOpen(tx) >= ExportTerms.MOST_OPEN) {
                throw conflict("So many exports are under way that another has to wait", "too_many_open");
            }
            Export export = new Export(
                    tenant,
                    exports.partner(tx)
                            .orElseThrow(
                                    () -> new VaultException(ErrorCode.TENANT_NOT_FOUND, "There is no such tenant")),
                    id,
                    order,
                    by.value(),
                    now,
                    entry.id(),
                    estimated,
                    terms.fileEntries(),
                    initial());
            exports.add(tx, export);
            record(tx, entry, export);
            return export;
        });
    }

    private static void requireSense(ExportOrder order, Instant now) {
        Instant from = order.from();
        Instant to = order.to();
        if (order.continuous() != (to == null)) {
            throw VaultException.invalidField("to", "cannot be set where continuous is true");
        }
        if (from != null && from.isAfter(now)) {
            throw VaultException.invalidField("from", "must not lie in the future");
        }
        if (to != null && to.isAfter(now)) {
            throw VaultException.invalidField("to", "must not lie in the future: an export that goes on is continuous");
        }
        if (from != null && to != null && !from.isBefore(to)) {
            throw VaultException.invalidField("to", "must be later than from");
        }
    }

    private static Export.State initial() {
        return new Export.State(
                ExportStatus.PENDING,
                Export.Part.initial(),
                Export.Totals.NONE,
                1,
                0,
                null,
                null,
                null,
                null,
                null,
                null);
    }

    /**
     * Ends it before its time; what is written stays.
     *
     * @throws VaultException {@code not_found}; {@code conflict} with {@code state} when it is over
     */
    public Export cancel(TenantId tenant, String id, AuditEntry entry) {
        requireForm(id);
        Instant now = clock.instant().truncatedTo(ChronoUnit.MICROS);
        return exports.transactions().inTransaction(tenant, tx -> {
            Export seen = exports.lock(tx, id).orElseThrow(ExportService::notFound);
            if (!seen.state().status().isOpen()) {
                throw conflict(
                        "The export is " + seen.state().status().wireName(),
                        seen.state().status().wireName());
            }
            Export ended = seen.with(seen.state().ended(ExportStatus.CANCELLED, null, now));
            Export saved = exports.save(tx, ended, now).orElseThrow(ExportService::notFound);
            record(tx, entry, saved);
            return saved;
        });
    }

    /** @throws VaultException {@code not_found} */
    public Export find(TenantId tenant, String id) {
        requireForm(id);
        return exports.find(tenant, id).orElseThrow(ExportService::notFound);
    }

    /** What it has written: all of a bounded export, and of a continuous one the manifests of its newest parts, the newest first. */
    public List<ExportedFile> files(Export export, int limit) {
        return export.order().continuous()
                ? exports.manifests(export, limit)
                : exports.files(export, export.state().part().number(), limit);
    }

    /**
     * The newest first; one more than the limit when there are more.
     *
     * @param before the id of the last of the page before; null to begin
     * @throws VaultException {@code invalid_cursor}
     */
    public List<Export> list(TenantId tenant, int limit, @Nullable String before) {
        if (before != null && !ID.matcher(before).matches()) {
            throw new VaultException(ErrorCode.INVALID_CURSOR, "The cursor names no export");
        }
        return exports.page(tenant, limit + 1, before);
    }

    private static void record(TenantTransaction tx, AuditEntry entry, Export export) {
        ExportOrder order = export.order();
        Map<String, Object> extra = new LinkedHashMap<>(entry.extra());
        extra.put("format", order.format().wireName());
        extra.put("continuous", order.continuous());
        extra.put(
                "destination",
                order.destination().type() + ":" + order.destination().bucket());
        if (order.credentialsPath() != null) {
            extra.put("credentials_path", order.credentialsPath().value());
        }
        tx.update(
                AuditRows.INSERT,
                AuditRows.arguments(entry.withPath(export.id()).withExtra(extra)));
    }

    private static void requireForm(String id) {
        if (!ID.matcher(id).matches()) {
            throw notFound();
        }
    }

    private static VaultException notFound() {
        return new VaultException(ErrorCode.NOT_FOUND, "There is no such export");
    }

    private static VaultException conflict(String message, String state) {
        return new VaultException(ErrorCode.CONFLICT, message, Map.of("state", state));
    }
}
