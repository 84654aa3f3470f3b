package ai.scailabs.vault.api.request;

import ai.scailabs.vault.access.decision.AccessControl;
import ai.scailabs.vault.access.identity.Actor;
import ai.scailabs.vault.access.identity.Caller;
import ai.scailabs.vault.access.identity.Workload;
import ai.scailabs.vault.audit.trail.Attempt;
import ai.scailabs.vault.audit.trail.AuditAction;
import ai.scailabs.vault.audit.trail.AuditEntries;
import ai.scailabs.vault.audit.trail.AuditEntry;
import ai.scailabs.vault.audit.trail.AuditReceipt;
import ai.scailabs.vault.audit.trail.AuditTrail;
import ai.scailabs.vault.audit.trail.Premise;
import ai.scailabs.vault.kernel.error.ErrorCode;
import ai.scailabs.vault.kernel.error.VaultException;
import ai.scailabs.vault.kernel.id.IdentityId;
import ai.scailabs.vault.kernel.id.Ids;
import ai.scailabs.vault.kernel.id.TenantId;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * One authenticated request: who asks, what they set out to do, and how it is recorded. A controller names the resource with {@link #about} as soon as it
 * is known to be well-formed, so that a refusal is recorded with it. Lives as long as the request; not thread-safe.
 */
public final class Call {
    /** From the arrival of a request that cannot be served until its caller is told so. */
    private static final Duration LONGEST_OUTAGE = Duration.ofSeconds(3);
    /** What is left in any case to record that. */
    private static final Duration LEAST_PATIENCE = Duration.ofMillis(250);

    /** Of the ids of decisions. */
    public static final String DECISION_PREFIX = "dec_";

    static final String ATTRIBUTE = Call.class.getName();

    private final AuditTrail trail;
    private final AuditEntries entries;
    private final RequestFacts facts;
    private final AuditAction action;
    private final AuditAction whileUnknown;
    private TenantId logWhileUnknown = TenantId.UNIDENTIFIED;
    private @Nullable Actor caller;
    private @Nullable Actor actor;
    private @Nullable String path;
    private @Nullable TenantId sharedSpace;
    private boolean refusalRecorded;
    private boolean unreadQuery;

    /**
     * @param bearer whether its token tells who calls; else the handler does
     * @param query whether the request has one: it must be read before anything is done
     */
    Call(
            AuditTrail trail,
            AuditEntries entries,
            RequestFacts facts,
            AuditAction action,
            boolean bearer,
            boolean query) {
        this.trail = trail;
        this.entries = entries;
        this.facts = facts;
        this.action = action;
        this.whileUnknown = bearer ? AuditAction.AUTHENTICATE : action;
        this.unreadQuery = query;
    }

    /** It is about this tenant, although who calls is not known yet: a refusal goes to its log. */
    public void concerns(TenantId tenant) {
        this.logWhileUnknown = tenant;
    }

    /** Who calls, for a handler that finds out by itself. */
    public void identifiedAs(Actor identified) {
        this.caller = identified;
        this.actor = identified;
    }

    /** @param acting the caller, perhaps on another tenant of its partner */
    void actingAs(Actor acting) {
        this.actor = acting;
    }

    /** The token's bearer in the tenant that this call acts on. Known once the interceptor let the request through, hence in every controller. */
    public Actor actor() {
        return identified(actor);
    }

    /** The token's bearer in the token's own tenant. */
    public Actor caller() {
        return identified(caller);
    }

    /** The actor, and where it calls from. */
    public Caller located() {
        return new Caller(actor(), facts.callerAddress());
    }

    private static Actor identified(@Nullable Actor known) {
        if (known == null) {
            throw new IllegalStateException("not authenticated");
        }
        return known;
    }

    /** The tenant that this call acts on. */
    public TenantId tenant() {
        return actor().tenant();
    }

    /** Whether that is another than the token's. */
    public boolean isAbroad() {
        return !tenant().equals(caller().tenant());
    }

    public RequestFacts facts() {
        return facts;
    }

    /** Names the resource: a legal path or an id of ours, never raw input. */
    public void about(String resource) {
        this.path = resource;
    }

    /** The resource by the name that it has in the log of the tenant that is acted on; null where there is none. */
    @Nullable
    String resource() {
        return sharedSpace == null || path == null ? path : AccessControl.SHARED_SPACE + path;
    }

    /** The resource lies in the space that the caller's partner shares: what is done is recorded in both logs. */
    public void inShared(TenantId space) {
        this.sharedSpace = space;
    }

    /** Whoever reads the query refuses what of it is not known. */
    void queryIsRead() {
        unreadQuery = false;
    }

    /** What an operation does not look at it does not ignore: the caller may have meant something by it. */
    private void requireKnownQuery() {
        if (unreadQuery) {
            throw new VaultException(ErrorCode.INVALID_REQUEST, "The endpoint takes no query parameters");
        }
    }

    /** The entry of a change, to be written in its own transaction. */
    public AuditEntry entry() {
        requireKnownQuery();
        return byWhom(entries.succeeded(attempt(place(), path)));
    }

    /** The entry of something else that the call does besides, in a transaction of its own. */
    public AuditEntry entryOf(AuditAction other) {
        TenantId home = caller().tenant();
        TenantId log = place();
        return byWhom(entries.succeeded(
                facts.attempt(log, other, caller().identity(), log.equals(home) ? null : home, nameIn(log, path))));
    }

    /** The entry of a change that somebody else than a token's bearer makes, of whom the handler is sure. */
    public AuditEntry entryBy(IdentityId by, TenantId log) {
        return entries.succeeded(facts.attempt(log, action, by, null, path));
    }

    /** After the transaction that carried {@link #entry()}. */
    public AuditReceipt changed() {
        return appendTo(witnesses(), path, null, Map.of());
    }

    /** Queues the entry of a successful read; the answer waits for it. */
    public AuditReceipt recorded() {
        return recorded(Map.of());
    }

    /** As {@link #recorded()}, if the premise holds when the entry is written; for a call that acts on the token's own tenant. */
    public AuditReceipt recordedIf(Premise premise) {
        requireKnownQuery();
        return trail.appendIf(premise, byWhom(entries.succeeded(attempt(tenant(), path))));
    }

    /** As {@link #recorded()}, with what was found. */
    public AuditReceipt recorded(Map<String, Object> extra) {
        return recordedAbout(path, null, extra);
    }

    /** Queues an entry about one of several resources of this request. */
    public AuditReceipt recordedAbout(
            @Nullable String resource, @Nullable ErrorCode failure, Map<String, Object> extra) {
        requireKnownQuery();
        Set<TenantId> logs = new LinkedHashSet<>();
        logs.add(place());
        logs.addAll(witnesses());
        return appendTo(logs, resource, failure, extra);
    }

    /** As {@link #recordedAbout} for a refusal, with its evidence in the log of the tenant whose policies refused. */
    public Refusal refusedAbout(String resource, VaultException failure, Map<String, Object> extra) {
        Set<TenantId> logs = new LinkedHashSet<>();
        logs.add(place());
        logs.addAll(witnesses());
        return refuseIn(logs, resource, failure, extra);
    }

    /** Queues the entry of a refusal or failure; before authentication it goes to the log of the unidentified. */
    public Refusal refused(VaultException failure) {
        return refused(failure, Map.of());
    }

    /** As {@link #refused(VaultException)}, with what the row is to tell besides. */
    Refusal refused(VaultException failure, Map<String, Object> extra) {
        if (actor == null) {
            Map<String, Object> all = new LinkedHashMap<>(extra);
            all.putAll(failure.evidence());
            AuditEntry entry =
                    entries.failed(facts.attempt(logWhileUnknown, whileUnknown, null, null, null), failure.code());
            return new Refusal(trail.append(entry.withExtra(all)), failure);
        }
        Set<TenantId> logs = new LinkedHashSet<>();
        logs.add(tenant());
        logs.add(caller().tenant());
        return refuseIn(logs, path, failure, extra);
    }

    /** A decision is found by the entry that holds its evidence, which no other log gets. */
    private Refusal refuseIn(
            Set<TenantId> logs, @Nullable String resource, VaultException failure, Map<String, Object> extra) {
        AuditReceipt last = AuditReceipt.ofCommittedChange();
        VaultException shown = failure;
        for (TenantId log : logs) {
            settle(last, failure);
            AuditEntry entry = entries.failed(attempt(log, resource), failure.code());
            Map<String, Object> all = new LinkedHashMap<>(behind());
            all.putAll(extra);
            if (log.equals(tenant()) && !failure.evidence().isEmpty()) {
                all.putAll(failure.evidence());
                shown = failure.withDetail("decision_id", Ids.text(DECISION_PREFIX, entry.id()));
            }
            last = trail.append(entry.withExtra(all));
        }
        return new Refusal(last, shown);
    }

    /**
     * Returns when the refusal may be told. What is away has been waited for once: its row is not waited for as long again, and tells the caller nothing that they would not be
     * told without it.
     *
     * @throws VaultException {@code service_unavailable} when the row is not durable
     */
    public void settle(Refusal refusal) {
        settle(refusal.receipt(), refusal.shown());
    }

    private void settle(AuditReceipt receipt, VaultException failure) {
        if (failure.code() != ErrorCode.SERVICE_UNAVAILABLE) {
            receipt.await();
            return;
        }
        long wholeRequest = facts.startedNanos() + LONGEST_OUTAGE.toNanos();
        long fromNow = System.nanoTime() + LEAST_PATIENCE.toNanos();
        receipt.awaitUntil(wholeRequest - fromNow > 0 ? wholeRequest : fromNow);
    }

    /** A durable row tells of the refusal, be it another call's: what answers it need not record it again. */
    void refusalIsRecorded() {
        refusalRecorded = true;
    }

    public boolean isRefusalRecorded() {
        return refusalRecorded;
    }

    /** Whose log tells what happened there: the tenant that is acted on, or the space that its partner shares. */
    private TenantId place() {
        return sharedSpace == null ? tenant() : sharedSpace;
    }

    /** Whose logs tell what was done from there, or on their behalf, in another place. */
    private Set<TenantId> witnesses() {
        if (sharedSpace == null && !isAbroad()) {
            return Set.of();
        }
        Set<TenantId> logs = new LinkedHashSet<>();
        logs.add(tenant());
        logs.add(caller().tenant());
        logs.remove(place());
        return logs;
    }

    /** All are durable when the receipt says that the last is. */
    private AuditReceipt appendTo(
            Set<TenantId> logs, @Nullable String resource, @Nullable ErrorCode failure, Map<String, Object> extra) {
        AuditReceipt last = AuditReceipt.ofCommittedChange();
        for (TenantId log : logs) {
            last.await();
            Attempt attempt = attempt(log, resource);
            AuditEntry entry = byWhom(failure == null ? entries.succeeded(attempt) : entries.failed(attempt, failure));
            last = trail.append(extra.isEmpty() ? entry : withMore(entry, extra));
        }
        return last;
    }

    private static AuditEntry withMore(AuditEntry entry, Map<String, Object> extra) {
        if (entry.extra().isEmpty()) {
            return entry.withExtra(extra);
        }
        Map<String, Object> all = new LinkedHashMap<>(entry.extra());
        all.putAll(extra);
        return entry.withExtra(all);
    }

    /** What a workload does under the name of an identity is told of the workload, too. */
    private AuditEntry byWhom(AuditEntry entry) {
        return caller == null || caller.workload() == null ? entry : entry.withExtra(behind());
    }

    private Map<String, Object> behind() {
        Workload workload = caller == null ? null : caller.workload();
        return workload == null
                ? Map.of()
                : Map.of(
                        "act",
                        Map.of("iss", workload.issuer(), "sub", workload.subject()),
                        "trust_id",
                        workload.trustId());
    }

    /** Whose refusals share a row: the identity's, or those of an address when it is not known. */
    RefusalSource source() {
        return new RefusalSource(
                actor == null ? logWhileUnknown : actor.tenant(),
                actor == null ? null : actor.identity(),
                action,
                facts.sourceIp());
    }

    private Attempt attempt(TenantId log, @Nullable String resource) {
        TenantId home = caller().tenant();
        return facts.attempt(log, action, caller().identity(), log.equals(home) ? null : home, nameIn(log, resource));
    }

    /** What its partner shares goes by the name that policies use in a tenant's log; what was done abroad bears that tenant's name at home. */
    private @Nullable String nameIn(TenantId log, @Nullable String resource) {
        String name = resource;
        if (sharedSpace != null && !log.equals(sharedSpace)) {
            name = name == null ? "partner" : "partner/" + name;
        }
        if (log.equals(caller().tenant()) && isAbroad()) {
            String tenant = "t/" + tenant();
            name = name == null ? tenant : tenant + "/" + name;
        }
        return name;
    }

    /**
     * A refusal on its way into the log.
     *
     * @param receipt to be awaited before it is answered
     * @param shown to the caller: names the decision, when it was one
     */
    public record Refusal(AuditReceipt receipt, VaultException shown) {}
}
