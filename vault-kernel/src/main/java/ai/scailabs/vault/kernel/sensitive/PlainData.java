package ai.scailabs.vault.kernel.sensitive;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What may be written into an answer or an audit entry as it is: texts, truth values, numbers, and maps and lists of them. Whatever else somebody puts there, bytes and types that
 * nobody has thought of before all, becomes {@value #REDACTED} by the time it is written: an encoder that looked into it might show a secret.
 */
public final class PlainData {
    public static final String REDACTED = "[redacted]";

    /** Nothing of ours is nested deeper; what is may be its own member. */
    private static final int MAX_DEPTH = 16;

    private PlainData() {}

    /** A copy in which everything that is not plain is {@value #REDACTED}. Order is kept. */
    public static @Nullable Object of(@Nullable Object value) {
        return copy(value, 0);
    }

    private static @Nullable Object copy(@Nullable Object value, int depth) {
        if (depth > MAX_DEPTH) {
            return REDACTED;
        }
        return switch (value) {
            case null -> null;
            case String text -> text;
            case Boolean flag -> flag;
            case Integer number -> number;
            case Long number -> number;
            case Double number -> number;
            case BigInteger number -> number;
            case BigDecimal number -> number;
            case Map<?, ?> members -> {
                Map<String, @Nullable Object> copy = new LinkedHashMap<>();
                members.forEach((name, member) ->
                        copy.put(name instanceof String text ? text : REDACTED, copy(member, depth + 1)));
                yield copy;
            }
            case Collection<?> items -> {
                List<@Nullable Object> copy = new ArrayList<>();
                items.forEach(item -> copy.add(copy(item, depth + 1)));
                yield copy;
            }
            default -> REDACTED;
        };
    }
}
