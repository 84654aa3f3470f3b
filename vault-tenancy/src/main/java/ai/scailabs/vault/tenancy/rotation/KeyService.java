package ai.scailabs.vault.tenancy.rotation;

import ai.scailabs.vault.audit.trail.AuditEntry;
import ai.scailabs.vault.audit.trail.AuditRows;
import ai.scailabs.vault.crypto.key.KeyId;
import ai.scailabs.vault.kernel.error.ErrorCode;
import ai.scailabs.vault.kernel.error.VaultException;
import ai.scailabs.vault.kernel.id.IdentityId;
import ai.scailabs.vault.kernel.id.Ids;
import ai.scailabs.vault.kernel.id.PartnerId;
import ai.scailabs.vault.kernel.id.TenantId;
import ai.scailabs.vault.persistence.tenant.TenantTransactions;
import ai.scailabs.vault.tenancy.rotation.GenerationRows.Generation;
import ai.scailabs.vault.tenancy.rotation.GenerationRows.PartnerKey;
import ai.scailabs.vault.tenancy.rotation.GenerationRows.TenantKey;
import ai.scailabs.vault.tenancy.rotation.KeyOverview.PartnerGeneration;
import ai.scailabs.vault.tenancy.rotation.KeyOverview.TenantGeneration;
import java.time.Clock;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.regex.Pattern;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/** Shows keys by name, asks for new generations, and tells what became of earlier jobs. Whether the caller may was decided before. Thread-safe. */
public final class KeyService {
    static final String JOB_PREFIX = "job_";

    private static final Pattern JOB_ID = Pattern.compile("job_[0-9A-HJKMNP-TV-Z]{26}");

    private final KeyJobRepository jobs;
    private final GenerationRows keys;
    private final List<SealedRows> kinds;
    private final @Nullable KeyUses uses;
    private final Supplier<String> rootKeyIds;
    private final Ids ids;
    private final Clock clock;

    /**
     * @param worker logs in as the worker role; absent where there are no jobs, and then what lies in many tenants is not counted
     * @param rows what keys of tenants wrap
     * @param rootKeyIds that wrap from now on, with a space between
     */
    public KeyService(
            TenantTransactions transactions,
            @Nullable DataSource worker,
            List<SealedRows> rows,
            Supplier<String> rootKeyIds,
            Ids ids,
            Clock clock) {
        this.jobs = new KeyJobRepository(transactions);
        this.keys = new GenerationRows(transactions, rootKeyIds);
        this.uses = worker == null ? null : new KeyUses(worker);
        this.kinds = List.copyOf(rows);
        this.rootKeyIds = rootKeyIds;
        this.ids = ids;
        this.clock = clock;
    }

    /** What those rights show. */
    public KeyOverview overview(KeyRights rights) {
        return new KeyOverview(
                split(rootKeyIds.get()),
                rights.ofRoot() ? rootUses() : null,
                rights.ofPartner() ? partnerGenerations(rights.partner()) : null,
                tenantGenerations(rights.tenant()));
    }

    /**
     * Whether keys of partners are stored, and the root keys that there are wrapped none of them. False where that is not known: there is no login for jobs, or a root key was never reached.
     *
     * @throws VaultException {@code service_unavailable}
     */
    public boolean isForeignRootKey() {
        String known = rootKeyIds.get();
        boolean eachIsKnown = !List.of(known.split(" ", -1)).contains("");
        return uses != null && eachIsKnown && uses.areAllOfOthers(known);
    }

    private @Nullable Map<String, Long> rootUses() {
        if (uses == null) {
            return null;
        }
        Map<String, Long> all = new LinkedHashMap<>();
        split(rootKeyIds.get()).forEach(id -> all.put(id, 0L));
        all.putAll(uses.ofRootKeys());
        return all;
    }

    private List<PartnerGeneration> partnerGenerations(PartnerId partner) {
        Map<KeyId, Long> counted = uses == null ? null : uses.ofPartner(partner);
        List<PartnerGeneration> generations = new ArrayList<>();
        for (PartnerKey key : keys.partnerKeys(TenantId.sharedBy(partner), partner)) {
            Generation each = key.generation();
            generations.add(new PartnerGeneration(
                    each.id().toString(),
                    each.number(),
                    state(each),
                    each.createdAt(),
                    split(key.rootKeyIds()),
                    counted == null ? null : counted.getOrDefault(each.id(), 0L)));
        }
        return generations;
    }

    private List<TenantGeneration> tenantGenerations(TenantId tenant) {
        Map<String, Map<KeyId, Long>> counts = new LinkedHashMap<>();
        kinds.forEach(kind -> counts.put(kind.kind(), kind.counts(tenant)));
        List<TenantGeneration> generations = new ArrayList<>();
        for (TenantKey key : keys.tenantKeys(tenant)) {
            Generation each = key.generation();
            Map<String, Long> rows = new LinkedHashMap<>();
            counts.forEach((kind, count) -> rows.put(kind, count.getOrDefault(each.id(), 0L)));
            generations.add(
                    new TenantGeneration(each.id().toString(), each.number(), state(each), each.createdAt(), rows));
        }
        return generations;
    }

    /**
     * Puts down that the key of the level gets a new generation, or the root key is asked anew for all that it wraps.
     *
     * @param entry of the {@linkplain KeyRights#spaceOf space} of that level, written in the same transaction
     * @throws VaultException {@code conflict} with {@code state} and {@code job_id} while one is under way; without {@code job_id} when that was another partner's request; {@code
     *     kms_unavailable} when a root key has never been reached
     */
    public KeyJob rotate(KeyRights rights, KeyLevel level, IdentityId by, AuditEntry entry) {
        return rotate(rights, level, null, by, entry);
    }

    /**
     * As {@link #rotate(KeyRights, KeyLevel, IdentityId, AuditEntry)}; for the root, one of the root keys may be left out of what wraps from then on.
     *
     * @param forget the id of one of the root keys that there are, and not of the only one; null for none
     * @throws VaultException {@code validation_error} when it is anything else
     */
    public KeyJob rotate(KeyRights rights, KeyLevel level, @Nullable String forget, IdentityId by, AuditEntry entry) {
        if (!rights.include(level)) {
            throw new IllegalArgumentException("the rights do not include " + level);
        }
        TenantId space = rights.spaceOf(level);
        KeyJobKind kind = KeyJobKind.rotationOf(level);
        KeyJob wanted = newJob(space, ids, kind, KeyJobTrigger.REQUEST, by, now());
        String rootKeys = level == KeyLevel.ROOT ? without(forget, knownRootKeys()) : null;
        return jobs.transactions().inTransaction(space, tx -> {
            if (!jobs.add(tx, wanted, KeyJobStep.START, rootKeys)) {
                throw underWay(jobs.underWay(tx, kind));
            }
            Map<String, Object> extra = new HashMap<>(entry.extra());
            extra.put("kind", kind.wireName());
            if (forget != null) {
                extra.put("forget", forget);
            }
            tx.update(
                    AuditRows.INSERT,
                    AuditRows.arguments(entry.withPath(wanted.id()).withExtra(extra)));
            return wanted;
        });
    }

    /** By which keys are wrapped from now on, all of them. */
    private String knownRootKeys() {
        String names = rootKeyIds.get();
        if (names.isEmpty() || names.startsWith(" ") || names.endsWith(" ")) {
            throw new VaultException(ErrorCode.KMS_UNAVAILABLE, "A root key has not been reached yet");
        }
        return names;
    }

    private static String without(@Nullable String forget, String names) {
        if (forget == null) {
            return names;
        }
        List<String> left = new ArrayList<>(split(names));
        if (!left.remove(forget) || left.isEmpty()) {
            throw VaultException.invalidField("forget", "must be the id of one of the two root keys of the settings");
        }
        return String.join(" ", left);
    }

    private static VaultException underWay(Optional<String> job) {
        Map<String, Object> details = new HashMap<>();
        details.put("state", "under_way");
        job.ifPresent(id -> details.put("job_id", id));
        return new VaultException(ErrorCode.CONFLICT, "A rotation of this key is under way", details);
    }

    /**
     * A job that the rights include.
     *
     * @throws VaultException {@code not_found}
     */
    public KeyJob find(KeyRights rights, String id) {
        if (JOB_ID.matcher(id).matches()) {
            for (TenantId space : rights.spaces()) {
                Optional<KeyJob> found = jobs.find(space, rights.kindsIn(space), id);
                if (found.isPresent()) {
                    return found.get();
                }
            }
        }
        throw new VaultException(ErrorCode.NOT_FOUND, "There is no such job");
    }

    /**
     * The jobs that the rights include, the newest first; one more than the limit when there are more.
     *
     * @param before the id of the last of the page before; null to begin
     * @throws VaultException {@code invalid_cursor}
     */
    public List<KeyJob> list(KeyRights rights, int limit, @Nullable String before) {
        if (before != null && !JOB_ID.matcher(before).matches()) {
            throw new VaultException(ErrorCode.INVALID_CURSOR, "The cursor names no job");
        }
        return rights.spaces().stream()
                .flatMap(space -> jobs.page(space, rights.kindsIn(space), limit + 1, before).stream())
                .sorted(Comparator.comparing(KeyJob::id).reversed())
                .limit(limit + 1L)
                .toList();
    }

    static KeyJob newJob(TenantId space, Ids ids, KeyJobKind kind, KeyJobTrigger trigger, IdentityId by, Instant now) {
        return new KeyJob(
                space,
                ids.next(JOB_PREFIX),
                kind,
                trigger,
                by.value(),
                KeyJobStatus.PENDING,
                now,
                null,
                null,
                null,
                null,
                0,
                0,
                null,
                null);
    }

    private static List<String> split(String names) {
        return names.isEmpty() ? List.of() : Arrays.asList(names.split(" "));
    }

    private static String state(Generation generation) {
        return generation.active() ? "active" : "retired";
    }

    private Instant now() {
        return clock.instant().truncatedTo(ChronoUnit.MICROS);
    }
}
