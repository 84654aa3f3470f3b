package ai.scailabs.vault.pki.revocation;

import ai.scailabs.vault.pki.x509.RevocationReason;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** What an authority answers for one of its numbers. Whether the certificate's time is over is another question. */
public sealed interface CertificateStatus {
    /** @param generation of the authority, whose key signed the certificate */
    record Good(int generation) implements CertificateStatus {}

    /**
     * By itself, or with its authority.
     *
     * @param generation of the authority, whose key signed the certificate
     * @param at to the microsecond
     * @param invalidityDate since when it was not to be trusted, where somebody said so
     */
    record Revoked(
            int generation,
            RevocationReason reason,
            Instant at,
            @Nullable Instant invalidityDate) implements CertificateStatus {}

    /** Of no certificate that is known: also of a number that is reserved and not signed, and of a certificate that is not kept and is not revoked. */
    record NeverIssued() implements CertificateStatus {}
}
