package ai.scailabs.vault.audit.verify;

import java.math.BigDecimal;
import java.math.RoundingMode;

/** Numbers as RFC 8785 §3.2.2.3 writes them, which is ECMAScript's way with doubles. */
final class CanonicalNumber {
    private CanonicalNumber() {}

    /** The one way to write it. @throws IllegalArgumentException when it is not finite */
    static String text(double value) {
        if (!Double.isFinite(value)) {
            throw new IllegalArgumentException("not a number of JSON");
        }
        if (value == 0) {
            return "0";
        }
        BigDecimal shortest = shortest(Math.abs(value));
        String digits = shortest.unscaledValue().toString();
        int point = digits.length() - shortest.scale();
        String text;
        if (point > 21 || point <= -6) {
            String mantissa = digits.length() == 1 ? digits : digits.charAt(0) + "." + digits.substring(1);
            text = mantissa + 'e' + (point > 0 ? "+" : "") + (point - 1);
        } else if (point <= 0) {
            text = "0." + "0".repeat(-point) + digits;
        } else if (point >= digits.length()) {
            text = digits + "0".repeat(point - digits.length());
        } else {
            text = digits.substring(0, point) + '.' + digits.substring(point);
        }
        return value < 0 ? '-' + text : text;
    }

    /** Java's own text is the shortest of two digits or more. */
    private static BigDecimal shortest(double value) {
        BigDecimal decimal = new BigDecimal(Double.toString(value)).stripTrailingZeros();
        if (decimal.precision() == 2) {
            BigDecimal exact = new BigDecimal(value);
            BigDecimal down = decimal.setScale(decimal.scale() - 1, RoundingMode.DOWN);
            BigDecimal up = decimal.setScale(decimal.scale() - 1, RoundingMode.UP);
            boolean isUpNearer =
                    up.subtract(exact).abs().compareTo(exact.subtract(down).abs()) < 0;
            BigDecimal nearer = isUpNearer ? up : down;
            if (nearer.signum() > 0 && nearer.doubleValue() == value) {
                return nearer.stripTrailingZeros();
            }
        }
        return decimal;
    }
}
