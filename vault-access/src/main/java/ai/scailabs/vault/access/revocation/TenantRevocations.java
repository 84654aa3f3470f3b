package ai.scailabs.vault.access.revocation;

import ai.scailabs.vault.kernel.id.IdentityId;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** All that is revoked in one tenant, who is refused there, and which roles were assigned. Immutable. */
final class TenantRevocations {
    private static final TenantRevocations NONE = new TenantRevocations(List.of());
    /** What ScaiKey's own ids of people begin with, as an identity's name. */
    private static final String PERSON = "user:usr_";

    private final Set<String> tokenIds = new HashSet<>();
    private final Set<String> fingerprints = new HashSet<>();
    private final Set<String> trusts = new HashSet<>();
    private final Map<IdentityId, Long> lastRevokedMillis = new HashMap<>();
    private final Set<IdentityId> refused = new HashSet<>();
    private final Map<IdentityId, Set<String>> rolesOfIds = new HashMap<>();
    private final Map<IdentityId, Set<String>> rolesOfNames = new HashMap<>();
    private final int weight;
    private boolean suspended;

    private TenantRevocations(List<Row> rows) {
        for (Row row : rows) {
            switch (row.kind()) {
                case TOKEN_ID -> tokenIds.add(row.subject());
                case TOKEN_HASH -> fingerprints.add(row.subject());
                case TRUST -> trusts.add(row.subject());
                case IDENTITY -> lastRevokedMillis.put(new IdentityId(row.subject()), row.notBeforeMillis());
                case REFUSED -> refused.add(new IdentityId(row.subject()));
                case ROLES_OF_ID -> rolesOfIds.put(new IdentityId(row.subject()), row.roles());
                // Who shares a name with another has only what both have.
                case ROLES_OF_NAME ->
                    rolesOfNames.merge(new IdentityId(row.subject()), row.roles(), TenantRevocations::common);
                case SUSPENDED -> suspended = true;
            }
        }
        this.weight = 1 + rows.size();
    }

    static TenantRevocations of(List<Row> rows) {
        return rows.isEmpty() ? NONE : new TenantRevocations(rows);
    }

    private static Set<String> common(Set<String> one, Set<String> other) {
        return one.stream().filter(other::contains).collect(Collectors.toUnmodifiableSet());
    }

    /** Whether the tenant is not to be served. */
    boolean isSuspended() {
        return suspended;
    }

    boolean revokes(RevocableToken token) {
        if (weight == 1) {
            return false;
        }
        return endsTokensOf(token.identity(), token.issuedAtMillis())
                || (token.subject() != null && endsTokensOf(token.subject(), token.issuedAtMillis()))
                || fingerprints.contains(token.fingerprint())
                || isAmong(tokenIds, token.tokenId())
                || isAmong(trusts, token.trust());
    }

    private boolean endsTokensOf(IdentityId identity, long issuedAtMillis) {
        Long lastRevoked = lastRevokedMillis.get(identity);
        return lastRevoked != null && issuedAtMillis <= lastRevoked;
    }

    private static boolean isAmong(Set<String> revoked, @Nullable String name) {
        return name != null && revoked.contains(name);
    }

    /** Whether whose token it is may not come in, whenever the token was issued. */
    boolean refuses(RevocableToken token) {
        return !refused.isEmpty()
                && (refused.contains(token.identity())
                        || (token.subject() != null && refused.contains(token.subject())));
    }

    /** A name can pass to somebody else, an id cannot: a token that has one is known by it alone. */
    @Nullable
    Set<String> rolesOf(RevocableToken token) {
        if (weight == 1 || rolesOfIds.isEmpty()) {
            return null;
        }
        IdentityId subject = token.subject();
        return subject != null && subject.value().startsWith(PERSON)
                ? rolesOfIds.get(subject)
                : rolesOfNames.get(token.identity());
    }

    /** Grows as memory does. */
    int weight() {
        return weight;
    }

    /** What the database calls it. */
    enum Kind {
        TOKEN_ID,
        TOKEN_HASH,
        IDENTITY,
        TRUST,
        REFUSED,
        ROLES_OF_ID,
        ROLES_OF_NAME,
        SUSPENDED;

        String sqlName() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /**
     * @param notBeforeMillis 0 unless it is of an identity
     * @param detail roles, separated by spaces, where it is about them
     */
    record Row(
            Kind kind,
            String subject,
            long notBeforeMillis,
            @Nullable String detail) {
        Set<String> roles() {
            return detail == null || detail.isEmpty()
                    ? Set.of()
                    : Arrays.stream(detail.split(" ", -1)).collect(Collectors.toUnmodifiableSet());
        }
    }
}
