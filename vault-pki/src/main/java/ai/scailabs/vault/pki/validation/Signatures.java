package ai.scailabs.vault.pki.validation;

import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Verifies each signature once, and no more of them than a request may cost. Not thread-safe. */
final class Signatures {
    private final Work work;
    private final Map<Pair, Boolean> verified = new HashMap<>();

    Signatures(Work work) {
        this.work = work;
    }

    /** Whether the issuer's key made the signature of the certificate. What is weak or not supported was not verified, and holds not. */
    boolean holds(PathCertificate certificate, PathCertificate issuer) {
        return problem(certificate, issuer) == null;
    }

    /** Null when it holds. */
    @Nullable
    PathProblem problem(PathCertificate certificate, PathCertificate issuer) {
        PathProblem algorithm = SignatureAlgorithms.problem(certificate.algorithm());
        if (algorithm != null) {
            return algorithm;
        }
        return verify(certificate, issuer) ? null : PathProblem.SIGNATURE_INVALID;
    }

    boolean holds(RevocationList list, PathCertificate issuer) {
        if (SignatureAlgorithms.problem(list.algorithm()) != null) {
            return false;
        }
        var key = issuer.key().key();
        return key != null
                && verified.computeIfAbsent(new Pair(list, issuer), pair -> {
                    work.signature();
                    return SignatureAlgorithms.verify(list.algorithm(), key, list.signedPart(), list.signature());
                });
    }

    private boolean verify(PathCertificate certificate, PathCertificate issuer) {
        var key = issuer.key().key();
        return key != null
                && verified.computeIfAbsent(new Pair(certificate, issuer), pair -> {
                    work.signature();
                    return SignatureAlgorithms.verify(
                            certificate.algorithm(), key, certificate.signedPart(), certificate.signature());
                });
    }

    private record Pair(Object signed, PathCertificate issuer) {}
}
