package ai.scailabs.vault.pki.issuer;

import ai.scailabs.vault.kernel.error.ErrorCode;
import ai.scailabs.vault.kernel.error.VaultException;
import ai.scailabs.vault.pki.x509.AuthorityContents;
import ai.scailabs.vault.pki.x509.ExtendedKeyUsage;
import ai.scailabs.vault.pki.x509.KeySpec;
import ai.scailabs.vault.pki.x509.NameConstraints;
import ai.scailabs.vault.pki.x509.Subject;
import ai.scailabs.vault.pki.x509.Validity;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Set;
import java.util.UUID;
import java.util.function.Consumer;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * What callers may ask of a new authority: an {@link AuthorityDraft} whose every field is acceptable by itself.
 *
 * @param parentId of an intermediate that one of ours signs; none of a root
 * @param signedElsewhere somebody else signs it
 * @param storage null where the caller left it open
 * @param validityDays null where the caller left it open
 */
record AuthorityPlan(
        String name,
        AuthorityType type,
        @Nullable UUID parentId,
        boolean signedElsewhere,
        KeySpec keySpec,
        @Nullable KeyStorage storage,
        Subject subject,
        String commonName,
        @Nullable Integer validityDays,
        @Nullable Integer maxPathLength,
        NameConstraints constraints,
        Set<ExtendedKeyUsage> usages,
        boolean autoRotate,
        int crlPartitions,
        AuthorityUrls urls) {
    /** For clocks that are a little late. */
    static final Duration BACKDATE = Duration.ofSeconds(60);

    private static final Pattern NAME = Pattern.compile("(?!ca_)[a-z0-9][a-z0-9_-]{0,62}");
    private static final String DEFAULT_KEY_TYPE = "rsa";
    /** 128 bits of strength: authorities live beyond the years in which 2,048 bits are said to be enough (NIST SP 800-57). */
    private static final KeySpec DEFAULT_RSA = KeySpec.RSA_3072;

    private static final int ROOT_DAYS = 3650;
    private static final int INTERMEDIATE_DAYS = 1825;
    private static final int MAX_DAYS = 36_500;
    private static final int MAX_PATH_LENGTH = 20;
    /** As many as an octet has values. */
    private static final int MAX_CRL_PARTITIONS = 256;
    /** Of all eight lists together. */
    private static final int MAX_CONSTRAINTS = 500;

    /** @throws VaultException {@code validation_error}; {@code ca_not_found} for a parent that can be none */
    static AuthorityPlan of(AuthorityDraft draft) {
        String name = name(draft.name());
        AuthorityType type = type(draft.caType());
        boolean signedElsewhere = signedElsewhere(type, draft);
        return new AuthorityPlan(
                name,
                type,
                signedElsewhere ? null : parent(type, draft.parentCaId()),
                signedElsewhere,
                keySpec(draft.keyType(), draft.keySize()),
                storage(draft.keyStorage()),
                subject(draft),
                required("common_name", draft.commonName()),
                within("validity_days", draft.validityDays(), 1, MAX_DAYS),
                within("max_path_length", draft.maxPathLength(), 0, MAX_PATH_LENGTH),
                constraints(draft.constraints()),
                Set.of(),
                autoRotate(type, signedElsewhere, draft.autoRotate()),
                partitions(draft.crlPartitions()),
                draft.urls().checked(partitions(draft.crlPartitions())));
    }

    /**
     * The same under a new key.
     *
     * @param keyType null for one of the kind that it has
     */
    static AuthorityPlan again(
            CertificateAuthority authority,
            AuthorityContents contents,
            @Nullable String keyType,
            @Nullable Integer keySize,
            @Nullable Integer validityDays) {
        boolean same = keyType == null && keySize == null;
        return new AuthorityPlan(
                authority.name(),
                authority.type(),
                authority.parentId(),
                false,
                same ? contents.key().spec() : keySpec(keyType, keySize),
                authority.current().storage(),
                contents.subject(),
                authority.commonName(),
                within("validity_days", validityDays, 1, MAX_DAYS),
                contents.pathLength(),
                contents.constraints(),
                contents.usages(),
                authority.rotation().automatic(),
                authority.crlPartitions(),
                authority.urls());
    }

    /** Of a name that others may have chosen. */
    static String checkedName(@Nullable String name) {
        return name(name);
    }

    static int partitions(@Nullable Integer wanted) {
        Integer partitions = within("crl_partitions", wanted, 1, MAX_CRL_PARTITIONS);
        return partitions == null ? 1 : partitions;
    }

    private static String name(@Nullable String name) {
        if (name == null || !NAME.matcher(name).matches()) {
            throw VaultException.invalidField(
                    "name",
                    "must be 1 to 63 of a-z, 0-9, '-' and '_', as policies name it by pki/ca/<name>, and not begin like an id");
        }
        return name;
    }

    private static AuthorityType type(@Nullable String text) {
        return AuthorityType.parse(text == null ? "" : text)
                .orElseThrow(() -> VaultException.invalidField("ca_type", "must be root or intermediate"));
    }

    private static boolean autoRotate(AuthorityType type, boolean signedElsewhere, @Nullable Boolean wanted) {
        boolean automatic = Boolean.TRUE.equals(wanted);
        requireRotatable(automatic, type, signedElsewhere);
        return automatic;
    }

    /** @throws VaultException {@code validation_error} for one whose new key others would have to do something about first */
    static void requireRotatable(boolean automatic, AuthorityType type, boolean signedElsewhere) {
        if (automatic && type == AuthorityType.ROOT) {
            throw VaultException.invalidField(
                    "auto_rotate", "is for an intermediate: a root's new key has to be trusted before it signs");
        }
        if (automatic && signedElsewhere) {
            throw VaultException.invalidField("auto_rotate", "is for an authority that one of this service signs");
        }
    }

    private static boolean signedElsewhere(AuthorityType type, AuthorityDraft draft) {
        if (draft.signedBy() == null || draft.signedBy().equals("parent")) {
            return false;
        }
        if (!draft.signedBy().equals("external")) {
            throw VaultException.invalidField("signed_by", "must be parent or external");
        }
        if (type == AuthorityType.ROOT) {
            throw VaultException.invalidField("signed_by", "is for an intermediate: a root signs itself");
        }
        if (draft.parentCaId() != null) {
            throw VaultException.invalidField("parent_ca_id", "is for an authority that one of this service signs");
        }
        if (draft.validityDays() != null) {
            throw VaultException.invalidField("validity_days", "is for whoever signs to say");
        }
        return true;
    }

    private static @Nullable UUID parent(AuthorityType type, @Nullable String text) {
        if (type == AuthorityType.ROOT) {
            if (text != null) {
                throw VaultException.invalidField("parent_ca_id", "is for an intermediate: a root signs itself");
            }
            return null;
        }
        if (text == null) {
            throw VaultException.invalidField("parent_ca_id", "is required of an intermediate");
        }
        return CertificateAuthority.parseId(text).orElseThrow(AuthorityService::notFound);
    }

    private static KeySpec keySpec(@Nullable String keyType, @Nullable Integer keySize) {
        String type = keyType == null ? DEFAULT_KEY_TYPE : keyType;
        if (type.equals(DEFAULT_KEY_TYPE) && keySize == null) {
            return DEFAULT_RSA;
        }
        if (KeySpec.of(type, null).isEmpty()) {
            throw VaultException.invalidField("key_type", "must be rsa, ec, ed25519 or ml-dsa-65");
        }
        return KeySpec.of(type, keySize)
                .orElseThrow(() -> VaultException.invalidField(
                        "key_size", "must be 2048, 3072 or 4096 for rsa, 256 or 384 for ec, and left out for others"));
    }

    private static @Nullable KeyStorage storage(@Nullable String text) {
        return text == null
                ? null
                : KeyStorage.parse(text)
                        .orElseThrow(() -> VaultException.invalidField("key_storage", "must be vault or hsm"));
    }

    private static Subject subject(AuthorityDraft draft) {
        Subject.Builder builder = Subject.builder();
        AuthorityDraft.SubjectFields fields = draft.subject();
        add(fields.country(), builder::country);
        add(fields.province(), builder::province);
        add(fields.locality(), builder::locality);
        add(fields.streetAddress(), builder::streetAddress);
        add(fields.postalCode(), builder::postalCode);
        add(fields.organization(), builder::organization);
        add(fields.ou(), builder::organizationalUnit);
        return builder.commonName(required("common_name", draft.commonName())).build();
    }

    private static void add(@Nullable String value, Consumer<String> to) {
        if (value != null) {
            to.accept(value);
        }
    }

    private static String required(String field, @Nullable String value) {
        if (value == null) {
            throw VaultException.invalidField(field, "is required");
        }
        return value;
    }

    private static @Nullable Integer within(String field, @Nullable Integer value, int min, int max) {
        if (value != null && (value < min || value > max)) {
            throw VaultException.invalidField(field, "must be from " + min + " to " + max);
        }
        return value;
    }

    private static NameConstraints constraints(NameConstraints constraints) {
        int entries = Stream.of(
                        constraints.permittedDns(),
                        constraints.excludedDns(),
                        constraints.permittedIp(),
                        constraints.excludedIp(),
                        constraints.permittedEmail(),
                        constraints.excludedEmail(),
                        constraints.permittedUri(),
                        constraints.excludedUri())
                .mapToInt(java.util.List::size)
                .sum();
        if (entries > MAX_CONSTRAINTS) {
            throw VaultException.invalidField(
                    "name_constraints", "must have at most " + MAX_CONSTRAINTS + " entries together");
        }
        return constraints;
    }

    /**
     * From now on; within the parent's, where there is one.
     *
     * @throws VaultException {@code ttl_exceeded} when the caller asked for more than the parent has left
     */
    Validity validity(Instant now, @Nullable AuthorityGeneration parent) {
        Instant start = now.truncatedTo(ChronoUnit.SECONDS);
        Instant notBefore = start.minus(BACKDATE);
        if (parent != null && notBefore.isBefore(parent.notBefore())) {
            notBefore = parent.notBefore();
        }
        int days = validityDays != null ? validityDays : type == AuthorityType.ROOT ? ROOT_DAYS : INTERMEDIATE_DAYS;
        Instant notAfter = start.plus(Duration.ofDays(days)).minusSeconds(1);
        if (parent != null && notAfter.isAfter(parent.notAfter())) {
            if (validityDays != null) {
                throw new VaultException(
                        ErrorCode.TTL_EXCEEDED,
                        "The parent ends before that",
                        Map.of(
                                "parent_valid_until",
                                parent.notAfter().toString(),
                                "max_validity_days",
                                Math.max(
                                        0,
                                        Duration.between(start, parent.notAfter())
                                                .plusSeconds(1)
                                                .toDays())));
            }
            notAfter = parent.notAfter();
        }
        return new Validity(notBefore, notAfter);
    }

    /**
     * One less than the parent's, where that has a bound, unless the caller wants fewer.
     *
     * @throws VaultException {@code validation_error} when the caller wants as many as the parent, or more; {@code conflict} when none may be below the parent
     */
    OptionalInt pathLength(@Nullable AuthorityGeneration parent) {
        Integer above = parent == null ? null : parent.maxPathLength();
        if (above == null) {
            return maxPathLength == null ? OptionalInt.empty() : OptionalInt.of(maxPathLength);
        }
        if (above == 0) {
            throw new VaultException(
                    ErrorCode.CONFLICT, "No authority may be below the parent", Map.of("state", "max_path_length_0"));
        }
        if (maxPathLength != null && maxPathLength >= above) {
            throw VaultException.invalidField("max_path_length", "must be less than the parent's, which is " + above);
        }
        return OptionalInt.of(maxPathLength == null ? above - 1 : maxPathLength);
    }
}
