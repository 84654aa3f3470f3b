package ai.scailabs.vault.api.request;

import ai.scailabs.vault.identity.directory.PageRequest;
import ai.scailabs.vault.kernel.error.ErrorCode;
import ai.scailabs.vault.kernel.error.VaultException;
import jakarta.servlet.http.HttpServletRequest;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.format.DateTimeParseException;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** The query of a request: known parameters only, each at most once, none empty, nothing silently dropped. */
public final class QueryParameters {
    private static final int DEFAULT_LIMIT = 100;
    private static final int MAX_LIMIT = 1_000;
    private static final int MAX_LENGTH = 2_048;

    /** What every JSON reader takes for a whole number. */
    private static final long MAX_PLACE = 9_007_199_254_740_991L;

    private final TreeMap<String, String> values = new TreeMap<>();

    private QueryParameters() {}

    /**
     * @param known every parameter that the endpoint takes
     * @throws VaultException {@code invalid_request} for any other, a repeated one or an overlong one
     */
    public static QueryParameters of(HttpServletRequest request, String... known) {
        QueryParameters parameters = new QueryParameters();
        if (request.getQueryString() == null) {
            return parameters;
        }
        Call call = CallInterceptor.callOf(request);
        if (call != null) {
            call.queryIsRead();
        }
        Set<String> names = Set.of(known);
        request.getParameterMap().forEach((name, given) -> {
            if (!names.contains(name)) {
                throw FieldNames.unknown("The endpoint takes no such query parameter", Map.of(), name, List.of(known));
            }
            if (given.length != 1 || given[0].length() > MAX_LENGTH) {
                throw new VaultException(
                        ErrorCode.INVALID_REQUEST,
                        "The query parameter " + name + " is repeated or too long",
                        Map.of("field", name));
            }
            // Of a cursor its own code says what is wrong.
            if (given[0].indexOf('\0') >= 0 && !name.equals("cursor")) {
                throw VaultException.invalidField(name, "has a character that is not allowed");
            }
            if (!given[0].isEmpty()) {
                parameters.values.put(name, given[0]);
            }
        });
        return parameters;
    }

    public @Nullable String text(String name) {
        return values.get(name);
    }

    /** {@code true} or {@code false}, or absent. */
    public @Nullable Boolean flag(String name) {
        String text = values.get(name);
        return switch (text) {
            case null -> null;
            case "true" -> Boolean.TRUE;
            case "false" -> Boolean.FALSE;
            default -> throw VaultException.invalidField(name, "must be true or false");
        };
    }

    public boolean isTrue(String name) {
        return Boolean.TRUE.equals(flag(name));
    }

    /** RFC 3339 with any offset. */
    public @Nullable Instant time(String name) {
        String text = values.get(name);
        if (text == null) {
            return null;
        }
        try {
            Instant time = OffsetDateTime.parse(text).toInstant();
            if (time.isBefore(Instant.EPOCH) || time.isAfter(Instant.parse("9999-12-31T23:59:59Z"))) {
                throw VaultException.invalidField(name, "must lie between 1970 and 9999");
            }
            return time;
        } catch (DateTimeParseException malformed) {
            throw VaultException.invalidField(name, "must be a time such as 2026-01-31T08:00:00Z");
        }
    }

    public @Nullable Integer number(String name, int min, int max) {
        Long number = parsed(name, min, max);
        return number == null ? null : number.intValue();
    }

    /** A place in something that has no end; required. */
    public long place(String name) {
        Long number = parsed(name, 0, MAX_PLACE);
        if (number == null) {
            throw VaultException.invalidField(name, "is required");
        }
        return number;
    }

    private @Nullable Long parsed(String name, long min, long max) {
        String text = values.get(name);
        if (text == null) {
            return null;
        }
        String rule = "must be a whole number from " + min + " to " + max;
        if (!text.matches("[0-9]{1,16}")) {
            throw VaultException.invalidField(name, rule);
        }
        long number = Long.parseLong(text);
        if (number < min || number > max) {
            throw VaultException.invalidField(name, rule);
        }
        return number;
    }

    /** {@code limit}, 1 to 1,000, by default 100. */
    public int limit() {
        Integer limit = number("limit", 1, MAX_LIMIT);
        return limit == null ? DEFAULT_LIMIT : limit;
    }

    /** {@code page} and {@code page_size}, from 1; by default the first hundred. */
    public PageRequest page() {
        Integer number = number("page", 1, PageRequest.MAX_NUMBER);
        Integer size = number("page_size", 1, PageRequest.MAX_SIZE);
        return new PageRequest(number == null ? 1 : number, size == null ? PageRequest.DEFAULT_SIZE : size);
    }

    /** Everything that decides what a list shows, in one order: what a cursor is bound to. */
    public String filters() {
        Map<String, String> filters = new TreeMap<>(values);
        filters.remove("limit");
        filters.remove("cursor");
        return filters.toString();
    }
}
