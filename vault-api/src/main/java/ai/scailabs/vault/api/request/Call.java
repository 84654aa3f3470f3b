package ai.scailabs.vault.api.request;

import ai.scailabs.vault.access.identity.Actor;
import ai.scailabs.vault.audit.trail.Attempt;
import ai.scailabs.vault.audit.trail.AuditAction;
import ai.scailabs.vault.audit.trail.AuditEntries;
import ai.scailabs.vault.audit.trail.AuditEntry;
import ai.scailabs.vault.audit.trail.AuditReceipt;
import ai.scailabs.vault.audit.trail.AuditTrail;
import ai.scailabs.vault.audit.trail.Premise;
import ai.scailabs.vault.kernel.error.ErrorCode;
import ai.scailabs.vault.kernel.id.TenantId;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One authenticated request: who asks, what they set out to do, and how it is recorded. A controller names the resource with {@link #about} as soon as it
 * is known to be well-formed, so that a refusal is recorded with it. Lives as long as the request; not thread-safe.
 */
public final class Call {
    static final String ATTRIBUTE = Call.class.getName();

    private final AuditTrail trail;
    private final AuditEntries entries;
    private final RequestFacts facts;
    private final AuditAction action;
    private @Nullable Actor actor;
    private @Nullable String path;
    private @Nullable TenantId sharedSpace;

    Call(AuditTrail trail, AuditEntries entries, RequestFacts facts, AuditAction action) {
        this.trail = trail;
        this.entries = entries;
        this.facts = facts;
        this.action = action;
    }

    void identifiedAs(Actor identified) {
        this.actor = identified;
    }

    /** Known once the interceptor let the request through, hence in every controller. */
    public Actor actor() {
        if (actor == null) {
            throw new IllegalStateException("not authenticated");
        }
        return actor;
    }

    public TenantId tenant() {
        return actor().tenant();
    }

    public RequestFacts facts() {
        return facts;
    }

    /** Names the resource: a legal path or an id of ours, never raw input. */
    public void about(String resource) {
        this.path = resource;
    }

    /** The resource lies in the space that the caller's partner shares: what is done is recorded in both logs. */
    public void inShared(TenantId space) {
        this.sharedSpace = space;
    }

    /** The entry of a change, to be written in its own transaction. */
    public AuditEntry entry() {
        return entries.succeeded(attempt(sharedSpace == null ? tenant() : sharedSpace, path));
    }

    /** After the transaction that carried {@link #entry()}. */
    public AuditReceipt changed() {
        return sharedSpace == null ? AuditReceipt.ofCommittedChange() : append(tenant(), path, null, Map.of());
    }

    /** Queues the entry of a successful read; the answer waits for it. */
    public AuditReceipt recorded() {
        return recorded(Map.of());
    }

    /** As {@link #recorded()}, if the premise holds when the entry is written. */
    public AuditReceipt recordedIf(Premise premise) {
        return trail.appendIf(premise, entries.succeeded(attempt(tenant(), path)));
    }

    /** As {@link #recorded()}, with what was found. */
    public AuditReceipt recorded(Map<String, Object> extra) {
        return recordedAbout(path, null, extra);
    }

    /** Queues an entry about one of several resources of this request. */
    public AuditReceipt recordedAbout(
            @Nullable String resource, @Nullable ErrorCode failure, Map<String, Object> extra) {
        if (sharedSpace != null) {
            append(sharedSpace, resource, failure, extra).await();
        }
        return append(tenant(), resource, failure, extra);
    }

    /** Queues the entry of a refusal or failure; before authentication it goes to the log of the unidentified. */
    public AuditReceipt refused(ErrorCode code) {
        if (actor == null) {
            return trail.append(entries.failed(
                    facts.attempt(TenantId.UNIDENTIFIED, AuditAction.AUTHENTICATE, null, null, null), code));
        }
        return append(tenant(), path, code, Map.of());
    }

    private AuditReceipt append(
            TenantId log, @Nullable String resource, @Nullable ErrorCode failure, Map<String, Object> extra) {
        Attempt attempt = attempt(log, resource);
        AuditEntry entry = failure == null ? entries.succeeded(attempt) : entries.failed(attempt, failure);
        return trail.append(extra.isEmpty() ? entry : entry.withExtra(extra));
    }

    /** In the caller's own log, what its partner shares goes by the name that policies use. */
    private Attempt attempt(TenantId log, @Nullable String resource) {
        if (sharedSpace != null && log.equals(tenant())) {
            String shared = resource == null ? "partner" : "partner/" + resource;
            return facts.attempt(log, action, actor().identity(), null, shared);
        }
        TenantId acting = log.equals(tenant()) ? null : tenant();
        return facts.attempt(log, action, actor().identity(), acting, resource);
    }
}
