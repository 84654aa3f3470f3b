package ai.scailabs.vault.pki.validation;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Answers whether a certificate leads to a trust anchor by a path that holds (RFC 4158, RFC 5280 §6), and what is wrong where it does not. Of several paths the first that holds is the answer; when none does, the one with fewest
 * errors. Thread-safe.
 */
public final class PathValidator {
    private static final Set<PathProblem> FORGED = Set.of(
            PathProblem.SIGNATURE_INVALID,
            PathProblem.SIGNATURE_WEAK,
            PathProblem.ALGORITHM_UNSUPPORTED,
            PathProblem.KEY_INVALID);

    private final ValidationRules rules;

    public PathValidator(ValidationRules rules) {
        this.rules = rules;
    }

    public PathReport validate(ValidationQuestion question) {
        return new Search(question).report();
    }

    /** One question. */
    private final class Search {
        private final ValidationQuestion question;
        private final Work work = new Work(rules);
        private final Signatures signatures = new Signatures(work);
        private List<PathCertificate> best = List.of();
        private @Nullable List<PathError> fewest;

        private Search(ValidationQuestion question) {
            this.question = question;
        }

        private PathReport report() {
            PathBuilder builder = new PathBuilder(
                    question.pool(), question.anchors(), question.at(), signatures, work, rules.minRsaBits());
            PathError exceeded = null;
            try {
                builder.search(question.certificate(), this::consider);
            } catch (Work.ExceededException tooMuch) {
                exceeded = exceeded(tooMuch);
            }
            if (fewest != null) {
                return told(best, fewest, fewest.isEmpty() ? null : exceeded);
            }
            return withoutAnchor(builder.longest(), exceeded);
        }

        private boolean consider(List<PathCertificate> path) {
            try {
                List<PathError> errors = errors(path);
                if (fewest == null || errors.size() < fewest.size()) {
                    best = path;
                    fewest = errors;
                }
                return errors.isEmpty();
            } catch (Work.ExceededException tooMuch) {
                if (fewest == null) {
                    best = path;
                    fewest = List.of(exceeded(tooMuch));
                }
                throw tooMuch;
            }
        }

        private List<PathError> errors(List<PathCertificate> path) {
            List<PathError> errors = new ArrayList<>(new PathChecks(question, rules, signatures, work, path).check());
            // Where a signature does not hold, nobody can say whose certificate it is.
            if (question.checkRevocation() && errors.stream().noneMatch(error -> FORGED.contains(error.problem()))) {
                errors.addAll(new RevocationCheck(question, rules, signatures, work, path).check());
                errors.sort(Comparator.comparingInt(PathError::index));
            }
            return errors;
        }

        private static PathError exceeded(Work.ExceededException tooMuch) {
            return new PathError(PathProblem.LIMIT_EXCEEDED, "gave up: " + tooMuch.getMessage(), 0);
        }

        /** What can be said of the certificates that there are. */
        private PathReport withoutAnchor(List<PathCertificate> longest, @Nullable PathError exceeded) {
            List<PathCertificate> path = longest.isEmpty() ? List.of(question.certificate()) : longest;
            List<PathError> errors = new ArrayList<>();
            PathError stopped = exceeded;
            try {
                errors.addAll(new PathChecks(question, rules, signatures, work, path).check());
            } catch (Work.ExceededException tooMuch) {
                stopped = exceeded(tooMuch);
            }
            errors.add(new PathError(
                    PathProblem.NO_PATH,
                    "no trust anchor, and no certificate that was given, is its issuer '"
                            + NameBounds.shown(
                                    path.getLast().contents().getIssuer().toString()) + "'",
                    path.size() - 1));
            return told(path, errors, stopped);
        }

        private PathReport told(List<PathCertificate> path, List<PathError> errors, @Nullable PathError exceeded) {
            Set<PathError> all = new LinkedHashSet<>(errors);
            if (exceeded != null) {
                all.add(exceeded);
            }
            return new PathReport(path, List.copyOf(all));
        }
    }
}
