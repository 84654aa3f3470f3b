package ai.scailabs.vault.pki.validation;

import ai.scailabs.vault.pki.x509.GeneralName;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.bouncycastle.asn1.x509.KeyUsage;
import org.bouncycastle.asn1.x509.NameConstraints;
import org.jspecify.annotations.Nullable;

/** Holds one path against RFC 5280 §6.1, the anchor's own certificate included, and tells of everything that is wrong. For one path. */
final class PathChecks {
    private final ValidationQuestion question;
    private final ValidationRules rules;
    private final Signatures signatures;
    private final Work work;
    private final List<PathCertificate> path;
    private final List<PathError> errors = new ArrayList<>();

    /** @param path the certificate first */
    PathChecks(
            ValidationQuestion question,
            ValidationRules rules,
            Signatures signatures,
            Work work,
            List<PathCertificate> path) {
        this.question = question;
        this.rules = rules;
        this.signatures = signatures;
        this.work = work;
        this.path = path;
    }

    /** All but revocation, in the order of the path. */
    List<PathError> check() {
        for (int i = 0; i < path.size(); i++) {
            checkAlone(i, i + 1 < path.size() ? path.get(i + 1) : null);
        }
        checkAuthorities();
        checkNames();
        checkPolicies();
        UsageChecks.check(path, question.usage()).ifPresent(errors::add);
        for (GeneralName wanted : question.names()) {
            if (!NameMatch.matches(path.getFirst(), wanted)) {
                report(
                        PathProblem.NAME_MISMATCH,
                        "the certificate is not for '" + NameBounds.shown(wanted.text()) + "'",
                        0);
            }
        }
        errors.sort(Comparator.comparingInt(PathError::index));
        return errors;
    }

    private void report(PathProblem problem, String message, int index) {
        errors.add(new PathError(problem, message, index));
    }

    private void checkAlone(int index, @Nullable PathCertificate issuer) {
        PathCertificate certificate = path.get(index);
        Instant second = question.at().truncatedTo(ChronoUnit.SECONDS);
        if (second.isBefore(certificate.notBefore())) {
            report(PathProblem.NOT_YET_VALID, "valid from " + certificate.notBefore(), index);
        }
        if (second.isAfter(certificate.notAfter())) {
            report(PathProblem.EXPIRED, "was valid until " + certificate.notAfter(), index);
        }
        checkKey(certificate, index);
        if (issuer != null) {
            checkSignature(certificate, issuer, index);
        }
        for (String oid : certificate.extensions().unknownCritical()) {
            report(PathProblem.UNKNOWN_CRITICAL_EXTENSION, "a critical extension " + oid + " is not known", index);
        }
        for (String oid : certificate.extensions().malformed()) {
            report(PathProblem.MALFORMED_EXTENSION, "the extension " + oid + " cannot be read", index);
        }
        if (rules.profile()) {
            for (String finding : ProfileChecks.check(certificate, issuer, index > 0)) {
                report(PathProblem.PROFILE_VIOLATION, finding, index);
            }
        }
    }

    private void checkKey(PathCertificate certificate, int index) {
        PublicKeyCheck key = certificate.key();
        if (key.problem() != null) {
            report(key.problem(), key.description(), index);
        } else if (key.rsaBits() > 0 && key.rsaBits() < rules.minRsaBits()) {
            report(PathProblem.KEY_WEAK, key.description() + " is too short", index);
        }
    }

    private void checkSignature(PathCertificate certificate, PathCertificate issuer, int index) {
        if (!certificate.algorithm().equals(certificate.contents().getSignature())) {
            report(
                    PathProblem.ALGORITHM_MISMATCH,
                    "the algorithm of the signature is not the one that is signed",
                    index);
        }
        String algorithm = certificate.algorithm().getAlgorithm().getId();
        PathProblem problem = signatures.problem(certificate, issuer);
        if (problem != null) {
            report(
                    problem,
                    switch (problem) {
                        case SIGNATURE_WEAK -> "signed by " + algorithm + ", which proves nothing any more";
                        case ALGORITHM_UNSUPPORTED -> "signed by " + algorithm + ", which is not verified here";
                        default -> "not signed by the key of its issuer";
                    },
                    index);
        }
    }

    /** §6.1.4 (k) to (n), from the anchor down. */
    private void checkAuthorities() {
        int below = Integer.MAX_VALUE;
        for (int i = path.size() - 1; i > 0; i--) {
            PathCertificate authority = path.get(i);
            if (!authority.isAuthority()) {
                report(PathProblem.NOT_A_CA, "signs a certificate and is no authority", i);
            }
            if (!authority.extensions().allows(KeyUsage.keyCertSign)) {
                report(PathProblem.KEY_USAGE, "its key usage does not let it sign certificates", i);
            }
            if (i < path.size() - 1 && !authority.isSelfIssued() && below-- <= 0) {
                report(PathProblem.PATH_LENGTH_EXCEEDED, "an authority above has a shorter path length", i);
                below = 0;
            }
            Integer own = pathLength(authority);
            if (own != null) {
                below = Math.min(below, own);
            }
        }
    }

    private static @Nullable Integer pathLength(PathCertificate authority) {
        try {
            return authority.extensions().pathLength();
        } catch (IllegalArgumentException negative) {
            return 0;
        }
    }

    private void checkNames() {
        NameBounds bounds = new NameBounds(work);
        for (int i = path.size() - 1; i >= 0; i--) {
            int index = i;
            PathCertificate certificate = path.get(i);
            if (i == 0 || !certificate.isSelfIssued()) {
                bounds.violation(certificate, i == 0)
                        .ifPresent(message -> report(PathProblem.NAME_CONSTRAINT_VIOLATION, message, index));
            }
            NameConstraints own = certificate.extensions().nameConstraints();
            if (i > 0 && own != null) {
                try {
                    bounds.add(own);
                } catch (RuntimeException unreadable) {
                    if (unreadable instanceof Work.ExceededException exceeded) {
                        throw exceeded;
                    }
                    report(PathProblem.MALFORMED_EXTENSION, "name constraints that cannot be read", i);
                }
            }
        }
    }

    private void checkPolicies() {
        int length = path.size() - 1;
        PolicyGraph graph = new PolicyGraph(question.policies(), length, work);
        for (int i = length - 1; i >= 0; i--) {
            PathCertificate certificate = path.get(i);
            String badMapping = i == 0 ? null : PolicyGraph.badMapping(certificate);
            if (badMapping != null) {
                report(PathProblem.POLICY_VIOLATION, badMapping, i);
                return;
            }
            if (!graph.add(certificate, i == 0)) {
                report(PathProblem.POLICY_VIOLATION, "has no policy that an authority above allows and asks for", i);
                return;
            }
        }
        if (length > 0 && !graph.holdsFor(path.getFirst())) {
            report(PathProblem.POLICY_VIOLATION, "no policy that is asked for holds for it", 0);
        }
    }
}
