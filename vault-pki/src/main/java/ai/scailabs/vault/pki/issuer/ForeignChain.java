package ai.scailabs.vault.pki.issuer;

import ai.scailabs.vault.kernel.error.ErrorCode;
import ai.scailabs.vault.kernel.error.VaultException;
import ai.scailabs.vault.pki.validation.PathCertificate;
import ai.scailabs.vault.pki.validation.PathReport;
import ai.scailabs.vault.pki.validation.PathValidator;
import ai.scailabs.vault.pki.validation.PolicyInputs;
import ai.scailabs.vault.pki.validation.ValidationQuestion;
import ai.scailabs.vault.pki.validation.ValidationRules;
import ai.scailabs.vault.pki.x509.AuthorityContents;
import ai.scailabs.vault.pki.x509.Pem;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The certificate that somebody else made for a key of ours, and the certificates above it as far as they came: one line, that holds.
 *
 * @param above from its issuer up; none of one that signed itself
 */
record ForeignChain(PathCertificate own, AuthorityContents contents, List<PathCertificate> above) {
    static final int MAX_CERTIFICATES = 10;
    private static final int MAX_CHARACTERS = MAX_CERTIFICATES * 32 * 1024;
    private static final String FIELD = "certificate_pem";

    /** As strict about the certificates of others as RFC 5280 §6 is; how ours is made is looked at besides. */
    private static final PathValidator VALIDATOR = new PathValidator(ValidationRules.PATH_ONLY);

    /** @throws VaultException {@code validation_error} */
    static List<PathCertificate> read(@Nullable String certificates, List<String> chain) {
        if (certificates == null) {
            throw VaultException.invalidField(FIELD, "is required");
        }
        Set<PathCertificate> all = new LinkedHashSet<>(read(FIELD, certificates));
        for (String each : chain) {
            all.addAll(read("chain_pem", each));
        }
        if (all.size() > MAX_CERTIFICATES) {
            throw VaultException.invalidField("chain_pem", "makes more than " + MAX_CERTIFICATES + " certificates");
        }
        return List.copyOf(all);
    }

    private static List<PathCertificate> read(String field, String pem) {
        List<PathCertificate> found = new ArrayList<>();
        for (Pem.Block block : Pem.read(pem, MAX_CHARACTERS, MAX_CERTIFICATES).orElse(List.of())) {
            Optional<PathCertificate> certificate =
                    block.label().equals(Pem.CERTIFICATE) ? PathCertificate.read(block.content()) : Optional.empty();
            found.add(certificate.orElseThrow(() -> unreadable(field)));
        }
        if (found.isEmpty()) {
            throw unreadable(field);
        }
        return found;
    }

    private static VaultException unreadable(String field) {
        return VaultException.invalidField(
                field, "must be certificates in PEM and nothing else, at most " + MAX_CERTIFICATES);
    }

    /**
     * @param all the one that is meant and those above it, in no order
     * @param ours certificates of the tenant's own authorities that may have signed it, and those above these
     * @throws VaultException {@code validation_error} that says what is wrong with which certificate
     */
    static ForeignChain of(PathCertificate own, List<PathCertificate> all, List<PathCertificate> ours, Instant now) {
        AuthorityContents contents = contents(own);
        List<PathCertificate> above = above(own, all, ours);
        if (above.isEmpty() && !own.isIssuedBy(own)) {
            throw refusal("no_path", own, "is not signed by a certificate that came with it, nor by an authority here");
        }
        List<PathCertificate> unused = new ArrayList<>(all);
        unused.removeAll(above);
        unused.remove(own);
        if (!unused.isEmpty()) {
            throw refusal(
                    "not_in_chain", unused.getFirst(), "is not above the authority's certificate, or above it twice");
        }
        requireValid(own, above, now);
        requireDepth(own, above);
        return new ForeignChain(own, contents, List.copyOf(above));
    }

    static AuthorityContents contents(PathCertificate own) {
        AuthorityContents contents;
        try {
            contents = AuthorityContents.of(own.der())
                    .orElseThrow(() -> refusal("malformed", own, "has a serial number or times that none may have"));
        } catch (VaultException refused) {
            throw refused.code() == ErrorCode.CSR_REJECTED
                    ? refusal("key_weak", own, "has a key that is weak or of a kind that is not supported")
                    : refused;
        }
        if (contents.problem() != null) {
            throw refusal("not_a_ca", own, "cannot be an authority's: " + contents.problem());
        }
        return contents;
    }

    /** Authorities of ours before what came, so that what is known is known by its own certificate. */
    private static List<PathCertificate> above(
            PathCertificate own, List<PathCertificate> all, List<PathCertificate> ours) {
        Set<PathCertificate> pool = new LinkedHashSet<>(ours);
        pool.addAll(all);
        pool.remove(own);
        List<PathCertificate> above = new ArrayList<>();
        PathCertificate last = own;
        while (!last.isIssuedBy(last)) {
            PathCertificate below = last;
            Optional<PathCertificate> issuer =
                    pool.stream().filter(below::isIssuedBy).findFirst();
            if (issuer.isEmpty()) {
                break;
            }
            last = issuer.get();
            pool.remove(last);
            above.add(last);
        }
        return above;
    }

    private static void requireValid(PathCertificate own, List<PathCertificate> above, Instant now) {
        PathCertificate anchor = above.isEmpty() ? own : above.getLast();
        // Strict verifiers look for the issuer by this, and find none when it is another's.
        Optional<byte[]> named = own.issuerKeyIdentifier();
        Optional<byte[]> issuer = above.stream().findFirst().flatMap(PathCertificate::keyIdentifier);
        if (named.isPresent() && issuer.isPresent() && !Arrays.equals(named.get(), issuer.get())) {
            throw refusal("authority_key_id", own, "names another key identifier than its issuer has");
        }
        PathReport report = VALIDATOR.validate(new ValidationQuestion(
                own,
                above,
                List.of(anchor),
                now,
                List.of(),
                null,
                PolicyInputs.ANY,
                false,
                List.of(),
                (_, _) -> Optional.empty()));
        report.errors().stream().findFirst().ifPresent(error -> {
            PathCertificate wrong = report.chain().get(error.index());
            throw refusal(error.problem().code(), wrong, "is not valid: " + error.message());
        });
    }

    /** A path may end at an authority that nothing below is valid of (RFC 5280 §6.1.4 looks at those in between alone): what it signed would be good for nobody. */
    private static void requireDepth(PathCertificate own, List<PathCertificate> above) {
        int below = own.isSelfIssued() ? 0 : 1;
        for (PathCertificate each : above) {
            if (each.allowsFewerBelowThan(below)) {
                throw refusal("path_length_exceeded", own, "is one more authority than one above allows below it");
            }
            below += each.isSelfIssued() ? 0 : 1;
        }
    }

    /** @param rule stable, as in the answers of {@code certificates/validate} where it has the same meaning */
    static VaultException refusal(String rule, PathCertificate wrong, String problem) {
        String shown = wrong.subjectText();
        String subject = shown.length() > 200 ? shown.substring(0, 200) + "…" : shown;
        return refusal(rule, "'" + subject + "' " + problem);
    }

    static VaultException refusal(String rule, String problem) {
        return new VaultException(
                ErrorCode.VALIDATION_ERROR,
                FIELD + ": " + problem,
                Map.of("fields", Map.of(FIELD, problem), "rule", rule));
    }
}
