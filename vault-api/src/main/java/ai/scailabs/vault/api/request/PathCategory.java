package ai.scailabs.vault.api.request;

import ai.scailabs.vault.access.quota.RateCategory;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** The kinds of endpoint that metrics and rate limits tell apart. */
public enum PathCategory {
    SECRETS_READ(RateCategory.SECRETS_READ),
    SECRETS_WRITE(RateCategory.SECRETS_WRITE),
    SECRETS_DELETE(RateCategory.SECRETS_DELETE),
    SECRETS_LIST(RateCategory.SECRETS_LIST),
    BATCH_READ(RateCategory.BATCH_READ),
    BATCH_METADATA(RateCategory.BATCH_METADATA),
    POLICIES(RateCategory.POLICIES),
    POLICY_TEST(RateCategory.POLICY_TEST),
    AUDIT_QUERY(RateCategory.AUDIT_QUERY),
    AUDIT_EXPORT(RateCategory.AUDIT_EXPORT),
    AUTH(RateCategory.AUTH),
    TOKEN_EXCHANGE(RateCategory.TOKEN_EXCHANGE),
    IDENTITY_READ(RateCategory.IDENTITY_READ),
    IDENTITY_SYNC(RateCategory.IDENTITY_SYNC),
    KEYS(RateCategory.KEYS),
    PKI_ADMIN(RateCategory.PKI_ADMIN),
    PKI_ISSUE(RateCategory.PKI_ISSUE),
    PKI_PUBLISHED(RateCategory.PKI_PUBLISHED),
    WEBHOOKS(RateCategory.WEBHOOKS),
    SUBSCRIPTIONS(RateCategory.SUBSCRIPTIONS),
    SUBSCRIPTION_POLL(RateCategory.SUBSCRIPTION_POLL),
    ACME_ORDER(RateCategory.ACME_ORDER),
    FEDERATION(RateCategory.FEDERATION),
    ROTATION(RateCategory.ROTATION),
    DYNAMIC_ADMIN(RateCategory.DYNAMIC_ADMIN),
    DYNAMIC_GENERATE(RateCategory.DYNAMIC_GENERATE),
    LEASES(RateCategory.LEASES),
    SYSTEM(null),
    UNKNOWN(null);

    private final @Nullable RateCategory rate;
    private final String wireName = name().toLowerCase(Locale.ROOT);

    PathCategory(@Nullable RateCategory rate) {
        this.rate = rate;
    }

    /** Whose bucket pays for a call; absent: it is not limited. */
    @Nullable
    RateCategory rate() {
        return rate;
    }

    public String wireName() {
        return wireName;
    }
}
