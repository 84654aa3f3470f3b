package ai.scailabs.vault.bench;

import java.util.Locale;

/**
 * What a figure should be.
 *
 * @param atLeast whether {@code bound} is the least; else it is the most
 */
record Target(String what, double measured, boolean atLeast, double bound, String unit) {
    static Target atLeast(String what, double measured, double bound, String unit) {
        return new Target(what, measured, true, bound, unit);
    }

    static Target atMost(String what, double measured, double bound, String unit) {
        return new Target(what, measured, false, bound, unit);
    }

    boolean isMet() {
        return atLeast ? measured >= bound : measured <= bound;
    }

    String line() {
        return "%s  %-28s %10s %s (%s %s)"
                .formatted(
                        isMet() ? "PASS" : "FAIL",
                        what,
                        rounded(measured),
                        unit,
                        atLeast ? "at least" : "at most",
                        rounded(bound))
                .replaceAll(" +\\(", " (");
    }

    private static String rounded(double value) {
        return String.format(Locale.ROOT, value >= 100 || value == Math.rint(value) ? "%,.0f" : "%.2f", value);
    }
}
