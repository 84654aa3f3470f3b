package ai.scailabs.vault.pki.x509;

import java.util.Optional;

/** What comes after {@code xn--} (RFC 3492), without a word on which characters names may have. Labels are short: what is longer than one is none. */
final class Punycode {
    private static final int BASE = 36;
    private static final int T_MIN = 1;
    private static final int T_MAX = 26;
    private static final int SKEW = 38;
    private static final int DAMP = 700;
    private static final int INITIAL_BIAS = 72;
    private static final int INITIAL_N = 0x80;
    private static final int MAX_LENGTH = 63;

    private Punycode() {}

    /** Empty for what is not the code of any text. */
    static Optional<String> decode(String code) {
        if (code.length() > MAX_LENGTH || code.chars().anyMatch(c -> c >= INITIAL_N)) {
            return Optional.empty();
        }
        int basic = Math.max(code.lastIndexOf('-'), 0);
        int[] points = new int[code.length()];
        int length = 0;
        while (length < basic) {
            points[length] = code.charAt(length);
            length++;
        }
        long n = INITIAL_N;
        int bias = INITIAL_BIAS;
        long i = 0;
        int at = basic > 0 ? basic + 1 : 0;
        while (at < code.length()) {
            long before = i;
            long weight = 1;
            for (int k = BASE; ; k += BASE) {
                int digit = at < code.length() ? digit(code.charAt(at++)) : -1;
                if (digit < 0) {
                    return Optional.empty();
                }
                i += digit * weight;
                int t = threshold(k, bias);
                if (digit < t) {
                    break;
                }
                weight *= BASE - t;
                if (i > Integer.MAX_VALUE || weight > Integer.MAX_VALUE) {
                    return Optional.empty();
                }
            }
            length++;
            bias = adapt(i - before, length, before == 0);
            n += i / length;
            i %= length;
            if (n > Character.MAX_CODE_POINT || n >= Character.MIN_SURROGATE && n <= Character.MAX_SURROGATE) {
                return Optional.empty();
            }
            System.arraycopy(points, (int) i, points, (int) i + 1, length - 1 - (int) i);
            points[(int) i] = (int) n;
            i++;
        }
        return Optional.of(new String(points, 0, length));
    }

    /** The one code of a text that is no longer than a label. */
    static String encode(String text) {
        int[] points = text.codePoints().toArray();
        StringBuilder code = new StringBuilder();
        for (int point : points) {
            if (point < INITIAL_N) {
                code.append((char) point);
            }
        }
        int basic = code.length();
        if (basic > 0) {
            code.append('-');
        }
        int n = INITIAL_N;
        long delta = 0;
        int bias = INITIAL_BIAS;
        int handled = basic;
        while (handled < points.length) {
            int next = Integer.MAX_VALUE;
            for (int point : points) {
                next = point >= n && point < next ? point : next;
            }
            delta += (long) (next - n) * (handled + 1);
            n = next;
            for (int point : points) {
                if (point < n) {
                    delta++;
                } else if (point == n) {
                    append(code, delta, bias);
                    bias = adapt(delta, handled + 1, handled == basic);
                    delta = 0;
                    handled++;
                }
            }
            delta++;
            n++;
        }
        return code.toString();
    }

    private static void append(StringBuilder code, long delta, int bias) {
        long q = delta;
        for (int k = BASE; ; k += BASE) {
            int t = threshold(k, bias);
            if (q < t) {
                break;
            }
            code.append(character((int) (t + (q - t) % (BASE - t))));
            q = (q - t) / (BASE - t);
        }
        code.append(character((int) q));
    }

    private static int threshold(int k, int bias) {
        return Math.clamp(k - bias, T_MIN, T_MAX);
    }

    private static int adapt(long delta, int points, boolean first) {
        long rest = first ? delta / DAMP : delta / 2;
        rest += rest / points;
        int k = 0;
        while (rest > (BASE - T_MIN) * T_MAX / 2) {
            rest /= BASE - T_MIN;
            k += BASE;
        }
        return (int) (k + (BASE - T_MIN + 1) * rest / (rest + SKEW));
    }

    private static int digit(char c) {
        if (c >= 'a' && c <= 'z') {
            return c - 'a';
        }
        return c >= '0' && c <= '9' ? c - '0' + 26 : -1;
    }

    private static char character(int digit) {
        return (char) (digit < 26 ? 'a' + digit : '0' + digit - 26);
    }
}
