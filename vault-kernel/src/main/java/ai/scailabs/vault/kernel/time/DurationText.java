package ai.scailabs.vault.kernel.time;

import ai.scailabs.vault.kernel.error.ErrorCode;
import ai.scailabs.vault.kernel.error.VaultException;
import java.time.Duration;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Durations as the API writes them: a number and one of {@code s m h d w}; a bare number is seconds. At most 100 years. */
public final class DurationText {
    private static final Pattern FORM = Pattern.compile("([0-9]{1,10})([smhdw]?)");
    private static final Duration LONGEST = Duration.ofDays(36_525);

    private DurationText() {}

    /**
     * @param field named in the error
     * @throws VaultException {@code invalid_duration} when the text is no duration, zero, or longer than 100 years
     */
    public static Duration parse(String field, String text) {
        Matcher matcher = FORM.matcher(text);
        if (!matcher.matches()) {
            throw refused(field, "is not a duration such as 90d, 48h, 15m or 30s");
        }
        long number = Long.parseLong(matcher.group(1));
        Duration duration = switch (matcher.group(2)) {
            case "m" -> Duration.ofMinutes(number);
            case "h" -> Duration.ofHours(number);
            case "d" -> Duration.ofDays(number);
            case "w" -> Duration.ofDays(7 * number);
            default -> Duration.ofSeconds(number);
        };
        if (duration.isZero() || duration.compareTo(LONGEST) > 0) {
            throw refused(field, "must be longer than zero and at most 100 years");
        }
        return duration;
    }

    /** The shortest spelling: {@code 36h}, not {@code 129600s}. */
    public static String format(Duration duration) {
        long seconds = duration.toSeconds();
        if (seconds % 86_400 == 0) {
            return seconds / 86_400 + "d";
        }
        if (seconds % 3_600 == 0) {
            return seconds / 3_600 + "h";
        }
        return seconds % 60 == 0 ? seconds / 60 + "m" : seconds + "s";
    }

    private static VaultException refused(String field, String problem) {
        return new VaultException(ErrorCode.INVALID_DURATION, field + " " + problem, Map.of("field", field));
    }
}
