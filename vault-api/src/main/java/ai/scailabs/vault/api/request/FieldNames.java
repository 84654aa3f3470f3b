package ai.scailabs.vault.api.request;

import ai.scailabs.vault.kernel.error.ErrorCode;
import ai.scailabs.vault.kernel.error.VaultException;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * Refuses members and parameters that are not known, and names the one that was probably meant. A name comes from the caller, too: it is shown only when it looks like one, and not like a secret in the
 * wrong place.
 */
final class FieldNames {
    private static final int MAX_SHOWN = 64;
    private static final int SHORT = 4;

    private FieldNames() {}

    static String printable(String name) {
        boolean looksLikeOne = name.length() <= MAX_SHOWN && name.matches("[A-Za-z0-9_.\\[\\]-]+");
        return looksLikeOne && !name.contains("skt_") ? name : "(unprintable)";
    }

    /**
     * @param refusal what to say, the name in it or not
     * @param details what to tell besides the names that are known
     * @param known all that may stand there, in the order in which they are told
     */
    static VaultException unknown(String refusal, Map<String, String> details, String name, Collection<String> known) {
        Map<String, Object> all = new LinkedHashMap<>(details);
        Optional<String> meant = nearest(name, known);
        meant.ifPresent(one -> all.put("did_you_mean", one));
        if (!known.isEmpty()) {
            all.put("known", String.join(", ", known));
        }
        String message =
                meant.map(one -> refusal + "; did you mean " + one + "?").orElse(refusal);
        return new VaultException(ErrorCode.INVALID_REQUEST, message, all);
    }

    /** The known name that is at most two slips away, one for a short name; letters' case and underscores do not count. */
    static Optional<String> nearest(String name, Collection<String> known) {
        if (name.length() > MAX_SHOWN) {
            return Optional.empty();
        }
        String given = bare(name);
        String best = null;
        int fewest = given.length() <= SHORT ? 2 : 3;
        for (String candidate : known) {
            int slips = slips(given, bare(candidate));
            if (slips < fewest) {
                fewest = slips;
                best = candidate;
            }
        }
        return Optional.ofNullable(best);
    }

    private static String bare(String name) {
        return name.toLowerCase(Locale.ROOT).replaceAll("[_-]", "");
    }

    /** Letters that are missing, too many, wrong, or in the place of their neighbour (optimal string alignment). */
    private static int slips(String from, String to) {
        int[][] cost = new int[from.length() + 1][to.length() + 1];
        for (int i = 0; i <= from.length(); i++) {
            for (int j = 0; j <= to.length(); j++) {
                if (i == 0 || j == 0) {
                    cost[i][j] = i + j;
                    continue;
                }
                int other = from.charAt(i - 1) == to.charAt(j - 1) ? 0 : 1;
                cost[i][j] = Math.min(Math.min(cost[i - 1][j], cost[i][j - 1]) + 1, cost[i - 1][j - 1] + other);
                if (i > 1
                        && j > 1
                        && from.charAt(i - 1) == to.charAt(j - 2)
                        && from.charAt(i - 2) == to.charAt(j - 1)) {
                    cost[i][j] = Math.min(cost[i][j], cost[i - 2][j - 2] + 1);
                }
            }
        }
        return cost[from.length()][to.length()];
    }
}
