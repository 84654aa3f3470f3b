package ai.scailabs.vault.pki.dns.zone;

import java.util.regex.Pattern;

/** One TXT record in the form of a zone file (RFC 1035 §5.1): strings in quotes. */
public final class TxtValue {
    private static final Pattern PLAIN = Pattern.compile("[ -~]{1,255}");

    private TxtValue() {}

    /** Whether it fits one string, and every provider takes it. */
    public static boolean isValue(String text) {
        return PLAIN.matcher(text).matches();
    }

    public static String quoted(String value) {
        return "\"" + value.replace("\\", "\\\\").replace("\"", "\\\"") + "\"";
    }

    /** Whether the record, as a provider shows it, is of one string, which is the value. Some show it without quotes. */
    public static boolean isOf(String shown, String value) {
        return shown.equals(quoted(value)) || shown.equals(value);
    }
}
