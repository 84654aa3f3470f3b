package ai.scailabs.vault.audit.proof;

import java.util.Collection;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Writes JSON of which there is one spelling only (RFC 8785). */
final class CanonicalJson {
    private static final long LARGEST_EXACT = 1L << 53;
    private static final char[] HEX = "0123456789abcdef".toCharArray();

    private final StringBuilder out;

    CanonicalJson(StringBuilder out) {
        this.out = out;
    }

    /**
     * @param value text, truth value, number, or a map or collection of these
     * @throws IllegalArgumentException for anything else
     */
    void value(@Nullable Object value) {
        switch (value) {
            case null -> out.append("null");
            case String text -> text(text);
            case Boolean flag -> out.append(flag.booleanValue());
            case Integer number -> out.append(number.intValue());
            case Long number when Math.abs(number) < LARGEST_EXACT -> out.append(number.longValue());
            case Number number when Double.isFinite(number.doubleValue()) -> number(number.doubleValue());
            // Beyond what the RFC can write as a number.
            case Number number -> text(number.toString());
            case Map<?, ?> members -> members(members);
            case Collection<?> items -> items(items);
            default -> throw new IllegalArgumentException("no JSON value: " + value.getClass());
        }
    }

    private void members(Map<?, ?> members) {
        // Text compares by UTF-16 code units, as the RFC wants it.
        TreeMap<String, @Nullable Object> sorted = new TreeMap<>();
        members.forEach((name, member) -> sorted.put((String) name, member));
        char before = '{';
        for (Map.Entry<String, @Nullable Object> member : sorted.entrySet()) {
            out.append(before);
            text(member.getKey());
            out.append(':');
            value(member.getValue());
            before = ',';
        }
        out.append(before == '{' ? "{}" : "}");
    }

    private void items(Collection<?> items) {
        char before = '[';
        for (Object item : items) {
            out.append(before);
            value(item);
            before = ',';
        }
        out.append(before == '[' ? "[]" : "]");
    }

    void text(@Nullable String text) {
        if (text == null) {
            out.append("null");
            return;
        }
        out.append('"');
        int written = 0;
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c < 0x20 || c == '"' || c == '\\') {
                out.append(text, written, i);
                escaped(c);
                written = i + 1;
            }
        }
        out.append(text, written, text.length()).append('"');
    }

    private void escaped(char c) {
        switch (c) {
            case '"' -> out.append("\\\"");
            case '\\' -> out.append("\\\\");
            case '\b' -> out.append("\\b");
            case '\f' -> out.append("\\f");
            case '\n' -> out.append("\\n");
            case '\r' -> out.append("\\r");
            case '\t' -> out.append("\\t");
            default -> out.append("\\u00").append(HEX[c >> 4]).append(HEX[c & 15]);
        }
    }

    /** As ECMAScript writes a number: the fewest digits that tell it from its neighbours, with an exponent where that is below -6 or above 20 (ECMA-262 §6.1.6.1.20). */
    private void number(double number) {
        if (number == 0) {
            out.append('0');
            return;
        }
        if (number < 0) {
            out.append('-');
        }
        String text = Double.toString(Math.abs(number));
        int mark = text.indexOf('E');
        String mantissa = mark < 0 ? text : text.substring(0, mark);
        int point = mantissa.indexOf('.');
        String all = mantissa.substring(0, point) + mantissa.substring(point + 1);
        int leading = 0;
        while (all.charAt(leading) == '0') {
            leading++;
        }
        int end = all.length();
        while (all.charAt(end - 1) == '0') {
            end--;
        }
        // The value is 0.digits × 10^n.
        int n = point - leading + (mark < 0 ? 0 : Integer.parseInt(text.substring(mark + 1)));
        String digits = all.substring(leading, end);
        // Java writes two digits at least, and where one would do they may be others than it: 4.9E-324 is 5e-324.
        int up = digits.charAt(0) - '0' + 1;
        if (digits.length() == 2 && Double.parseDouble(up + "E" + (n - 1)) == Math.abs(number)) {
            digits(up == 10 ? "1" : String.valueOf(up), up == 10 ? n + 1 : n);
        } else {
            digits(digits, n);
        }
    }

    private void digits(String digits, int n) {
        int count = digits.length();
        if (n > 21 || n < -5) {
            out.append(digits.charAt(0));
            if (count > 1) {
                out.append('.').append(digits, 1, count);
            }
            out.append('e').append(n > 0 ? "+" : "-").append(Math.abs(n - 1));
        } else if (n <= 0) {
            out.append("0.").append("0".repeat(-n)).append(digits);
        } else if (count <= n) {
            out.append(digits).append("0".repeat(n - count));
        } else {
            out.append(digits, 0, n).append('.').append(digits, n, count);
        }
    }
}
