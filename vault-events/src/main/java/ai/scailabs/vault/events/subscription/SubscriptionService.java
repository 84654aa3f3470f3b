package ai.scailabs.vault.events.subscription;

import ai.scailabs.vault.audit.trail.AuditEntry;
import ai.scailabs.vault.events.delivery.Posting;
import ai.scailabs.vault.events.delivery.SigningKeys;
import ai.scailabs.vault.events.delivery.Target;
import ai.scailabs.vault.events.delivery.Target.Kind;
import ai.scailabs.vault.events.delivery.TargetForm;
import ai.scailabs.vault.events.delivery.TargetRepository;
import ai.scailabs.vault.kernel.error.ErrorCode;
import ai.scailabs.vault.kernel.error.VaultException;
import ai.scailabs.vault.kernel.id.Ids;
import ai.scailabs.vault.kernel.id.PartnerId;
import ai.scailabs.vault.kernel.sensitive.SensitiveBytes;
import ai.scailabs.vault.persistence.tenant.TenantTransaction;
import java.time.Clock;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.springframework.dao.DuplicateKeyException;

/**
 * Changes and shows subscriptions. Each belongs to whoever made it: others do not see it, but those who administer the tenant, who may look at it and end it. A change and its audit row are one transaction. Thread-safe.
 */
public final class SubscriptionService {
    /** Of one tenant. */
    public static final int MAX_SUBSCRIPTIONS = 2_000;

    private static final Pattern ID = Pattern.compile("sub_[0-9A-HJKMNP-TV-Z]{26}");

    private final TargetRepository repository;
    private final SigningKeys keys;
    private final Posting posting;
    private final Clock clock;
    private final Ids ids;

    /** @param posting says where targets may be */
    public SubscriptionService(TargetRepository repository, SigningKeys keys, Posting posting, Clock clock, Ids ids) {
        this.repository = repository;
        this.keys = keys;
        this.posting = posting;
        this.clock = clock;
        this.ids = ids;
    }

    /** Whether a text can be the id of a subscription. */
    public static boolean isId(String text) {
        return ID.matcher(text).matches();
    }

    /**
     * @param secret for one that is sent to; stays the caller's to close
     * @param standing of whoever asks, as it counts later
     * @throws VaultException {@code validation_error}; {@code invalid_glob}; {@code conflict} when the name is taken or there are too many
     */
    public Target create(
            Asker asker,
            PartnerId partner,
            SubscriptionDraft draft,
            @Nullable SensitiveBytes secret,
            String standing,
            AuditEntry entry) {
        Instant now = now();
        Target subscription = new Target(
                asker.tenant(),
                partner,
                ids.next("sub_"),
                Kind.SUBSCRIPTION,
                TargetForm.name(draft.name()),
                SubscriptionForm.url(draft, posting, null),
                SubscriptionForm.filter(draft, now),
                SubscriptionForm.buffer(draft),
                draft.enabled() == null || draft.enabled(),
                null,
                standing,
                1,
                now,
                asker.identity().value(),
                now,
                0,
                0,
                null);
        requireSecret(subscription, secret, secret == null);
        Consumer<TenantTransaction> work = tx -> {
            if (!tx.lockTenant()) {
                throw new VaultException(ErrorCode.TENANT_NOT_FOUND, "There is no such tenant");
            }
            if (repository.count(tx, Kind.SUBSCRIPTION) >= MAX_SUBSCRIPTIONS) {
                throw new VaultException(
                        ErrorCode.CONFLICT,
                        "A tenant has at most " + MAX_SUBSCRIPTIONS + " subscriptions",
                        Map.of("max_subscriptions", MAX_SUBSCRIPTIONS));
            }
            repository.insert(tx, subscription);
            repository.record(tx, described(entry, subscription));
        };
        apply(subscription, secret, work);
        return subscription;
    }

    /**
     * In the order in which they were made; one more than the limit when there are more.
     *
     * @param after the id of the last one of the page before; null to begin
     * @throws VaultException {@code invalid_cursor}
     */
    public List<Target> list(Asker asker, int limit, @Nullable String after) {
        if (after != null && !isId(after)) {
            throw new VaultException(ErrorCode.INVALID_CURSOR, "The cursor names no subscription");
        }
        String owner = asker.administers() ? null : asker.identity().value();
        List<Target> found = new ArrayList<>();
        String from = after == null ? "" : after;
        while (found.size() <= limit) {
            List<Target> page = repository.page(asker.tenant(), Kind.SUBSCRIPTION, owner, from, limit + 1);
            page.stream().filter(each -> isVisible(asker, each)).forEach(found::add);
            if (page.size() <= limit) {
                break;
            }
            from = page.getLast().id();
        }
        return found.subList(0, Math.min(found.size(), limit + 1));
    }

    /** @throws VaultException {@code subscription_not_found} */
    public Target get(Asker asker, String id) {
        requireId(id);
        Target found =
                repository.find(asker.tenant(), Kind.SUBSCRIPTION, id).orElseThrow(SubscriptionService::notFound);
        requireVisible(asker, found);
        return found;
    }

    /** @throws VaultException as {@link #get}; {@code forbidden} for who may see it, but not use it */
    Target owned(Asker asker, String id) {
        Target found = get(asker, id);
        requireOwner(asker, found);
        return found;
    }

    /**
     * One that is enabled again, or fetched in another way, begins with what happens from then on.
     *
     * @param edit makes the new subscription of the old one, which it is given as a caller would have written it
     * @param secret null to keep the one that there is; stays the caller's to close
     * @param standing of whoever asks, as it counts later
     * @throws VaultException as {@link #create} and {@link #owned}; {@code version_conflict}
     */
    public Target patch(
            Asker asker,
            PartnerId partner,
            String id,
            UnaryOperator<SubscriptionDraft> edit,
            @Nullable SensitiveBytes secret,
            String standing,
            @Nullable Integer expectedRevision,
            AuditEntry entry) {
        Target seen = owned(asker, id);
        Target planned = patched(seen, edit.apply(SubscriptionForm.draft(seen)), standing);
        requireSecret(planned, secret, secret == null && !seen.isSentTo());
        Consumer<TenantTransaction> work = tx -> {
            Target old = repository.lock(tx, Kind.SUBSCRIPTION, id).orElseThrow(SubscriptionService::notFound);
            old.requireRevision(expectedRevision);
            Target patched = patched(old, edit.apply(SubscriptionForm.draft(old)), standing);
            requireSecret(patched, secret, secret == null && !old.isSentTo());
            boolean turned = patched.isSentTo() != old.isSentTo();
            repository.update(tx, patched, turned || patched.enabled() && !old.enabled(), patched.isAfreshAfter(old));
            if (turned) {
                repository.empty(tx, patched);
                repository.forgetSecrets(tx, patched);
            }
            repository.record(tx, described(entry, patched));
        };
        apply(planned, secret, work);
        return get(asker, id);
    }

    private Target patched(Target old, SubscriptionDraft draft, String standing) {
        Instant now = now();
        String url = SubscriptionForm.url(draft, posting, old.url());
        boolean enabled = draft.enabled() == null || draft.enabled();
        boolean anew = enabled && !old.enabled() || (url != null) != old.isSentTo();
        return old.changed(
                TargetForm.name(draft.name()),
                url,
                SubscriptionForm.filter(draft, anew ? now : old.filter().since()),
                SubscriptionForm.buffer(draft),
                enabled,
                standing,
                now);
    }

    /** What waits for it is kept no longer, either. */
    public void delete(Asker asker, String id, @Nullable Integer expectedRevision, AuditEntry entry) {
        get(asker, id);
        repository.transactions().inTransaction(asker.tenant(), tx -> {
            Target old = repository.lock(tx, Kind.SUBSCRIPTION, id).orElseThrow(SubscriptionService::notFound);
            old.requireRevision(expectedRevision);
            repository.delete(tx, old);
            repository.record(tx, described(entry, old));
            return id;
        });
    }

    private void apply(Target subscription, @Nullable SensitiveBytes secret, Consumer<TenantTransaction> work) {
        try {
            if (secret == null) {
                repository.transactions().inTransaction(subscription.tenant(), tx -> {
                    work.accept(tx);
                    return subscription.id();
                });
            } else {
                keys.put(subscription.tenant(), subscription.partner(), subscription.id(), secret, null, work);
            }
        } catch (DuplicateKeyException taken) {
            throw new VaultException(
                    ErrorCode.CONFLICT, "A subscription of this name exists already", Map.of("state", "exists"));
        }
    }

    private static void requireSecret(Target subscription, @Nullable SensitiveBytes secret, boolean missing) {
        if (subscription.isSentTo() && missing) {
            throw VaultException.invalidField("delivery.secret", "is required");
        }
        if (!subscription.isSentTo() && secret != null) {
            throw VaultException.invalidField("delivery.secret", "is for the type webhook");
        }
    }

    private static boolean isVisible(Asker asker, Target found) {
        return asker.administers() || asker.owns(found);
    }

    private static void requireVisible(Asker asker, Target found) {
        if (!isVisible(asker, found)) {
            throw notFound();
        }
    }

    private static void requireOwner(Asker asker, Target found) {
        if (!asker.owns(found)) {
            throw new VaultException(ErrorCode.FORBIDDEN, "The subscription belongs to somebody else");
        }
    }

    private static AuditEntry described(AuditEntry entry, Target subscription) {
        Map<String, Object> extra = new HashMap<>(entry.extra());
        extra.putAll(subscription.facts());
        extra.put("delivery", subscription.isSentTo() ? "webhook" : "polling");
        return entry.withPath(subscription.id()).withExtra(extra);
    }

    private static void requireId(String id) {
        if (!isId(id)) {
            throw notFound();
        }
    }

    /** One answer for what is not there, is no id, and is somebody else's. */
    public static VaultException notFound() {
        return new VaultException(ErrorCode.SUBSCRIPTION_NOT_FOUND, "There is no such subscription");
    }

    /** As the database keeps it. */
    private Instant now() {
        return clock.instant().truncatedTo(ChronoUnit.MICROS);
    }
}
