package ai.scailabs.vault.access.policy;

import ai.scailabs.vault.kernel.error.ErrorCode;
import ai.scailabs.vault.kernel.error.VaultException;
import ai.scailabs.vault.kernel.net.AddressRange;
import ai.scailabs.vault.kernel.time.DurationText;
import java.time.DayOfWeek;
import java.time.Duration;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Conditions as callers write them, and back. What is not understood in full is refused: half a condition would open more than was meant. */
public final class ConditionsForm {
    private static final Pattern TIME = Pattern.compile("([01][0-9]|2[0-3]):([0-5][0-9])");
    private static final String END_OF_DAY = "24:00";
    private static final Set<String> ZONES = ZoneId.getAvailableZoneIds();

    private final int rule;

    private ConditionsForm(int rule) {
        this.rule = rule;
    }

    /**
     * @param rule its index, for the error
     * @throws VaultException {@code invalid_policy} or {@code invalid_duration}, with the field in its details
     */
    static RuleConditions parse(int rule, @Nullable ConditionsDraft draft) {
        return draft == null ? RuleConditions.NONE : new ConditionsForm(rule).parse(draft);
    }

    private RuleConditions parse(ConditionsDraft draft) {
        boolean mfaRequired = Boolean.TRUE.equals(draft.requireMfa());
        if (draft.mfaMaxAge() != null && !mfaRequired) {
            throw refused("mfa_max_age", "goes with require_mfa: true only");
        }
        return new RuleConditions(
                ranges(draft.ipRanges()), mfaRequired, mfaMaxAge(draft.mfaMaxAge()), window(draft.timeWindow()));
    }

    private List<AddressRange> ranges(@Nullable List<@Nullable String> texts) {
        if (texts == null) {
            return List.of();
        }
        if (texts.isEmpty() || texts.size() > RuleConditions.MAX_IP_RANGES) {
            throw refused("ip_ranges", "must have 1 to " + RuleConditions.MAX_IP_RANGES + " members");
        }
        List<AddressRange> ranges = new ArrayList<>(texts.size());
        for (int i = 0; i < texts.size(); i++) {
            String field = "ip_ranges[" + i + "]";
            String text = texts.get(i);
            AddressRange range = text == null || text.length() > 50
                    ? null
                    : AddressRange.parse(text).orElse(null);
            if (range == null) {
                throw refused(field, "must be a range such as 10.0.0.0/8 or 2001:db8::/32");
            }
            if (range.hasHostBits()) {
                throw refused(field, "names an address inside its range, not the beginning of it");
            }
            ranges.add(range);
        }
        return ranges;
    }

    private @Nullable Duration mfaMaxAge(@Nullable String text) {
        if (text == null) {
            return null;
        }
        Duration age = DurationText.parse(fieldName("mfa_max_age"), text);
        if (age.compareTo(RuleConditions.LONGEST_MFA_AGE) > 0) {
            throw refused("mfa_max_age", "must be at most " + DurationText.format(RuleConditions.LONGEST_MFA_AGE));
        }
        return age;
    }

    private @Nullable TimeWindow window(ConditionsDraft.@Nullable Window draft) {
        if (draft == null) {
            return null;
        }
        Set<DayOfWeek> days = days(draft.days());
        int start = minute("time_window.start", draft.start(), false);
        int end = minute("time_window.end", draft.end(), true);
        if (start == end) {
            throw refused("time_window.end", "must differ from start; whole days are 00:00 to 24:00");
        }
        String zone = draft.timezone();
        if (zone == null || !ZONES.contains(zone)) {
            throw refused("time_window.timezone", "must be a zone of the IANA database such as Europe/Amsterdam");
        }
        return new TimeWindow(days, start, end, ZoneId.of(zone));
    }

    private Set<DayOfWeek> days(@Nullable List<@Nullable String> names) {
        EnumSet<DayOfWeek> days = EnumSet.noneOf(DayOfWeek.class);
        for (String name : names == null ? List.<@Nullable String>of() : names) {
            DayOfWeek day = day(name);
            if (day == null || !days.add(day)) {
                throw refused("time_window.days", "must name mon, tue, wed, thu, fri, sat or sun, each once");
            }
        }
        if (days.isEmpty()) {
            throw refused("time_window.days", "must name at least one day");
        }
        return days;
    }

    private static @Nullable DayOfWeek day(@Nullable String name) {
        for (DayOfWeek day : DayOfWeek.values()) {
            if (nameOf(day).equals(name)) {
                return day;
            }
        }
        return null;
    }

    private int minute(String field, @Nullable String text, boolean mayEndTheDay) {
        if (text != null && mayEndTheDay && text.equals(END_OF_DAY)) {
            return TimeWindow.MINUTES_OF_A_DAY;
        }
        Matcher time = TIME.matcher(text == null ? "" : text);
        if (!time.matches()) {
            throw refused(field, "must be a time such as 08:00");
        }
        return Integer.parseInt(time.group(1)) * 60 + Integer.parseInt(time.group(2));
    }

    private String fieldName(String member) {
        return "rules[" + rule + "].conditions." + member;
    }

    private VaultException refused(String member, String problem) {
        String field = fieldName(member);
        return new VaultException(
                ErrorCode.INVALID_POLICY, field + " " + problem, Map.of("rule_index", rule, "field", field));
    }

    /** As the API writes them, without what is not asked. */
    public static Map<String, Object> write(RuleConditions conditions) {
        Map<String, Object> written = new LinkedHashMap<>();
        if (!conditions.ipRanges().isEmpty()) {
            written.put(
                    "ip_ranges",
                    conditions.ipRanges().stream().map(AddressRange::toString).toList());
        }
        if (conditions.mfaRequired()) {
            written.put("require_mfa", true);
        }
        if (conditions.mfaMaxAge() != null) {
            written.put("mfa_max_age", DurationText.format(conditions.mfaMaxAge()));
        }
        TimeWindow window = conditions.timeWindow();
        if (window != null) {
            Map<String, Object> hours = new LinkedHashMap<>();
            hours.put("days", window.days().stream().map(ConditionsForm::nameOf).toList());
            hours.put("start", time(window.startMinute()));
            hours.put("end", time(window.endMinute()));
            hours.put("timezone", window.zone().getId());
            written.put("time_window", hours);
        }
        return written;
    }

    private static String nameOf(DayOfWeek day) {
        return day.name().substring(0, 3).toLowerCase(Locale.ROOT);
    }

    private static String time(int minute) {
        return String.format(Locale.ROOT, "%02d:%02d", minute / 60, minute % 60);
    }
}
