package ai.scailabs.vault.pki.validation;

import java.time.Instant;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Who knows the status of some certificates without a CRL, as their issuer is kept here. */
@FunctionalInterface
public interface KnownStatus {
    KnownStatus NONE = certificate -> Optional.empty();

    /**
     * @param certificate DER
     * @return empty for one that is not known here
     */
    Optional<Status> of(byte[] certificate);

    /** @param revokedAt null while it is not */
    record Status(@Nullable Instant revokedAt, @Nullable String reason) {
        public static final Status GOOD = new Status(null, null);
    }
}
