package ai.scailabs.vault.access.exchange;

import org.jspecify.annotations.Nullable;

/**
 * What a caller sent, by the names of RFC 8693 §2.1.
 *
 * @param role {@code <tenant>/<trust>}: the id of a tenant, and the name or id of one of its trusts
 */
public record ExchangeRequest(
        @Nullable String grantType,
        @Nullable String subjectToken,
        @Nullable String subjectTokenType,
        @Nullable String role,
        @Nullable String audience,
        @Nullable String scope,
        @Nullable String requestedTokenType) {
    /** Without what it holds. */
    @Override
    public String toString() {
        return "ExchangeRequest[redacted]";
    }
}
