package ai.scailabs.vault.api.auth;

import org.jspecify.annotations.Nullable;

/** The bodies of the token endpoints. None prints what it holds. */
final class TokenRequests {
    private TokenRequests() {}

    record Introspection(@Nullable String token) {
        @Override
        public String toString() {
            return "Introspection[redacted]";
        }
    }

    /** One of the three. */
    record Revocation(
            @Nullable String token,
            @Nullable String jti,
            @Nullable String identityId) {
        @Override
        public String toString() {
            return "Revocation[redacted]";
        }
    }
}
