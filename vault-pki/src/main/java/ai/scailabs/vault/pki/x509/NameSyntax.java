package ai.scailabs.vault.pki.x509;

import ai.scailabs.vault.kernel.error.ErrorCode;
import ai.scailabs.vault.kernel.error.VaultException;
import ai.scailabs.vault.kernel.net.IpAddress;
import java.net.IDN;
import java.net.InetAddress;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.text.Normalizer;
import java.util.Arrays;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Reads names as callers write them, once; everything later deals with {@link GeneralName}s. A refusal names the rule and the value: names are no secrets. */
public final class NameSyntax {
    public static final int MAX_DNS_LENGTH = 253;
    private static final int MAX_LABEL_LENGTH = 63;
    private static final int MAX_URI_LENGTH = 2048;
    private static final int MAX_LOCAL_PART = 64;
    private static final int MAX_EMAIL_LENGTH = 254;

    /** Underscores are no letters of host names, but names of services have them, and private networks use them. */
    private static final Pattern LABEL = Pattern.compile("[a-z0-9_]([a-z0-9_-]*[a-z0-9_])?");

    private static final Pattern LOCAL_PART =
            Pattern.compile("[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(\\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*");

    private static final String A_LABEL = "xn--";

    /** Joiners, middle dots, and the like. */
    private static final String IN_NAMES = "\u200c\u200d\u00b7\u05f3\u05f4\u0f0b\u30fb";

    private NameSyntax() {}

    /** An address where it is one, a mailbox where there is an {@code @}, a URI where there is {@code ://}, else a DNS name: how a list of alternative names is meant. */
    public static GeneralName parse(String text) {
        if (text.contains("://")) {
            return uri(text);
        }
        if (text.indexOf('@') >= 0) {
            return email(text);
        }
        return text.indexOf(':') >= 0 || IpAddress.parse(text).isPresent() ? ip(text) : dns(text);
    }

    /**
     * A DNS name. Letters become lower case and U-labels A-labels.
     *
     * @throws VaultException {@code name_not_allowed}
     */
    public static GeneralName.Dns dns(String text) {
        String name = text;
        for (int i = 0; i < text.length(); i++) {
            if (text.charAt(i) > 0x7f) {
                name = toAscii(text);
                break;
            }
        }
        return asked(new GeneralName.Dns(name.toLowerCase(Locale.ROOT)));
    }

    /** @throws VaultException {@code name_not_allowed} */
    public static GeneralName.Ip ip(String text) {
        if (text.indexOf('/') >= 0) {
            throw refusal("ip_form", text, "is a range, not an address");
        }
        if (IpAddress.parse(text).isEmpty()) {
            throw refusal("ip_form", text, "is not an IP address");
        }
        InetAddress address = InetAddress.ofLiteral(text);
        // The JDK has already made an IPv4 address of it.
        if (text.indexOf(':') >= 0 && address.getAddress().length == 4) {
            throw refusal("ip_mapped", text, "is an IPv4 address written as IPv6");
        }
        return new GeneralName.Ip(address);
    }

    /** @throws VaultException {@code name_not_allowed} */
    public static GeneralName.Email email(String text) {
        int at = text.lastIndexOf('@');
        return asked(
                at < 0
                        ? new GeneralName.Email(text)
                        : new GeneralName.Email(text.substring(0, at + 1)
                                + text.substring(at + 1).toLowerCase(Locale.ROOT)));
    }

    /** @throws VaultException {@code name_not_allowed} */
    public static GeneralName.Uri uri(String text) {
        return new GeneralName.Uri(text);
    }

    static GeneralName.Ip ip(byte[] octets) {
        if (octets.length == 16 && isMapped(octets)) {
            throw refusal("ip_mapped", text(octets), "is an IPv4 address written as IPv6");
        }
        try {
            return new GeneralName.Ip(InetAddress.getByAddress(octets));
        } catch (UnknownHostException wrongLength) {
            throw refusal("ip_length", octets.length + " octets", "is neither an IPv4 nor an IPv6 address");
        }
    }

    static boolean isMapped(byte[] octets) {
        for (int i = 0; i < 10; i++) {
            if (octets[i] != 0) {
                return false;
            }
        }
        return octets[10] == (byte) 0xff && octets[11] == (byte) 0xff;
    }

    /** With no A-label but such as stand for a name. What was taken once must be read whatever the rule is by now, so that no constructor asks this. */
    static GeneralName.Dns asked(GeneralName.Dns name) {
        requireALabels(name.text());
        return name;
    }

    /** As above. */
    static GeneralName.Email asked(GeneralName.Email mailbox) {
        requireALabels(mailbox.domain());
        return mailbox;
    }

    private static void requireALabels(String name) {
        if (!areALabels(name)) {
            throw noALabel(name);
        }
    }

    /** Whether each label that looks like an A-label stands for a name. */
    static boolean areALabels(String name) {
        return Stream.of(name.split("\\.", -1)).allMatch(label -> !label.startsWith(A_LABEL) || isALabel(label));
    }

    private static VaultException noALabel(String name) {
        return refusal("idn", name, "has a label that looks like an A-label and is none");
    }

    static void requireDns(String name) {
        if (name.isEmpty() || name.length() > MAX_DNS_LENGTH) {
            throw refusal("dns_length", name, "has no character, or more than " + MAX_DNS_LENGTH);
        }
        String[] labels = name.split("\\.", -1);
        int first = labels[0].equals("*") ? 1 : 0;
        if (first == 1 && labels.length < 3) {
            throw refusal("wildcard_depth", name, "has a wildcard with fewer than two labels after it");
        }
        for (int i = first; i < labels.length; i++) {
            requireLabel(name, labels[i]);
        }
        if (labels[labels.length - 1].chars().allMatch(c -> c >= '0' && c <= '9')) {
            throw refusal("dns_address", name, "ends in a number, as only addresses do");
        }
    }

    private static void requireLabel(String name, String label) {
        if (label.indexOf('*') >= 0) {
            throw refusal("wildcard_place", name, "has a wildcard that is not the whole left-most label");
        }
        if (label.isEmpty()
                || label.length() > MAX_LABEL_LENGTH
                || !LABEL.matcher(label).matches()) {
            throw refusal(
                    "dns_label",
                    name,
                    "has a label that is empty, too long, or not of lower-case letters, digits and hyphens");
        }
        if (label.startsWith("--", 2) && !label.startsWith(A_LABEL)) {
            throw noALabel(name);
        }
    }

    /** RFC 5890 §2.3.2.1: what it stands for is written so, and only so. Which characters there are in which version of Unicode is no question of ours, as long as they stand for themselves alone. */
    private static boolean isALabel(String label) {
        String code = label.substring(A_LABEL.length());
        return Punycode.decode(code)
                .filter(unicode -> Punycode.encode(unicode).equals(code) && isULabel(unicode))
                .isPresent();
    }

    private static boolean isULabel(String unicode) {
        return unicode.chars().anyMatch(c -> c > 0x7f)
                && unicode.codePoints().allMatch(NameSyntax::isOfNames)
                && !isMark(unicode.codePointAt(0))
                && !unicode.startsWith("-")
                && !unicode.endsWith("-")
                && unicode.codePoints().noneMatch(Character::isUpperCase)
                && Normalizer.isNormalized(unicode, Normalizer.Form.NFKC);
    }

    private static boolean isMark(int point) {
        int type = Character.getType(point);
        return type == Character.NON_SPACING_MARK
                || type == Character.COMBINING_SPACING_MARK
                || type == Character.ENCLOSING_MARK;
    }

    /** No spaces, no controls and no full stops of other scripts; what is punctuation elsewhere and a letter in names is in RFC 5892 §2.6. */
    private static boolean isOfNames(int point) {
        if (point < 0x80 || IN_NAMES.indexOf(point) >= 0) {
            return true;
        }
        return isMark(point)
                || switch (Character.getType(point)) {
                    case Character.LOWERCASE_LETTER,
                            Character.MODIFIER_LETTER,
                            Character.OTHER_LETTER,
                            Character.DECIMAL_DIGIT_NUMBER,
                            Character.LETTER_NUMBER,
                            Character.OTHER_NUMBER,
                            Character.MATH_SYMBOL,
                            Character.CURRENCY_SYMBOL,
                            Character.MODIFIER_SYMBOL,
                            Character.OTHER_SYMBOL -> true;
                    default -> false;
                };
    }

    private static String toAscii(String text) {
        // The JDK takes other full stops than the ASCII one for separators too: who writes those is refused, not
        // guessed at.
        if (text.chars().anyMatch(c -> c == '\u3002' || c == '\uff0e' || c == '\uff61')) {
            throw refusal("idn", text, "has a full stop that is not the ASCII one");
        }
        if (text.length() > 2 * MAX_DNS_LENGTH) {
            throw refusal("dns_length", text, "has no character, or more than " + MAX_DNS_LENGTH);
        }
        return Arrays.stream(text.split("\\.", -1))
                .map(label -> label.chars().allMatch(c -> c <= 0x7f) ? label : aLabel(text, label))
                .collect(Collectors.joining("."));
    }

    /** The JDK goes by IDNA2003, which makes two letters of a sharp s: what means another name by now (RFC 5891) is refused, and its A-label is taken. */
    private static String aLabel(String text, String label) {
        String ascii;
        try {
            ascii = IDN.toASCII(label).toLowerCase(Locale.ROOT);
        } catch (IllegalArgumentException notConvertible) {
            throw refusal("idn", text, "has a label that no A-label stands for");
        }
        String meant = Normalizer.normalize(
                Normalizer.normalize(label, Normalizer.Form.NFC).toLowerCase(Locale.ROOT), Normalizer.Form.NFC);
        String back = ascii.startsWith(A_LABEL)
                ? Punycode.decode(ascii.substring(A_LABEL.length())).orElse("")
                : ascii;
        if (!back.equals(meant)) {
            throw refusal("idn", text, "has a label that could mean another name; write it as an A-label");
        }
        return ascii;
    }

    static void requireEmail(String mailbox) {
        int at = mailbox.lastIndexOf('@');
        if (at < 1 || mailbox.length() > MAX_EMAIL_LENGTH || at > MAX_LOCAL_PART) {
            throw refusal("email_form", mailbox, "is not a mailbox");
        }
        if (!LOCAL_PART.matcher(mailbox.substring(0, at)).matches()) {
            throw refusal("email_local_part", mailbox, "has a local part that is not an ASCII dot-atom");
        }
        String domain = mailbox.substring(at + 1);
        if (domain.indexOf('*') >= 0) {
            throw refusal("email_form", mailbox, "is not a mailbox");
        }
        requireDns(domain);
    }

    static void requireUri(String text) {
        if (text.isEmpty()
                || text.length() > MAX_URI_LENGTH
                || !StandardCharsets.US_ASCII.newEncoder().canEncode(text)) {
            throw refusal("uri_form", text, "is empty, too long, or not ASCII");
        }
        try {
            URI uri = new URI(text);
            String scheme = uri.getScheme();
            if (scheme == null || uri.getRawSchemeSpecificPart() == null || uri.getRawUserInfo() != null) {
                throw refusal("uri_form", text, "is not absolute, or names a user");
            }
            if (text.startsWith("://", scheme.length()) && uri.getHost() == null) {
                throw refusal("uri_host", text, "has no host");
            }
        } catch (URISyntaxException malformed) {
            throw refusal("uri_form", text, "is not a URI");
        }
    }

    /** RFC 5952 §4: lower case, no leading zeros, the first of the longest runs of zero groups shortened. */
    static String text(byte[] octets) {
        if (octets.length == 4) {
            return (octets[0] & 0xff) + "." + (octets[1] & 0xff) + "." + (octets[2] & 0xff) + "." + (octets[3] & 0xff);
        }
        int[] groups = new int[octets.length / 2];
        for (int i = 0; i < groups.length; i++) {
            groups[i] = (octets[2 * i] & 0xff) << 8 | octets[2 * i + 1] & 0xff;
        }
        int start = -1;
        int length = 1;
        for (int i = 0; i < groups.length; i++) {
            int end = i;
            while (end < groups.length && groups[end] == 0) {
                end++;
            }
            if (end - i > length) {
                start = i;
                length = end - i;
            }
            i = Math.max(i, end - 1);
        }
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < groups.length; i++) {
            if (i == start) {
                text.append("::");
                i += length - 1;
                continue;
            }
            if (!text.isEmpty() && text.charAt(text.length() - 1) != ':') {
                text.append(':');
            }
            text.append(Integer.toHexString(groups[i]));
        }
        return text.toString();
    }

    static VaultException refusal(String rule, String value, String problem) {
        String shown = value.length() <= 300 ? value : value.substring(0, 300) + "…";
        return new VaultException(
                ErrorCode.NAME_NOT_ALLOWED, "'" + shown + "' " + problem, Map.of("rule", rule, "value", shown));
    }
}
