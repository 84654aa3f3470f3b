package ai.scailabs.vault.pki.x509;

import java.math.BigInteger;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;

/** The serial number of a certificate: positive, and at most 20 octets in DER, its sign included (RFC 5280 §4.1.2.2). */
public record SerialNumber(BigInteger value) {
    public static final int MAX_OCTETS = 20;

    /** What fits into 20 octets without the octet of the sign. */
    private static final int MAX_BITS = MAX_OCTETS * 8 - 1;

    private static final Pattern GROUPS = Pattern.compile("[0-9a-fA-F]+([:\\- ][0-9a-fA-F]+)*");

    /** @throws IllegalArgumentException when it is not positive or too long */
    public SerialNumber {
        if (value.signum() <= 0 || value.bitLength() > MAX_BITS) {
            throw new IllegalArgumentException("a serial number is positive and has at most 20 octets");
        }
    }

    /** Empty for what no certificate may have. */
    public static Optional<SerialNumber> of(BigInteger value) {
        return value.signum() <= 0 || value.bitLength() > MAX_BITS
                ? Optional.empty()
                : Optional.of(new SerialNumber(value));
    }

    /** 159 random bits. */
    public static SerialNumber random(SecureRandom random) {
        BigInteger value;
        do {
            value = new BigInteger(MAX_BITS, random);
        } while (value.signum() == 0);
        return new SerialNumber(value);
    }

    /**
     * Reads hexadecimal digits as any tool prints them: with colons, hyphens or spaces between, in either case, after {@code 0x}, with or without leading zeros. Empty for everything else,
     * and for what no certificate may have.
     */
    public static Optional<SerialNumber> parse(String text) {
        String digits = text.strip();
        if (digits.regionMatches(true, 0, "0x", 0, 2)) {
            digits = digits.substring(2);
        }
        // 21 octets with a separator each, and as many as somebody may write zeros before it.
        if (digits.length() > 4 * MAX_OCTETS || !GROUPS.matcher(digits).matches()) {
            return Optional.empty();
        }
        return of(new BigInteger(join(digits.split("[:\\- ]")), 16));
    }

    /** {@code 1:A:2B} are three octets: who writes octet by octet may leave out the zero of each. */
    private static String join(String[] groups) {
        StringBuilder joined = new StringBuilder();
        for (String group : groups) {
            if (group.length() % 2 == 1 && !joined.isEmpty()) {
                joined.append('0');
            }
            joined.append(group);
        }
        return joined.toString();
    }

    /** The content octets of the INTEGER, with the zero octet of the sign where there is one. */
    public byte[] contentOctets() {
        return value.toByteArray();
    }

    /** Two upper-case digits for each octet of the number, joined by colons, as the API writes it. */
    @Override
    public String toString() {
        byte[] octets = value.toByteArray();
        List<String> written = new ArrayList<>(octets.length);
        HexFormat hex = HexFormat.of();
        for (int i = octets.length > 1 && octets[0] == 0 ? 1 : 0; i < octets.length; i++) {
            written.add(hex.toHexDigits(octets[i]).toUpperCase(Locale.ROOT));
        }
        return String.join(":", written);
    }
}
