package ai.scailabs.vault.pki.x509;

import ai.scailabs.vault.kernel.error.ErrorCode;
import ai.scailabs.vault.kernel.error.VaultException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.bouncycastle.asn1.ASN1Encodable;
import org.bouncycastle.asn1.ASN1Encoding;
import org.bouncycastle.asn1.ASN1IA5String;
import org.bouncycastle.asn1.ASN1NumericString;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.ASN1PrintableString;
import org.bouncycastle.asn1.ASN1String;
import org.bouncycastle.asn1.DERPrintableString;
import org.bouncycastle.asn1.DERUTF8String;
import org.bouncycastle.asn1.x500.AttributeTypeAndValue;
import org.bouncycastle.asn1.x500.RDN;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x500.style.BCStyle;
import org.bouncycastle.asn1.x500.style.IETFUtils;
import org.bouncycastle.asn1.x500.style.RFC4519Style;

/**
 * A distinguished name as it is encoded. What was read from a certificate is kept byte by byte: a name that goes through text comes back in other string types or another order, and no chain
 * holds then (RFC 5280 §7.1).
 */
public final class Subject {
    private static final Map<ASN1ObjectIdentifier, String> FIELDS = Map.of(
            BCStyle.C, "country",
            BCStyle.ST, "province",
            BCStyle.L, "locality",
            BCStyle.STREET, "street_address",
            BCStyle.POSTAL_CODE, "postal_code",
            BCStyle.O, "organization",
            BCStyle.OU, "ou",
            BCStyle.CN, "common_name");

    private static final Subject EMPTY = new Subject(new byte[] {0x30, 0});

    private final byte[] encoded;

    private Subject(byte[] encoded) {
        this.encoded = encoded;
    }

    public static Subject empty() {
        return EMPTY;
    }

    public static Subject commonName(String commonName) {
        return builder().commonName(commonName).build();
    }

    /**
     * The very bytes of a name that stands elsewhere.
     *
     * @throws IllegalArgumentException when they are no name
     */
    public static Subject copyOf(byte[] encoded) {
        X500Name unused = X500Name.getInstance(encoded);
        return new Subject(encoded.clone());
    }

    public static Builder builder() {
        return new Builder();
    }

    /** DER; a copy. */
    public byte[] encoded() {
        return encoded.clone();
    }

    public boolean isEmpty() {
        return encoded.length == 2;
    }

    /** The first common name, where there is one. */
    public Optional<String> commonName() {
        return commonNames().stream().findFirst();
    }

    /** All common names: a request of somebody else may bring several. */
    public List<String> commonNames() {
        List<String> found = new ArrayList<>();
        for (RDN rdn : name().getRDNs(BCStyle.CN)) {
            for (AttributeTypeAndValue part : rdn.getTypesAndValues()) {
                if (part.getType().equals(BCStyle.CN)) {
                    found.add(text(part.getValue()));
                }
            }
        }
        return found;
    }

    /** Whether every text in it is one by its type (RFC 5280 App. A), and has no NUL: others read none of a certificate that bears another. */
    boolean isReadable() {
        for (RDN rdn : name().getRDNs()) {
            for (AttributeTypeAndValue part : rdn.getTypesAndValues()) {
                if (part.getValue() instanceof ASN1String string && !isReadable(string)) {
                    return false;
                }
            }
        }
        return true;
    }

    private static boolean isReadable(ASN1String string) {
        try {
            String text = string.getString();
            boolean ofItsType = switch (string) {
                case ASN1PrintableString _ -> ASN1PrintableString.isPrintableString(text);
                case ASN1IA5String _ -> ASN1IA5String.isIA5String(text);
                case ASN1NumericString _ -> ASN1NumericString.isNumericString(text);
                default -> true;
            };
            return ofItsType
                    && text.codePoints().noneMatch(each -> each == 0 || Character.getType(each) == Character.SURROGATE);
        } catch (RuntimeException malformed) {
            // The library has no one exception for octets that are no UTF-8.
            return false;
        }
    }

    private static String text(ASN1Encodable value) {
        return value instanceof ASN1String string ? string.getString() : IETFUtils.valueToString(value);
    }

    /**
     * The texts of its parts, by the fields of the {@link Builder} that write such: {@code country}, {@code province}, {@code locality}, {@code street_address}, {@code postal_code}, {@code organization},
     * {@code ou} and {@code common_name}.
     *
     * @throws VaultException {@code csr_rejected} for a part that none of them writes
     */
    public Map<String, List<String>> parts() {
        Map<String, List<String>> parts = new LinkedHashMap<>();
        for (RDN rdn : name().getRDNs()) {
            AttributeTypeAndValue part = rdn.getFirst();
            String field = FIELDS.get(part.getType());
            if (field == null || rdn.isMultiValued()) {
                String shown = part.getType().getId();
                throw new VaultException(
                        ErrorCode.CSR_REJECTED,
                        "the subject has a part that certificates are not given: " + shown,
                        Map.of("rule", "subject", "value", shown));
            }
            parts.computeIfAbsent(field, _ -> new ArrayList<>()).add(text(part.getValue()));
        }
        return parts;
    }

    X500Name name() {
        return X500Name.getInstance(encoded);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Subject that && Arrays.equals(encoded, that.encoded);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(encoded);
    }

    /** For people (RFC 4514); never to be read back. */
    @Override
    public String toString() {
        return RFC4519Style.INSTANCE.toString(name());
    }

    /** Parts of a name, written from the country down. Each part that is set must be acceptable; the refusal names it. */
    public static final class Builder {
        private final List<RDN> country = new ArrayList<>();
        private final List<RDN> province = new ArrayList<>();
        private final List<RDN> locality = new ArrayList<>();
        private final List<RDN> street = new ArrayList<>();
        private final List<RDN> postalCode = new ArrayList<>();
        private final List<RDN> organization = new ArrayList<>();
        private final List<RDN> unit = new ArrayList<>();
        private final List<RDN> commonName = new ArrayList<>();

        private Builder() {}

        /** Two letters (ISO 3166-1). */
        public Builder country(String code) {
            if (!code.matches("[A-Z]{2}")) {
                throw VaultException.invalidField("country", "must be two upper-case letters");
            }
            return add(country, BCStyle.C, new DERPrintableString(code));
        }

        public Builder province(String text) {
            return add(province, BCStyle.ST, text("province", text, 128));
        }

        public Builder locality(String text) {
            return add(locality, BCStyle.L, text("locality", text, 128));
        }

        public Builder streetAddress(String text) {
            return add(street, BCStyle.STREET, text("street_address", text, 128));
        }

        public Builder postalCode(String text) {
            return add(postalCode, BCStyle.POSTAL_CODE, text("postal_code", text, 40));
        }

        public Builder organization(String text) {
            return add(organization, BCStyle.O, text("organization", text, 64));
        }

        public Builder organizationalUnit(String text) {
            return add(unit, BCStyle.OU, text("ou", text, 64));
        }

        public Builder commonName(String text) {
            if (!commonName.isEmpty()) {
                throw VaultException.invalidField("common_name", "must be one");
            }
            return add(commonName, BCStyle.CN, text("common_name", text, 64));
        }

        private Builder add(List<RDN> parts, ASN1ObjectIdentifier type, ASN1Encodable value) {
            parts.add(new RDN(type, value));
            return this;
        }

        private static ASN1Encodable text(String field, String text, int maxCharacters) {
            if (text.isEmpty() || text.codePointCount(0, text.length()) > maxCharacters) {
                throw VaultException.invalidField(field, "must have 1 to " + maxCharacters + " characters");
            }
            if (!text.strip().equals(text)) {
                throw VaultException.invalidField(field, "must not begin or end with space");
            }
            if (text.codePoints().anyMatch(Builder::isUnprintable)) {
                throw VaultException.invalidField(field, "must not have control characters");
            }
            return new DERUTF8String(text);
        }

        private static boolean isUnprintable(int character) {
            return switch (Character.getType(character)) {
                case Character.CONTROL,
                        Character.FORMAT,
                        Character.SURROGATE,
                        Character.LINE_SEPARATOR,
                        Character.PARAGRAPH_SEPARATOR,
                        Character.UNASSIGNED,
                        Character.PRIVATE_USE -> true;
                default -> false;
            };
        }

        public Subject build() {
            List<RDN> all = new ArrayList<>();
            List.of(country, province, locality, street, postalCode, organization, unit, commonName)
                    .forEach(all::addAll);
            if (all.isEmpty()) {
                return EMPTY;
            }
            try {
                return new Subject(new X500Name(all.toArray(RDN[]::new)).getEncoded(ASN1Encoding.DER));
            } catch (IOException e) {
                throw new IllegalStateException("a name that was checked does not encode", e);
            }
        }
    }
}
