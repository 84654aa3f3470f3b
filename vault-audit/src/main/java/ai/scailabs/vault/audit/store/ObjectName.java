package ai.scailabs.vault.audit.store;

import java.nio.charset.StandardCharsets;
import java.util.regex.Pattern;

/**
 * The name of an object below the prefix of its store: {@code exp_01J…/entries-000001.jsonl.gz}. Of letters, digits and {@code . _ - = /}, which every vendor takes as they are and no program on
 * the way reads otherwise; no segment is empty or consists of dots.
 */
public record ObjectName(String text) {
    /** Of a name with the prefix of its store. Vendors take 1,024. */
    static final int MAX_BYTES = 900;

    private static final Pattern FORM = Pattern.compile("[A-Za-z0-9._=-]+(/[A-Za-z0-9._=-]+)*");
    private static final Pattern DOTS = Pattern.compile("(^|.*/)\\.+(/.*|$)");

    public ObjectName {
        if (!isPath(text) || text.getBytes(StandardCharsets.UTF_8).length > MAX_BYTES) {
            throw new IllegalArgumentException("not the name of an object");
        }
    }

    static boolean isPath(String text) {
        return FORM.matcher(text).matches() && !DOTS.matcher(text).matches();
    }

    @Override
    public String toString() {
        return text;
    }
}
