package ai.scailabs.vault.access.trust;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What a claim of the subject token must be. A claim that is absent, or a list, or an object, or of another kind than expected, never is: "true" is not true, and to be among
 * several is not to be.
 */
public sealed interface ClaimCondition {
    /** The name of a claim, or a JSON pointer (RFC 6901) where one lies inside another: {@code /kubernetes.io/namespace}. */
    String claim();

    /** Whether these claims meet it. */
    boolean isMetBy(Map<String, Object> claims);

    /** @param expected a text, a whole number as {@link Long}, or a boolean */
    record Exactly(String claim, Object expected) implements ClaimCondition {
        @Override
        public boolean isMetBy(Map<String, Object> claims) {
            Object actual = valueOf(claims, claim);
            return expected.equals(actual instanceof Integer number ? (Object) number.longValue() : actual);
        }
    }

    /** Of a text. */
    record Matching(String claim, SegmentGlob pattern) implements ClaimCondition {
        @Override
        public boolean isMetBy(Map<String, Object> claims) {
            return valueOf(claims, claim) instanceof String text && pattern.matches(text);
        }
    }

    /** Null where there is nothing. */
    static @Nullable Object valueOf(Map<String, Object> claims, String name) {
        if (!name.startsWith("/")) {
            return claims.get(name);
        }
        Object found = claims;
        for (String step : name.substring(1).split("/", -1)) {
            if (!(found instanceof Map<?, ?> object)) {
                return null;
            }
            found = object.get(step.replace("~1", "/").replace("~0", "~"));
        }
        return found;
    }
}
