package ai.scailabs.vault.kernel.id;

import java.util.Optional;
import java.util.regex.Pattern;

/**
 * The owner of rows and keys: what row-level security compares. Either a tenant ({@code tnt_…}) or the space that a partner shares with its tenants,
 * which is a tenant of its own and bears the partner's id ({@code ptn_…}).
 */
public record TenantId(String value) {
    private static final Pattern TENANT = Pattern.compile("tnt_[A-Za-z0-9_-]{1,64}");

    /** Holds the audit rows of callers that could not be identified; no token can name it, as ids have at least one more character. */
    public static final TenantId UNIDENTIFIED = new TenantId("tnt_");

    public TenantId {
        if (value.length() > 68 || !(value.startsWith("tnt_") || value.startsWith("ptn_"))) {
            throw new IllegalArgumentException("not a tenant id");
        }
    }

    /** Reads a tenant's id as callers write it; empty when it is not one. A partner's shared space is never named this way. */
    public static Optional<TenantId> parse(String text) {
        return TENANT.matcher(text).matches() ? Optional.of(new TenantId(text)) : Optional.empty();
    }

    /** The space whose secrets every tenant of the partner may read. */
    public static TenantId sharedBy(PartnerId partner) {
        return new TenantId(partner.value());
    }

    /** Whether it is the space that a partner shares. */
    public boolean isShared() {
        return value.startsWith("ptn_");
    }

    @Override
    public String toString() {
        return value;
    }
}
