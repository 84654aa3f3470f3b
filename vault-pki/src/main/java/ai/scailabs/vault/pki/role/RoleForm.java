package ai.scailabs.vault.pki.role;

import ai.scailabs.vault.kernel.error.VaultException;
import ai.scailabs.vault.kernel.net.AddressRange;
import ai.scailabs.vault.pki.profile.AllowedNames;
import ai.scailabs.vault.pki.profile.KeyRule;
import ai.scailabs.vault.pki.profile.Role;
import ai.scailabs.vault.pki.profile.SignatureRule;
import ai.scailabs.vault.pki.profile.SubjectRule;
import ai.scailabs.vault.pki.profile.UsageRule;
import ai.scailabs.vault.pki.x509.ExtendedKeyUsage;
import ai.scailabs.vault.pki.x509.GeneralName;
import ai.scailabs.vault.pki.x509.KeySpec;
import ai.scailabs.vault.pki.x509.NameSyntax;
import ai.scailabs.vault.pki.x509.Subject;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.BiConsumer;
import java.util.function.UnaryOperator;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.jspecify.annotations.Nullable;

/** What callers may write into a role. What they leave out is at its default, which allows less rather than more. */
final class RoleForm {
    private static final int MAX_PATTERNS = 200;
    private static final int MAX_SUBJECT_PARTS = 10;
    private static final int MAX_IDENTIFIERS = 20;
    private static final int MAX_SANS = 1_000;
    private static final int MIN_CERTIFICATE_BYTES = 1_024;
    private static final int MAX_CERTIFICATE_BYTES = 64 * 1024;
    private static final int MAX_OID = 128;
    private static final String WILDCARD = "*.";
    private static final List<Integer> SIZES_OF_HASHES = List.of(256, 384, 512);
    private static final List<String> CHOICES_OF_KEYS = List.of("ec", "rsa", "ed25519", "ml-dsa-65", KeyRule.ANY);

    private RoleForm() {}

    /** @throws VaultException {@code invalid_role} */
    static String name(@Nullable String name) {
        if (name == null || !StoredRole.isName(name)) {
            throw RoleRefusals.invalid(
                    "name", "must be 1 to 63 of a-z, 0-9, '-' and '_', the first of them a letter or digit");
        }
        return name;
    }

    /**
     * @param caId of the authority, resolved
     * @throws VaultException {@code invalid_role}, {@code invalid_duration}
     */
    static Role role(String name, String caId, RoleFields fields) {
        return new Role(
                name,
                caId,
                names(fields),
                LifetimeForm.lifetime(fields),
                key(fields),
                usage(fields),
                subject(fields),
                signature(fields),
                is(fields.useCsrCommonName(), true),
                is(fields.useCsrSans(), true),
                is(fields.storePrivateKeys(), false),
                autoRenew(fields),
                noStore(fields),
                is(fields.requireApproval(), false),
                number(
                        "max_certificate_size",
                        fields.maxCertificateSize(),
                        Role.DEFAULT_MAX_CERTIFICATE_BYTES,
                        MIN_CERTIFICATE_BYTES,
                        MAX_CERTIFICATE_BYTES));
    }

    static boolean is(@Nullable Boolean given, boolean otherwise) {
        return given == null ? otherwise : given;
    }

    private static boolean autoRenew(RoleFields fields) {
        boolean autoRenew = is(fields.autoRenew(), false);
        if (autoRenew && !is(fields.storePrivateKeys(), false)) {
            throw RoleRefusals.invalid(
                    "auto_renew", "takes store_private_keys: true, as the key of what is renewed is made here");
        }
        if (autoRenew && is(fields.requireApproval(), false)) {
            throw RoleRefusals.invalid(
                    "auto_renew", "cannot be together with require_approval: nobody approves what is renewed");
        }
        return autoRenew;
    }

    private static boolean noStore(RoleFields fields) {
        boolean noStore = is(fields.noStore(), false);
        if (noStore && is(fields.storePrivateKeys(), false)) {
            throw RoleRefusals.invalid(
                    "no_store", "cannot be together with store_private_keys: a key is kept with its certificate");
        }
        if (noStore && is(fields.requireApproval(), false)) {
            throw RoleRefusals.invalid(
                    "no_store",
                    "cannot be together with require_approval: a request bears the certificate that it got");
        }
        return noStore;
    }

    private static AllowedNames names(RoleFields fields) {
        List<String> ranges = each("allowed_ip_sans_cidr", fields.allowedIpSansCidr(), MAX_PATTERNS, RoleForm::range);
        boolean addresses = is(fields.allowIpSans(), false);
        if (!addresses && !ranges.isEmpty()) {
            throw RoleRefusals.invalid("allowed_ip_sans_cidr", "takes allow_ip_sans: true");
        }
        return new AllowedNames(
                each("allowed_domains", fields.allowedDomains(), MAX_PATTERNS, RoleForm::domain),
                is(fields.allowSubdomains(), false),
                is(fields.allowBareDomains(), false),
                is(fields.allowWildcardCertificates(), false),
                is(fields.allowAnyName(), false),
                is(fields.allowLocalhost(), false),
                is(fields.enforceHostnames(), true),
                addresses,
                ranges,
                each("allowed_uri_sans", fields.allowedUriSans(), MAX_PATTERNS, RoleForm::uri),
                each("allowed_email_domains", fields.allowedEmailDomains(), MAX_PATTERNS, RoleForm::domain),
                number("max_sans", fields.maxSans(), AllowedNames.DEFAULT_MAX_SANS, 1, MAX_SANS));
    }

    /** One star, and only as the whole left-most label: what {@code f*o} means nobody agrees on. */
    private static String domain(String pattern) {
        boolean below = pattern.startsWith(WILDCARD);
        GeneralName.Dns domain = NameSyntax.dns(below ? pattern.substring(WILDCARD.length()) : pattern);
        if (domain.isWildcard()) {
            throw new IllegalArgumentException("has an entry with more than one star");
        }
        return (below ? WILDCARD : "") + domain.text();
    }

    private static String range(String cidr) {
        AddressRange range = AddressRange.parse(cidr)
                .orElseThrow(() -> new IllegalArgumentException("has an entry that is no address and length"));
        if (range.hasHostBits()) {
            throw new IllegalArgumentException(
                    "has an entry whose address lies inside the network, such as 10.0.0.1/8");
        }
        return range.toString();
    }

    private static String uri(String pattern) {
        return NameSyntax.uri(pattern).text();
    }

    private static KeyRule key(RoleFields fields) {
        Integer bits = fields.keyBits();
        if (fields.keyType() == null && bits == null) {
            return KeyRule.DEFAULT;
        }
        String type = fields.keyType() == null ? KeyRule.DEFAULT.keyType() : fields.keyType();
        if (!CHOICES_OF_KEYS.contains(type)) {
            throw RoleRefusals.invalid("key_type", "must be one of " + String.join(", ", CHOICES_OF_KEYS));
        }
        return KeyRule.of(type, bits)
                // Nothing has no bits; who wants any size leaves them out.
                .filter(_ -> bits == null || bits > 0)
                .orElseThrow(() -> RoleRefusals.invalid(
                        "key_bits",
                        "must be 256 or 384 for ec, 2048, 3072 or 4096 for rsa, and left out for all else"));
    }

    private static UsageRule usage(RoleFields fields) {
        Set<ExtendedKeyUsage> usages = fields.extKeyUsage() == null ? UsageRule.DEFAULT.usages() : usages(fields);
        if (usages.isEmpty()) {
            throw RoleRefusals.invalid(
                    "ext_key_usage", "must have an entry: a certificate without any is for everything");
        }
        return new UsageRule(
                usages,
                is(fields.keyEncipherment(), true),
                each("policy_identifiers", fields.policyIdentifiers(), MAX_IDENTIFIERS, RoleForm::identifier),
                is(fields.basicConstraintsValidForNonCa(), false),
                is(fields.includeNoRevAvail(), false));
    }

    private static SignatureRule signature(RoleFields fields) {
        Integer bits = fields.signatureBits();
        if (bits != null && !SIZES_OF_HASHES.contains(bits)) {
            throw RoleRefusals.invalid(
                    "signature_bits", "must be 256, 384 or 512, and left out for what the authority's key is for");
        }
        return new SignatureRule(bits == null ? 0 : bits, is(fields.usePss(), false));
    }

    /** @throws VaultException {@code invalid_role} */
    static void requireFit(Role role, KeySpec authority) {
        if (role.signature().by(authority).isEmpty()) {
            throw RoleRefusals.invalid(
                    role.signature().field(authority), "does not fit the authority, whose key is " + authority);
        }
    }

    private static Set<ExtendedKeyUsage> usages(RoleFields fields) {
        Set<ExtendedKeyUsage> usages = new LinkedHashSet<>();
        each("ext_key_usage", fields.extKeyUsage(), MAX_IDENTIFIERS, text -> {
            ExtendedKeyUsage usage = ExtendedKeyUsage.parse(text)
                    .filter(parsed -> !parsed.equals(ExtendedKeyUsage.OCSP_SIGNING))
                    .orElseThrow(
                            () -> new IllegalArgumentException(
                                    "has an entry that is no usage: server_auth, client_auth, code_signing, email_protection, time_stamping or an object identifier"));
            usages.add(usage);
            return usage.text();
        });
        return usages;
    }

    private static String identifier(String oid) {
        if (oid.length() > MAX_OID || ASN1ObjectIdentifier.tryFromID(oid) == null) {
            throw new IllegalArgumentException("has an entry that is no object identifier");
        }
        return oid;
    }

    private static SubjectRule subject(RoleFields fields) {
        return new SubjectRule(
                parts("organization", fields.organization(), Subject.Builder::organization),
                parts("ou", fields.ou(), Subject.Builder::organizationalUnit),
                parts("country", fields.country(), Subject.Builder::country),
                parts("province", fields.province(), Subject.Builder::province),
                parts("locality", fields.locality(), Subject.Builder::locality),
                parts("street_address", fields.streetAddress(), Subject.Builder::streetAddress),
                parts("postal_code", fields.postalCode(), Subject.Builder::postalCode),
                is(fields.requireCn(), true),
                is(fields.excludeCnFromSans(), false),
                is(fields.validateCn(), true));
    }

    /** Whoever builds the subject knows what fits. */
    private static List<String> parts(
            String field, @Nullable List<@Nullable String> texts, BiConsumer<Subject.Builder, String> part) {
        return each(field, texts, MAX_SUBJECT_PARTS, text -> {
            part.accept(Subject.builder(), text);
            return text;
        });
    }

    private static int number(String field, @Nullable Integer given, int otherwise, int min, int max) {
        int number = given == null ? otherwise : given;
        if (number < min || number > max) {
            throw RoleRefusals.invalid(field, "must be a whole number from " + min + " to " + max);
        }
        return number;
    }

    private static List<String> each(
            String field, @Nullable List<@Nullable String> texts, int max, UnaryOperator<String> checked) {
        if (texts == null) {
            return List.of();
        }
        if (texts.size() > max) {
            throw RoleRefusals.invalid(field, "must have at most " + max + " entries");
        }
        List<String> all = new ArrayList<>(texts.size());
        for (String text : texts) {
            if (text == null) {
                throw RoleRefusals.invalid(field, "has an entry that is null");
            }
            try {
                all.add(checked.apply(text));
            } catch (IllegalArgumentException problem) {
                throw RoleRefusals.invalid(field, String.valueOf(problem.getMessage()));
            } catch (VaultException refused) {
                throw RoleRefusals.invalid(field, refused);
            }
        }
        return all;
    }
}
