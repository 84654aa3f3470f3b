package ai.scailabs.vault.federation.hashicorp;

import java.util.regex.Pattern;

/** Which names are asked for: those that stand in a URL as they are, so that none means another route. A secret with another name is there for others. */
final class VaultName {
    private static final int LONGEST = 1_024;
    private static final Pattern SEGMENT = Pattern.compile("[A-Za-z0-9_.@+=,:~-]{1,255}");

    private VaultName() {}

    static boolean isSegment(String text) {
        return SEGMENT.matcher(text).matches() && !text.equals(".") && !text.equals("..");
    }

    /** Of at least two segments, as the first leads to a mount. */
    static boolean isName(String text) {
        if (text.length() > LONGEST || text.indexOf('/') < 0) {
            return false;
        }
        for (String segment : text.split("/", -1)) {
            if (!isSegment(segment)) {
                return false;
            }
        }
        return true;
    }

    /** What a name can begin with, and have a mount in it. */
    static boolean isPrefix(String text) {
        return isName(text.endsWith("/") ? text + "x" : text);
    }
}
