package ai.scailabs.vault.access.policy;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** The conditions of a rule as a caller sent them, or as they are stored; absent is null. */
public record ConditionsDraft(
        @Nullable List<@Nullable String> ipRanges,
        @Nullable Boolean requireMfa,
        @Nullable String mfaMaxAge,
        @Nullable Window timeWindow) {

    /** Hours of some days. */
    public record Window(
            @Nullable List<@Nullable String> days,
            @Nullable String start,
            @Nullable String end,
            @Nullable String timezone) {}
}
