package ai.scailabs.vault.events.webhook;

import ai.scailabs.vault.audit.trail.AuditEntry;
import ai.scailabs.vault.events.delivery.DeliveryLog;
import ai.scailabs.vault.events.delivery.Posting;
import ai.scailabs.vault.events.delivery.SigningKeys;
import ai.scailabs.vault.events.delivery.SingleDelivery;
import ai.scailabs.vault.events.delivery.Target;
import ai.scailabs.vault.events.delivery.Target.Kind;
import ai.scailabs.vault.events.delivery.TargetForm;
import ai.scailabs.vault.events.delivery.TargetForm.Filters;
import ai.scailabs.vault.events.delivery.TargetRepository;
import ai.scailabs.vault.events.outbox.EventFilter;
import ai.scailabs.vault.kernel.error.ErrorCode;
import ai.scailabs.vault.kernel.error.VaultException;
import ai.scailabs.vault.kernel.id.IdentityId;
import ai.scailabs.vault.kernel.id.Ids;
import ai.scailabs.vault.kernel.id.PartnerId;
import ai.scailabs.vault.kernel.id.TenantId;
import ai.scailabs.vault.kernel.sensitive.SensitiveBytes;
import ai.scailabs.vault.kernel.time.DurationText;
import ai.scailabs.vault.persistence.tenant.TenantTransaction;
import java.net.URI;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.springframework.dao.DuplicateKeyException;

/** Changes and shows the webhooks of one tenant. A change and its audit row are one transaction. Whoever asks must have been allowed to before. Thread-safe. */
public final class WebhookService {
    /** Of one tenant. */
    public static final int MAX_WEBHOOKS = 50;

    private static final Pattern ID = Pattern.compile("wh_[0-9A-HJKMNP-TV-Z]{26}");
    private static final Duration LONGEST_OVERLAP = Duration.ofDays(7);

    private final TargetRepository repository;
    private final SigningKeys keys;
    private final DeliveryLog log;
    private final SingleDelivery single;
    private final Posting posting;
    private final Clock clock;
    private final Ids ids;

    /** @param posting says where targets may be */
    public WebhookService(
            TargetRepository repository,
            SigningKeys keys,
            DeliveryLog log,
            SingleDelivery single,
            Posting posting,
            Clock clock,
            Ids ids) {
        this.repository = repository;
        this.keys = keys;
        this.log = log;
        this.single = single;
        this.posting = posting;
        this.clock = clock;
        this.ids = ids;
    }

    /** Whether a text can be the id of a webhook. */
    public static boolean isId(String text) {
        return ID.matcher(text).matches();
    }

    /**
     * @param secret stays the caller's to close
     * @throws VaultException {@code validation_error}; {@code conflict} when the name is taken or there are too many
     */
    public Target create(
            TenantId tenant,
            PartnerId partner,
            WebhookDraft draft,
            SensitiveBytes secret,
            IdentityId by,
            AuditEntry entry) {
        Instant now = now();
        Target webhook = new Target(
                tenant,
                partner,
                ids.next("wh_"),
                Kind.WEBHOOK,
                TargetForm.name(draft.name()),
                posting.url("url", draft.url(), null),
                TargetForm.filter(draft.events(), draft.filters(), List.of(), now),
                null,
                draft.enabled() == null || draft.enabled(),
                null,
                null,
                1,
                now,
                by.value(),
                now,
                0,
                0,
                null);
        named(() -> keys.put(tenant, partner, webhook.id(), secret, null, tx -> {
            requireTenant(tx);
            if (repository.count(tx, Kind.WEBHOOK) >= MAX_WEBHOOKS) {
                throw new VaultException(
                        ErrorCode.CONFLICT,
                        "A tenant has at most " + MAX_WEBHOOKS + " webhooks",
                        Map.of("max_webhooks", MAX_WEBHOOKS));
            }
            repository.insert(tx, webhook);
            repository.record(tx, described(entry, webhook));
        }));
        return webhook;
    }

    /** In the order in which they were made: there are few. */
    public List<Target> list(TenantId tenant) {
        return repository.page(tenant, Kind.WEBHOOK, null, "", MAX_WEBHOOKS);
    }

    /** @param id any text */
    public boolean exists(TenantId tenant, String id) {
        return isId(id) && repository.find(tenant, Kind.WEBHOOK, id).isPresent();
    }

    /** @throws VaultException {@code webhook_not_found} */
    public Target get(TenantId tenant, String id) {
        requireId(id);
        return repository.find(tenant, Kind.WEBHOOK, id).orElseThrow(WebhookService::notFound);
    }

    /** Of the last 24 hours. */
    public DeliveryLog.Statistics statistics(Target webhook) {
        return log.since(webhook.tenant(), webhook.id(), now().minus(Duration.ofHours(24)));
    }

    /** Null where nothing was sent as yet. */
    public DeliveryLog.@Nullable Delivery lastDelivery(Target webhook) {
        return log.last(webhook.tenant(), webhook.id()).orElse(null);
    }

    /** Until when the secret before is remembered; null when there is none. */
    public @Nullable Instant previousSecretUntil(Target webhook) {
        return keys.previousUntil(webhook.tenant(), webhook.id());
    }

    /**
     * One that is enabled again begins with what happens from then on.
     *
     * @param edit makes the new webhook of the old one, which it is given as a caller would have written it
     * @param secret null to keep the one that there is; stays the caller's to close
     * @param previousTtl how long the one before is remembered; null: not at all
     * @throws VaultException {@code webhook_not_found}; {@code validation_error}; {@code invalid_duration}; {@code version_conflict}; {@code conflict}
     */
    public Target patch(
            TenantId tenant,
            PartnerId partner,
            String id,
            UnaryOperator<WebhookDraft> edit,
            @Nullable SensitiveBytes secret,
            @Nullable String previousTtl,
            @Nullable Integer expectedRevision,
            AuditEntry entry) {
        requireId(id);
        Duration overlap = overlap(previousTtl, secret != null);
        AtomicReference<@Nullable Target> changed = new AtomicReference<>();
        Consumer<TenantTransaction> work = tx -> {
            Target old = repository.lock(tx, Kind.WEBHOOK, id).orElseThrow(WebhookService::notFound);
            old.requireRevision(expectedRevision);
            Target patched = patched(old, edit.apply(draft(old)));
            repository.update(tx, patched, patched.enabled() && !old.enabled(), patched.isAfreshAfter(old));
            repository.record(tx, described(entry, patched, secret != null));
            changed.set(patched);
        };
        named(() -> {
            if (secret == null) {
                repository.transactions().inTransaction(tenant, tx -> {
                    work.accept(tx);
                    return id;
                });
            } else {
                get(tenant, id);
                keys.put(tenant, partner, id, secret, overlap, work);
            }
        });
        Target patched = changed.get();
        if (patched == null) {
            throw notFound();
        }
        return get(tenant, id);
    }

    private Target patched(Target old, WebhookDraft draft) {
        Instant now = now();
        boolean enabled = draft.enabled() == null || draft.enabled();
        Instant since = enabled && !old.enabled() ? now : old.filter().since();
        return old.changed(
                TargetForm.name(draft.name()),
                posting.url("url", draft.url(), old.url()),
                TargetForm.filter(draft.events(), draft.filters(), List.of(), since),
                null,
                enabled,
                null,
                now);
    }

    /** What it is sent is kept no longer, either. */
    public void delete(TenantId tenant, String id, @Nullable Integer expectedRevision, AuditEntry entry) {
        requireId(id);
        repository.transactions().inTransaction(tenant, tx -> {
            Target old = repository.lock(tx, Kind.WEBHOOK, id).orElseThrow(WebhookService::notFound);
            old.requireRevision(expectedRevision);
            repository.delete(tx, old);
            repository.record(tx, described(entry, old));
            return id;
        });
    }

    /** Sends an event that says that it is a test, and returns when it is known what came of it. */
    public SingleDelivery.Done test(TenantId tenant, String id, IdentityId by, String requestId) {
        return single.test(get(tenant, id), by.value(), requestId);
    }

    /**
     * Sends what was sent before once more, and returns when it is known what came of it.
     *
     * @throws VaultException {@code webhook_not_found}; {@code not_found}; {@code conflict} when the event is kept no longer
     */
    public SingleDelivery.Done redeliver(TenantId tenant, String id, String delivery) {
        Target webhook = get(tenant, id);
        UUID which = Ids.uuid(DeliveryLog.PREFIX, delivery)
                .orElseThrow(() -> new VaultException(ErrorCode.NOT_FOUND, "There is no such delivery"));
        return single.again(webhook, which);
    }

    /**
     * The newest first; one more than the limit when there are more.
     *
     * @param status {@code success}, {@code failed} or {@code pending}; null for all
     * @param before the id of the last one of the page before; null to begin
     */
    public List<DeliveryLog.Delivery> deliveries(
            TenantId tenant, String id, @Nullable String status, int limit, @Nullable String before) {
        Target webhook = get(tenant, id);
        if (status != null && !List.of("success", "failed", "pending").contains(status)) {
            throw VaultException.invalidField("status", "must be success, failed or pending");
        }
        UUID last = before == null
                ? null
                : Ids.uuid(DeliveryLog.PREFIX, before)
                        .orElseThrow(
                                () -> new VaultException(ErrorCode.INVALID_CURSOR, "The cursor names no delivery"));
        return log.page(tenant, webhook.id(), status, limit + 1, last);
    }

    /** As a caller would have written it. */
    public static WebhookDraft draft(Target webhook) {
        EventFilter filter = webhook.filter();
        return new WebhookDraft(
                webhook.name(),
                webhook.url(),
                List.copyOf(filter.typeNames()),
                new Filters(filter.pathPrefix(), filter.secretType(), List.copyOf(filter.tags())),
                webhook.enabled());
    }

    private static @Nullable Duration overlap(@Nullable String text, boolean withSecret) {
        if (text == null) {
            return null;
        }
        if (!withSecret) {
            throw VaultException.invalidField("previous_secret_ttl", "goes with a new secret");
        }
        Duration overlap = DurationText.parse("previous_secret_ttl", text);
        if (overlap.compareTo(LONGEST_OVERLAP) > 0) {
            throw VaultException.invalidField("previous_secret_ttl", "must be at most 7d");
        }
        return overlap;
    }

    private static void named(Runnable change) {
        try {
            change.run();
        } catch (DuplicateKeyException taken) {
            throw new VaultException(
                    ErrorCode.CONFLICT, "A webhook of this name exists already", Map.of("state", "exists"));
        }
    }

    private static void requireTenant(TenantTransaction tx) {
        if (!tx.lockTenant()) {
            throw new VaultException(ErrorCode.TENANT_NOT_FOUND, "There is no such tenant");
        }
    }

    private static AuditEntry described(AuditEntry entry, Target webhook, boolean newSecret) {
        AuditEntry described = described(entry, webhook);
        Map<String, Object> extra = new HashMap<>(described.extra());
        extra.put("secret_changed", newSecret);
        return described.withExtra(extra);
    }

    /** Without the URL, which may hold a credential; whose it is says the host. */
    private static AuditEntry described(AuditEntry entry, Target webhook) {
        Map<String, Object> extra = new HashMap<>(entry.extra());
        extra.putAll(webhook.facts());
        extra.put(
                "host", String.valueOf(URI.create(String.valueOf(webhook.url())).getHost()));
        return entry.withPath(webhook.id()).withExtra(extra);
    }

    private static void requireId(String id) {
        if (!isId(id)) {
            throw notFound();
        }
    }

    /** One answer for what is not there and what is no id. */
    public static VaultException notFound() {
        return new VaultException(ErrorCode.WEBHOOK_NOT_FOUND, "There is no such webhook");
    }

    /** As the database keeps it. */
    private Instant now() {
        return clock.instant().truncatedTo(ChronoUnit.MICROS);
    }
}
