package ai.scailabs.vault.pki.validation;

import java.nio.ByteBuffer;
import java.security.PublicKey;
import java.util.HashMap;
import java.util.Map;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/** Verifies each signature once by each key, and no more of them than a request may cost. Not thread-safe. */
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

    /** Whether it was verified before, and did not hold. */
    boolean isKnownBad(PathCertificate certificate, PathCertificate issuer) {
        return SignatureAlgorithms.problem(certificate.algorithm()) != null
                || Boolean.FALSE.equals(verified.get(new Pair(certificate, issuer.keyOctets())));
    }

    /** Null when it holds. */
    @Nullable
    PathProblem problem(PathCertificate certificate, PathCertificate issuer) {
        PathProblem algorithm = SignatureAlgorithms.problem(certificate.algorithm());
        if (algorithm != null) {
            return algorithm;
        }
        PublicKey key = issuer.key().key();
        boolean holds = key != null
                && once(
                        certificate,
                        issuer,
                        () -> SignatureAlgorithms.verify(
                                certificate.algorithm(), key, certificate.signedPart(), certificate.signature()));
        return holds ? null : PathProblem.SIGNATURE_INVALID;
    }

    boolean holds(RevocationList list, PathCertificate issuer) {
        PublicKey key = issuer.key().key();
        return key != null
                && SignatureAlgorithms.problem(list.algorithm()) == null
                && once(
                        list,
                        issuer,
                        () -> SignatureAlgorithms.verify(list.algorithm(), key, list.signedPart(), list.signature()));
    }

    private boolean once(Object signed, PathCertificate issuer, BooleanSupplier verification) {
        return verified.computeIfAbsent(new Pair(signed, issuer.keyOctets()), pair -> {
            work.signature();
            return verification.getAsBoolean();
        });
    }

    private record Pair(Object signed, ByteBuffer key) {}
}
