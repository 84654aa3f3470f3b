package ai.scailabs.vault.pki.x509;

import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeParseException;
import java.util.Locale;
import java.util.Optional;
import org.bouncycastle.asn1.ASN1GeneralizedTime;
import org.bouncycastle.asn1.ASN1Primitive;
import org.bouncycastle.asn1.ASN1UTCTime;
import org.bouncycastle.asn1.BERTags;

/** Times of validity: UTCTime to the end of 2049 and GeneralizedTime from then on, with seconds, without fractions, in UTC (RFC 5280 §4.1.2.5). */
final class TimeText {
    private static final Instant FIRST_GENERALIZED = Instant.parse("2050-01-01T00:00:00Z");
    private static final Instant FIRST_UTC = Instant.parse("1950-01-01T00:00:00Z");
    private static final DateTimeFormatter LONG =
            DateTimeFormatter.ofPattern("uuuuMMddHHmmss'Z'", Locale.ROOT).withZone(ZoneOffset.UTC);

    private TimeText() {}

    static ASN1Primitive encode(Instant time) {
        String text = LONG.format(time);
        return time.isBefore(FIRST_GENERALIZED)
                ? tagged(BERTags.UTC_TIME, text.substring(2))
                : tagged(BERTags.GENERALIZED_TIME, text);
    }

    /** The library's own constructors read the text by a calendar, which takes longer than all the rest of a certificate's assembly. */
    private static ASN1Primitive tagged(int tag, String text) {
        byte[] encoded = new byte[2 + text.length()];
        encoded[0] = (byte) tag;
        encoded[1] = (byte) text.length();
        for (int i = 0; i < text.length(); i++) {
            encoded[2 + i] = (byte) text.charAt(i);
        }
        return TbsView.primitive(encoded);
    }

    /** Empty for any form but the one that {@link #encode} writes. */
    static Optional<Instant> decode(ASN1Primitive time) {
        String written;
        if (time instanceof ASN1UTCTime utc) {
            // Both centuries are read from two digits at 50, as the RFC has it.
            String text = text(utc);
            written = (text.compareTo("50") < 0 ? "20" : "19") + text;
        } else if (time instanceof ASN1GeneralizedTime generalized) {
            written = generalized.getTimeString();
        } else {
            return Optional.empty();
        }
        try {
            Instant read = LONG.parse(written, Instant::from);
            boolean early = !read.isBefore(FIRST_UTC) && read.isBefore(FIRST_GENERALIZED);
            return early == time instanceof ASN1UTCTime ? Optional.of(read) : Optional.empty();
        } catch (DateTimeParseException otherForm) {
            return Optional.empty();
        }
    }

    /** The characters as they are encoded: the library's own accessor completes what is missing. */
    private static String text(ASN1UTCTime time) {
        return time.toString();
    }
}
