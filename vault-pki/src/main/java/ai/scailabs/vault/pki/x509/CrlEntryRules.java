package ai.scailabs.vault.pki.x509;

import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.util.Optional;

/** Reads one entry of a list octet by octet, and says what of RFC 5280 §5.1.2.6 and §5.3 it does not hold. Its only legal encoding is known, so that anything else is a finding. */
final class CrlEntryRules {
    private static final int REASON = 0x15;
    private static final int INVALIDITY_DATE = 0x18;
    private static final String LEGAL_REASONS = "\1\2\3\4\5\6\11\12";

    private final byte[] entry;
    private final boolean delta;
    private final Instant thisUpdate;
    private int at;

    private CrlEntryRules(byte[] entry, boolean delta, Instant thisUpdate) {
        this.entry = entry;
        this.delta = delta;
        this.thisUpdate = thisUpdate;
    }

    /** The content octets of its number; the problem otherwise. */
    static Checked check(byte[] entry, boolean delta, Instant thisUpdate) {
        CrlEntryRules rules = new CrlEntryRules(entry, delta, thisUpdate);
        try {
            return rules.read();
        } catch (IndexOutOfBoundsException | DateTimeException | NumberFormatException malformed) {
            return new Checked(new byte[0], Optional.of("not readable"));
        }
    }

    record Checked(byte[] serial, Optional<String> problem) {}

    private Checked read() {
        if (entry[at++] != 0x30 || entry[at++] != entry.length - 2) {
            return problem("not one sequence");
        }
        if (entry[at++] != 0x02) {
            return problem("a number that is no INTEGER");
        }
        int length = entry[at++];
        if (length < 1 || length > SerialNumber.MAX_OCTETS) {
            return problem("a number of another length");
        }
        byte[] serial = new byte[length];
        System.arraycopy(entry, at, serial, 0, length);
        at += length;
        boolean padded = length > 1 && serial[0] == 0 && serial[1] >= 0;
        if (serial[0] < 0 || padded || length == 1 && serial[0] == 0) {
            return problem("a number that is not positive, or has needless zeros");
        }
        if (time(false).isAfter(thisUpdate)) {
            return problem("revoked after the list was made");
        }
        return new Checked(serial, at == entry.length ? Optional.empty() : extensions());
    }

    private Optional<String> extensions() {
        if (entry[at++] != 0x30 || entry[at++] != entry.length - at || at == entry.length) {
            return Optional.of("extensions that are none, or empty");
        }
        int before = 0;
        while (at < entry.length) {
            boolean extension = entry[at] == 0x30
                    && entry[at + 2] == 0x06
                    && entry[at + 3] == 3
                    && entry[at + 4] == 0x55
                    && entry[at + 5] == 0x1D
                    && entry[at + 7] == 0x04;
            int type = entry[at + 6];
            if (!extension || type <= before) {
                return Optional.of("another extension, a critical one, or one twice");
            }
            before = type;
            int end = at + 2 + entry[at + 1];
            at += 9;
            Optional<String> wrong = value(type, end);
            if (wrong.isPresent() || at != end) {
                return wrong.isPresent() ? wrong : Optional.of("an extension of another length");
            }
        }
        return Optional.empty();
    }

    private Optional<String> value(int type, int end) {
        if (entry[at - 1] != end - at) {
            return Optional.of("an extension of another length");
        }
        if (type == INVALIDITY_DATE) {
            return time(true).isAfter(thisUpdate) ? Optional.of("invalid from a moment to come") : Optional.empty();
        }
        if (type != REASON || entry[at] != 0x0A || entry[at + 1] != 1) {
            return Optional.of("a reason that is no ENUMERATED, or another extension");
        }
        int reason = entry[at + 2];
        at += 3;
        boolean legal = LEGAL_REASONS.indexOf(reason) >= 0 || delta && reason == CrlEntry.REMOVE_FROM_CRL;
        return legal ? Optional.empty() : Optional.of("reason " + reason);
    }

    private Instant time(boolean generalizedOnly) {
        boolean generalized = entry[at] == 0x18;
        int length = generalized ? 15 : 13;
        if (!generalized && (generalizedOnly || entry[at] != 0x17) || entry[at + 1] != length) {
            throw new DateTimeException("another form of time");
        }
        String text = new String(entry, at + 2, length, StandardCharsets.US_ASCII);
        at += 2 + length;
        String full = generalized ? text : (text.compareTo("50") < 0 ? "20" : "19") + text;
        if (!full.endsWith("Z") || full.chars().limit(14).anyMatch(c -> c < '0' || c > '9')) {
            throw new DateTimeException("another form of time");
        }
        int year = Integer.parseInt(full, 0, 4, 10);
        if (generalized && !generalizedOnly && year < 2050) {
            throw new DateTimeException("GeneralizedTime before 2050");
        }
        return LocalDateTime.of(
                        year,
                        Integer.parseInt(full, 4, 6, 10),
                        Integer.parseInt(full, 6, 8, 10),
                        Integer.parseInt(full, 8, 10, 10),
                        Integer.parseInt(full, 10, 12, 10),
                        Integer.parseInt(full, 12, 14, 10))
                .toInstant(ZoneOffset.UTC);
    }

    private static Checked problem(String what) {
        return new Checked(new byte[0], Optional.of(what));
    }
}
