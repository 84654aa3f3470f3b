package ai.scailabs.vault.pki.validation;

import ai.scailabs.vault.pki.x509.RevocationReason;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.bouncycastle.asn1.x509.DistributionPoint;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.KeyUsage;
import org.jspecify.annotations.Nullable;

/** Whether certificates of one path were revoked, by who knows them or by the lists that were given (RFC 5280 §6.3). What nobody speaks of is unknown, and unknown is not good. For one path. */
final class RevocationCheck {
    private final ValidationQuestion question;
    private final ValidationRules rules;
    private final Signatures signatures;
    private final Work work;
    private final List<PathCertificate> path;
    /** The newest first: of two that say different things the later one counts, in whatever order they were given. */
    private final List<RevocationList> lists;
    /** Whose status is being found out. */
    private final Set<PathCertificate> underWay = new HashSet<>();

    /** @param path the certificate first, the anchor last */
    RevocationCheck(
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
        this.lists = newestFirst(question.crls());
    }

    /** By their numbers where all of one key have some, else by their moments (RFC 5280 §5.2.3). */
    private static List<RevocationList> newestFirst(List<RevocationList> given) {
        Comparator<RevocationList> byTime =
                Comparator.comparing(RevocationList::thisUpdate).reversed();
        return given.stream().collect(Collectors.groupingBy(RevocationCheck::source)).values().stream()
                .map(ofOne -> ofOne.stream()
                        .sorted(byNumber(ofOne).thenComparing(byTime))
                        .toList())
                .sorted(Comparator.comparing(List::getFirst, byTime))
                .flatMap(List::stream)
                .toList();
    }

    private static List<Object> source(RevocationList list) {
        byte[] key = list.keyIdentifier();
        return List.of(list.issuer(), ByteBuffer.wrap(key == null ? new byte[0] : key));
    }

    private static Comparator<RevocationList> byNumber(List<RevocationList> ofOne) {
        return ofOne.stream().anyMatch(list -> list.number() == null)
                ? (_, _) -> 0
                : Comparator.comparing((RevocationList list) -> Objects.requireNonNull(list.number()))
                        .reversed();
    }

    /** The anchor is trusted, and nobody revokes it. */
    List<PathError> check() {
        List<PathError> errors = new ArrayList<>();
        for (int i = 0; i < path.size() - 1; i++) {
            int index = i;
            problem(path.get(i), path.get(i + 1))
                    .ifPresent(found -> errors.add(new PathError(found.problem(), found.message(), index)));
        }
        return errors;
    }

    private Optional<PathError> problem(PathCertificate certificate, PathCertificate issuer) {
        Optional<KnownStatus.Status> known = question.known().of(certificate, issuer);
        String otherwise = "no CRL covers it; none is ever fetched";
        if (known.isPresent()) {
            switch (known.get()) {
                case KnownStatus.Good _ -> {
                    return Optional.empty();
                }
                case KnownStatus.Revoked revoked -> {
                    return revoked(revoked.at(), revoked.reason());
                }
                // Of a role that keeps no certificates perhaps: the list of the authority would tell.
                case KnownStatus.UnknownNumber _ ->
                    otherwise =
                            "its authority is kept here and knows no certificate of that number, and no CRL covers it";
            }
        }
        if (certificate.extensions().has(Extension.noRevAvail) && !certificate.isAuthority()) {
            return Optional.empty();
        }
        if (!underWay.add(certificate)) {
            // On a list of its own: what that says of it counts, once its signature does.
            return Optional.empty();
        }
        try {
            return new ByLists(certificate, issuer, otherwise).problem();
        } finally {
            underWay.remove(certificate);
        }
    }

    private static Optional<PathError> revoked(Instant at, String reason) {
        return Optional.of(new PathError(PathProblem.REVOKED, "revoked at " + at + ", " + reason, 0));
    }

    private static Optional<PathError> unknown(String why) {
        return Optional.of(new PathError(PathProblem.REVOCATION_UNKNOWN, why, 0));
    }

    /** One certificate and all lists. */
    private final class ByLists {
        private final PathCertificate certificate;
        private final PathCertificate issuer;
        private final CrlScope scope;
        private int reasons;
        private String why;
        private RevocationList.@Nullable Entry entry;

        private ByLists(PathCertificate certificate, PathCertificate issuer, String otherwise) {
            this.certificate = certificate;
            this.issuer = issuer;
            this.why = otherwise;
            this.scope = new CrlScope(certificate);
        }

        private Optional<PathError> problem() {
            for (DistributionPoint point : certificate.extensions().distributionPoints()) {
                lookAt(point);
            }
            lookAt(null);
            if (entry != null) {
                RevocationReason reason = RevocationReason.find(entry.reason()).orElse(RevocationReason.UNSPECIFIED);
                return revoked(entry.revokedAt(), reason.wireName());
            }
            return reasons == CrlScope.ALL_REASONS ? Optional.empty() : unknown(why);
        }

        private void lookAt(@Nullable DistributionPoint point) {
            for (RevocationList list : lists) {
                work.step();
                if (entry != null || reasons == CrlScope.ALL_REASONS) {
                    return;
                }
                int more = CrlScope.reasons(point, list) & ~reasons;
                if (!list.isDelta() && more != 0 && scope.covers(point, list)) {
                    lookInto(list, more);
                }
            }
        }

        private void lookInto(RevocationList list, int more) {
            if (!list.isUsable()) {
                why = "the CRL has a critical extension that is not known, or its algorithms differ";
            } else if (!list.isCurrentAt(question.at())) {
                why = "the CRL is not current at that time";
            } else {
                Optional<PathCertificate> signer = signer(list);
                if (signer.isEmpty()) {
                    why = "the CRL is not signed by a key that may sign it, under the same trust anchor";
                    return;
                }
                try {
                    entry = find(list, signer.get());
                    reasons |= more;
                } catch (RevocationList.UnusableException unusable) {
                    why = "the CRL has " + unusable.getMessage();
                }
            }
        }

        private RevocationList.@Nullable Entry find(RevocationList list, PathCertificate signer)
                throws RevocationList.UnusableException {
            // Each tells of all that changed since its base: of several the newest alone counts.
            for (RevocationList delta : lists) {
                work.step();
                if (delta.updates(list)
                        && delta.isUsable()
                        && delta.isCurrentAt(question.at())
                        && signatures.holds(delta, signer)) {
                    work.compare(delta.size());
                    Optional<RevocationList.Entry> changed = delta.find(certificate.serial(), certificate.issuer());
                    if (changed.isPresent()) {
                        return changed.get().isRemoved() ? null : changed.get();
                    }
                    break;
                }
            }
            work.compare(list.size());
            return list.find(certificate.serial(), certificate.issuer()).orElse(null);
        }

        /** Whose key signed the list, and may: the issuer's own, or one that the same anchor vouches for (§6.3.3 (f), (g)). */
        private Optional<PathCertificate> signer(RevocationList list) {
            if (mayAndDid(issuer, list)) {
                return Optional.of(issuer);
            }
            List<PathCertificate> candidates = new ArrayList<>(path);
            candidates.addAll(question.pool());
            for (PathCertificate candidate : candidates) {
                work.step();
                if (mayAndDid(candidate, list) && isTrusted(candidate)) {
                    return Optional.of(candidate);
                }
            }
            return Optional.empty();
        }

        private boolean mayAndDid(PathCertificate candidate, RevocationList list) {
            byte[] wanted = list.keyIdentifier();
            byte[] own = candidate.extensions().subjectKeyIdentifier();
            return candidate.subject().equals(list.issuer())
                    && candidate.extensions().allows(KeyUsage.cRLSign)
                    && (wanted == null || own == null || Arrays.equals(wanted, own))
                    && signatures.holds(list, candidate);
        }

        private boolean isTrusted(PathCertificate candidate) {
            PathCertificate anchor = path.getLast();
            if (path.contains(candidate)) {
                return true;
            }
            List<PathCertificate> pool = new ArrayList<>(question.pool());
            pool.addAll(path);
            ValidationQuestion ofSigner = new ValidationQuestion(
                    candidate,
                    pool,
                    List.of(anchor),
                    question.at(),
                    List.of(),
                    null,
                    PolicyInputs.ANY,
                    true,
                    question.crls(),
                    question.known());
            PathBuilder builder =
                    new PathBuilder(pool, List.of(anchor), question.at(), signatures, work, rules.minRsaBits());
            return builder.search(
                    candidate,
                    found -> new PathChecks(ofSigner, rules, signatures, work, found)
                                    .check()
                                    .isEmpty()
                            && isUnrevoked(found));
        }

        private boolean isUnrevoked(List<PathCertificate> found) {
            for (int i = 0; i < found.size() - 1; i++) {
                if (RevocationCheck.this.problem(found.get(i), found.get(i + 1)).isPresent()) {
                    return false;
                }
            }
            return true;
        }
    }
}
