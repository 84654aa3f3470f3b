package ai.scailabs.vault.access.quota;

import java.util.Locale;

/** What is counted together: an identity has a bucket of its own in each of these. A capability that is added names the one that is its. */
public enum RateCategory {
    SECRETS_READ(1_000),
    SECRETS_WRITE(100),
    SECRETS_DELETE(100),
    SECRETS_LIST(100),
    BATCH_READ(100),
    BATCH_METADATA(100),
    AUDIT_QUERY(50),
    AUDIT_EXPORT(5),
    POLICIES(50),
    POLICY_TEST(200),
    PKI_ISSUE(50),
    PKI_ADMIN(20),
    ACME_ORDER(30),
    WEBHOOKS(20),
    SUBSCRIPTIONS(20),
    SUBSCRIPTION_POLL(240),
    FEDERATION(20),
    ROTATION(50),
    DYNAMIC_GENERATE(100),
    DYNAMIC_ADMIN(20),
    LEASES(100),
    IDENTITY_READ(100),
    IDENTITY_SYNC(5),
    KEYS(60),
    AUTH(300),
    /** Of an address rather than an identity: who asks is not known yet. */
    TOKEN_EXCHANGE(600),
    /** Of an address, too: whoever verifies certificates has no token. */
    PKI_PUBLISHED(12_000);

    private final int perMinute;
    private final String wireName = name().toLowerCase(Locale.ROOT);

    RateCategory(int perMinute) {
        this.perMinute = perMinute;
    }

    /** The documented number, which an installation may override. */
    public int perMinute() {
        return perMinute;
    }

    public String wireName() {
        return wireName;
    }
}
