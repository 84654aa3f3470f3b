package ai.scailabs.vault.access.policy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import ai.scailabs.vault.kernel.error.ErrorCode;
import ai.scailabs.vault.kernel.error.VaultException;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.NullSource;
import org.junit.jupiter.params.provider.ValueSource;

class ConditionsFormTest {
    private static ConditionsDraft ranges(List<String> ranges) {
        return new ConditionsDraft(ranges, null, null, null);
    }

    private static ConditionsDraft window(List<String> days, String start, String end, String zone) {
        return new ConditionsDraft(null, null, null, new ConditionsDraft.Window(days, start, end, zone));
    }

    private static void refused(String field, ThrowingCallable call) {
        VaultException refusal = catchThrowableOfType(VaultException.class, call);
        assertThat(refusal).isNotNull();
        assertThat(refusal.code()).isEqualTo(ErrorCode.INVALID_POLICY);
        assertThat(refusal.details())
                .containsEntry("rule_index", 3)
                .containsEntry("field", "rules[3].conditions." + field);
    }

    @ParameterizedTest
    @NullSource
    @ValueSource(
            strings = {
                "",
                "/",
                "10.0.0.0/",
                "10.0.0.0/33",
                "10.0.0.0/-1",
                "10.0.0.0/08",
                "10.0.0.0/8/8",
                "10.0.0.1/8",
                "10.0.0.0/8 ",
                " 10.0.0.0/8",
                "10.0.0/8",
                "10",
                "010.0.0.0/8",
                "0x0a.0.0.0/8",
                "256.0.0.0/8",
                "10.0.0.0-10.0.0.9",
                "10.0.0.*",
                "localhost",
                "example.test/8",
                "2001:db8::/129",
                "2001:db8::1/32",
                "2001:db8::g/32",
                "fe80::1%eth0",
                "[::1]/128",
                "::ffff:10.0.0.0/8",
                "::ffff:10.0.0.1/104",
                "::ffff:10.0.0.0/95",
                "\u0661\u0660.0.0.0/8"
            })
    void oddRanges_areRefusedByName(String range) {
        refused("ip_ranges[1]", () -> ConditionsForm.parse(3, ranges(Arrays.asList("10.0.0.0/8", range))));
    }

    @Test
    void numberOfRanges_isBounded() {
        refused("ip_ranges", () -> ConditionsForm.parse(3, ranges(List.of())));
        refused("ip_ranges", () -> ConditionsForm.parse(3, ranges(Collections.nCopies(65, "10.0.0.0/8"))));
        assertThat(ConditionsForm.parse(3, ranges(Collections.nCopies(64, "10.0.0.0/8")))
                        .ipRanges())
                .hasSize(64);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "0.0.0.0/0",
                "10.0.0.0/8",
                "192.0.2.7",
                "192.0.2.7/32",
                "::/0",
                "2001:db8::/32",
                "::1",
                "::ffff:10.0.0.0/104"
            })
    void properRanges_areTaken(String range) {
        assertThat(ConditionsForm.parse(0, ranges(List.of(range))).ipRanges().getFirst())
                .hasToString(range);
    }

    @ParameterizedTest
    @CsvSource(
            nullValues = "-",
            value = {
                "-, 08:00, 18:00, UTC, days",
                "'', 08:00, 18:00, UTC, days",
                "mon|mon, 08:00, 18:00, UTC, days",
                "Mon, 08:00, 18:00, UTC, days",
                "monday, 08:00, 18:00, UTC, days",
                "mon|-, 08:00, 18:00, UTC, days",
                "mon, -, 18:00, UTC, start",
                "mon, 8:00, 18:00, UTC, start",
                "mon, 08:00:00, 18:00, UTC, start",
                "mon, 24:00, 18:00, UTC, start",
                "mon, 08:60, 18:00, UTC, start",
                "mon, 08:00, -, UTC, end",
                "mon, 08:00, 24:01, UTC, end",
                "mon, 08:00, 6pm, UTC, end",
                "mon, 08:00, 08:00, UTC, end",
                "mon, 08:00, 18:00, -, timezone",
                "mon, 08:00, 18:00, '', timezone",
                "mon, 08:00, 18:00, Europe/Atlantis, timezone",
                "mon, 08:00, 18:00, europe/amsterdam, timezone",
                "mon, 08:00, 18:00, +02:00, timezone",
                "mon, 08:00, 18:00, UTC+2, timezone",
                "mon, 08:00, 18:00, ../../etc/passwd, timezone"
            })
    void oddWindows_areRefusedByName(String days, String start, String end, String zone, String field) {
        List<String> names = days == null
                ? null
                : Arrays.stream(days.split("\\|"))
                        .map(name -> name.equals("-") ? null : name)
                        .toList();
        refused("time_window." + field, () -> ConditionsForm.parse(3, window(names, start, end, zone)));
    }

    @Test
    void ageWithoutMfa_isRefused() {
        refused("mfa_max_age", () -> ConditionsForm.parse(3, new ConditionsDraft(null, null, "5m", null)));
        refused("mfa_max_age", () -> ConditionsForm.parse(3, new ConditionsDraft(null, false, "5m", null)));
        refused("mfa_max_age", () -> ConditionsForm.parse(3, new ConditionsDraft(null, true, "31d", null)));
        for (String age : List.of("0", "0m", "-5m", "5 m", "soon", "99999999999m")) {
            VaultException refusal = catchThrowableOfType(
                    VaultException.class, () -> ConditionsForm.parse(3, new ConditionsDraft(null, true, age, null)));
            assertThat(refusal.code()).isEqualTo(ErrorCode.INVALID_DURATION);
            assertThat(refusal.details()).containsEntry("field", "rules[3].conditions.mfa_max_age");
        }
    }

    @Test
    void conditionsThatAskNothing_areNone() {
        assertThat(ConditionsForm.parse(0, null).isNone()).isTrue();
        assertThat(ConditionsForm.parse(0, new ConditionsDraft(null, false, null, null))
                        .isNone())
                .isTrue();
    }
}
