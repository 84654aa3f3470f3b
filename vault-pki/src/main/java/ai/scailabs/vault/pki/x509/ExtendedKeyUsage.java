package ai.scailabs.vault.pki.x509;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;

/** What a certificate may be used for, as an object identifier (RFC 5280 §4.2.1.12). {@code anyExtendedKeyUsage} is none: it would allow everything. */
public record ExtendedKeyUsage(String oid) {
    public static final ExtendedKeyUsage SERVER_AUTH = new ExtendedKeyUsage("1.3.6.1.5.5.7.3.1");
    public static final ExtendedKeyUsage CLIENT_AUTH = new ExtendedKeyUsage("1.3.6.1.5.5.7.3.2");
    public static final ExtendedKeyUsage CODE_SIGNING = new ExtendedKeyUsage("1.3.6.1.5.5.7.3.3");
    public static final ExtendedKeyUsage EMAIL_PROTECTION = new ExtendedKeyUsage("1.3.6.1.5.5.7.3.4");
    public static final ExtendedKeyUsage TIME_STAMPING = new ExtendedKeyUsage("1.3.6.1.5.5.7.3.8");
    /** For delegated responders alone: no role may have it. */
    public static final ExtendedKeyUsage OCSP_SIGNING = new ExtendedKeyUsage("1.3.6.1.5.5.7.3.9");

    private static final int MAX_CHARACTERS = 128;

    static final String ANY = "2.5.29.37.0";

    private static final Map<String, ExtendedKeyUsage> NAMES = names();

    /** @throws IllegalArgumentException when it is no object identifier, or {@code anyExtendedKeyUsage} */
    public ExtendedKeyUsage {
        if (!isUsage(oid)) {
            throw new IllegalArgumentException("not the object identifier of a usage");
        }
    }

    private static Map<String, ExtendedKeyUsage> names() {
        Map<String, ExtendedKeyUsage> names = new LinkedHashMap<>();
        names.put("server_auth", SERVER_AUTH);
        names.put("client_auth", CLIENT_AUTH);
        names.put("code_signing", CODE_SIGNING);
        names.put("email_protection", EMAIL_PROTECTION);
        names.put("time_stamping", TIME_STAMPING);
        names.put("ocsp_signing", OCSP_SIGNING);
        return names;
    }

    /** A name such as {@code server_auth}, or dotted numbers. */
    public static Optional<ExtendedKeyUsage> parse(String text) {
        ExtendedKeyUsage known = NAMES.get(text);
        if (known != null) {
            return Optional.of(known);
        }
        return isUsage(text) ? Optional.of(new ExtendedKeyUsage(text)) : Optional.empty();
    }

    private static boolean isUsage(String oid) {
        return oid.length() <= MAX_CHARACTERS && ASN1ObjectIdentifier.tryFromID(oid) != null && !oid.equals(ANY);
    }

    /** The name where it has one, else the dotted numbers: as the API writes it. */
    public String text() {
        return NAMES.entrySet().stream()
                .filter(entry -> entry.getValue().equals(this))
                .map(Map.Entry::getKey)
                .findFirst()
                .orElse(oid);
    }
}
