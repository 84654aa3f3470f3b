package ai.scailabs.vault.pki.validation;

import java.time.Instant;
import java.util.Optional;

/** Who knows the status of some certificates without a CRL, as their issuer is kept here. */
@FunctionalInterface
public interface KnownStatus {
    KnownStatus NONE = (certificate, issuer) -> Optional.empty();

    /**
     * @param issuer whose key made the certificate's signature
     * @return empty when the issuer is not known here
     */
    Optional<Status> of(PathCertificate certificate, PathCertificate issuer);

    /** What the issuer says. */
    sealed interface Status {}

    record Good() implements Status {}

    /** @param reason as the API writes it */
    record Revoked(Instant at, String reason) implements Status {}

    /** Nobody knows that the issuer gave that number. It is not good for that alone; nor is it revoked. */
    record UnknownNumber() implements Status {}
}
