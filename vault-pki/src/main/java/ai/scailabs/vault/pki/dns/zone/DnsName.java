package ai.scailabs.vault.pki.dns.zone;

import java.util.Locale;
import java.util.regex.Pattern;

/** Names of zones and records as texts: in small letters, without a dot at their end. */
public final class DnsName {
    private static final int MAX_LENGTH = 253;
    private static final Pattern NAME =
            Pattern.compile("[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?(\\.[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?)*");

    private DnsName() {}

    /** Whether it is one of several labels, or of one. */
    public static boolean isName(String text) {
        return text.length() <= MAX_LENGTH && NAME.matcher(text).matches();
    }

    /** In small letters, without a dot at its end; not looked at otherwise. */
    public static String plain(String text) {
        String small = text.toLowerCase(Locale.ROOT);
        return small.endsWith(".") ? small.substring(0, small.length() - 1) : small;
    }

    /** Whether the name is the zone's own or below it. */
    public static boolean isWithin(String name, String zone) {
        return name.equals(zone) || name.endsWith("." + zone);
    }

    /** The part of the name above the zone; empty for the zone's own. */
    public static String relative(String name, String zone) {
        return name.equals(zone) ? "" : name.substring(0, name.length() - zone.length() - 1);
    }
}
