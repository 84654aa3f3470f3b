package ai.scailabs.vault.access.revocation;

import ai.scailabs.vault.kernel.id.IdentityId;
import java.time.Instant;
import java.util.Map;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** What is to count no more, within one tenant. */
public sealed interface Revocation {
    /** What the audit log may tell of it: names, never a token. */
    Map<String, Object> description();

    /**
     * One token.
     *
     * @param tokenId its {@code jti}
     * @param tokenExpiresAt the token's own {@code exp}; absent when it is not known
     */
    record OfTokenId(String tokenId, @Nullable Instant tokenExpiresAt) implements Revocation {
        private static final Pattern FORM = Pattern.compile("[!-~]{1,256}");

        public OfTokenId {
            if (!isTokenId(tokenId)) {
                throw new IllegalArgumentException("not a token's id");
            }
        }

        /** Whether a token can have this id: printable ASCII without spaces. */
        public static boolean isTokenId(String text) {
            return FORM.matcher(text).matches();
        }

        @Override
        public Map<String, Object> description() {
            return Map.of("revoked", "token", "jti", tokenId);
        }
    }

    /** One token that has no id, or whose id only its issuer knows. */
    record OfFingerprint(String fingerprint, @Nullable Instant tokenExpiresAt) implements Revocation {
        @Override
        public Map<String, Object> description() {
            return Map.of("revoked", "token");
        }
    }

    /** All tokens of the identity that were issued at this moment or before, to the second that tokens tell. */
    record OfIdentity(IdentityId identity, Instant notBefore) implements Revocation {
        @Override
        public Map<String, Object> description() {
            return Map.of("revoked", "identity", "revoked_identity", identity.value());
        }
    }
}
