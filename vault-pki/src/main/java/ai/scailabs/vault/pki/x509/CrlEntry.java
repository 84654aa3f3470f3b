package ai.scailabs.vault.pki.x509;

import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import org.jspecify.annotations.Nullable;

/**
 * One revoked certificate in a list (RFC 5280 §5.3). Encoded by hand, as lists have millions: what is written is read again by {@link CrlEntryRules}.
 *
 * @param serial the content octets of the number
 * @param reason the code; 0 is not written, and {@link #REMOVE_FROM_CRL} is for lists of changes
 * @param revokedAt the fraction of the second is left out
 */
public record CrlEntry(
        byte[] serial,
        int reason,
        Instant revokedAt,
        @Nullable Instant invalidityDate) {
    public static final int REMOVE_FROM_CRL = 8;

    /** Octets of the longest: a number of 20, a time of 15, both extensions. */
    private static final int MOST = 2 + 22 + 17 + 2 + 12 + 28;

    private static final byte[] REASON = {0x30, 0x0A, 0x06, 0x03, 0x55, 0x1D, 0x15, 0x04, 0x03, 0x0A, 0x01};
    private static final byte[] INVALIDITY_DATE = {0x30, 0x18, 0x06, 0x03, 0x55, 0x1D, 0x18, 0x04, 0x11};
    private static final int FIRST_GENERALIZED_YEAR = 2050;

    /** DER. */
    public byte[] encoded() {
        int extensions =
                (reason == 0 ? 0 : REASON.length + 1) + (invalidityDate == null ? 0 : INVALIDITY_DATE.length + 17);
        LocalDateTime revoked = utc(revokedAt);
        boolean generalized = revoked.getYear() >= FIRST_GENERALIZED_YEAR;
        int length = 2 + serial.length + (generalized ? 17 : 15) + (extensions == 0 ? 0 : 2 + extensions);
        if (length > MOST) {
            throw new IllegalArgumentException("a number that is too long");
        }
        byte[] entry = new byte[2 + length];
        int at = 0;
        entry[at++] = 0x30;
        entry[at++] = (byte) length;
        entry[at++] = 0x02;
        entry[at++] = (byte) serial.length;
        System.arraycopy(serial, 0, entry, at, serial.length);
        at = time(entry, at + serial.length, revoked, generalized);
        if (extensions == 0) {
            return entry;
        }
        entry[at++] = 0x30;
        entry[at++] = (byte) extensions;
        if (reason != 0) {
            System.arraycopy(REASON, 0, entry, at, REASON.length);
            at += REASON.length;
            entry[at++] = (byte) reason;
        }
        if (invalidityDate != null) {
            System.arraycopy(INVALIDITY_DATE, 0, entry, at, INVALIDITY_DATE.length);
            time(entry, at + INVALIDITY_DATE.length, utc(invalidityDate), true);
        }
        return entry;
    }

    private static LocalDateTime utc(Instant time) {
        return LocalDateTime.ofEpochSecond(time.getEpochSecond(), 0, ZoneOffset.UTC);
    }

    private static int time(byte[] entry, int from, LocalDateTime time, boolean generalized) {
        int at = from;
        entry[at++] = (byte) (generalized ? 0x18 : 0x17);
        entry[at++] = (byte) (generalized ? 15 : 13);
        if (generalized) {
            at = two(entry, at, time.getYear() / 100);
        }
        at = two(entry, at, time.getYear() % 100);
        at = two(entry, at, time.getMonthValue());
        at = two(entry, at, time.getDayOfMonth());
        at = two(entry, at, time.getHour());
        at = two(entry, at, time.getMinute());
        at = two(entry, at, time.getSecond());
        entry[at++] = 'Z';
        return at;
    }

    private static int two(byte[] entry, int at, int number) {
        entry[at] = (byte) ('0' + number / 10);
        entry[at + 1] = (byte) ('0' + number % 10);
        return at + 2;
    }
}
