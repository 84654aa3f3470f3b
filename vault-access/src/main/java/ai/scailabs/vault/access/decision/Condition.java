package ai.scailabs.vault.access.decision;

import ai.scailabs.vault.kernel.error.ErrorCode;
import java.util.Locale;

/** What can stand between a rule that fits and the access: from what a caller can do least about to what it can do most. */
enum Condition {
    IP_RANGES(ErrorCode.IP_NOT_ALLOWED),
    TIME_WINDOW(ErrorCode.TIME_WINDOW_VIOLATION),
    REQUIRE_MFA(ErrorCode.MFA_REQUIRED);

    private final ErrorCode code;
    private final String wireName = name().toLowerCase(Locale.ROOT);

    Condition(ErrorCode code) {
        this.code = code;
    }

    /** What a request is refused with. */
    ErrorCode code() {
        return code;
    }

    /** As the rule writes it. */
    String wireName() {
        return wireName;
    }
}
