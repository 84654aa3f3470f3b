package ai.scailabs.vault.access.revocation;

import ai.scailabs.vault.kernel.id.IdentityId;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** All that is revoked in one tenant. Immutable. */
final class TenantRevocations {
    private static final TenantRevocations NONE = new TenantRevocations(List.of());

    private final Set<String> tokenIds = new HashSet<>();
    private final Set<String> fingerprints = new HashSet<>();
    private final Set<String> trusts = new HashSet<>();
    private final Map<IdentityId, Long> lastRevokedMillis = new HashMap<>();
    private final int weight;

    private TenantRevocations(List<Row> rows) {
        for (Row row : rows) {
            switch (row.kind()) {
                case TOKEN_ID -> tokenIds.add(row.subject());
                case TOKEN_HASH -> fingerprints.add(row.subject());
                case TRUST -> trusts.add(row.subject());
                case IDENTITY -> lastRevokedMillis.put(new IdentityId(row.subject()), row.notBeforeMillis());
            }
        }
        this.weight = 1 + rows.size();
    }

    static TenantRevocations of(List<Row> rows) {
        return rows.isEmpty() ? NONE : new TenantRevocations(rows);
    }

    boolean revokes(RevocableToken token) {
        if (weight == 1) {
            return false;
        }
        Long lastRevoked = lastRevokedMillis.get(token.identity());
        return (lastRevoked != null && token.issuedAtMillis() <= lastRevoked)
                || fingerprints.contains(token.fingerprint())
                || isAmong(tokenIds, token.tokenId())
                || isAmong(trusts, token.trust());
    }

    private static boolean isAmong(Set<String> revoked, @Nullable String name) {
        return name != null && revoked.contains(name);
    }

    /** Grows as memory does. */
    int weight() {
        return weight;
    }

    /** What the table calls it. */
    enum Kind {
        TOKEN_ID,
        TOKEN_HASH,
        IDENTITY,
        TRUST;

        String sqlName() {
            return name().toLowerCase(java.util.Locale.ROOT);
        }
    }

    /** @param notBeforeMillis 0 unless it is of an identity */
    record Row(Kind kind, String subject, long notBeforeMillis) {}
}
