package ai.scailabs.vault.pki.issuance;

import ai.scailabs.vault.kernel.id.Ids;
import ai.scailabs.vault.kernel.id.PartnerId;
import ai.scailabs.vault.kernel.id.TenantId;
import ai.scailabs.vault.pki.x509.CertificateContents;
import java.time.Duration;
import java.time.Instant;
import java.util.UUID;

/**
 * A certificate that is to be renewed, and that one instance has taken on for a while.
 *
 * @param line the first of those of which each came in the place of the one before
 * @param place in that line, from 1
 * @param role by which it was issued
 * @param der the certificate
 * @param attempts that failed
 * @param takenUntil another instance may try then
 */
record DueRenewal(
        TenantId tenant,
        PartnerId partner,
        UUID certificate,
        UUID line,
        int place,
        String role,
        byte[] der,
        Instant notAfter,
        Duration timeToLive,
        Standing standing,
        int attempts,
        Instant takenUntil) {
    /** Whether it counts. */
    enum Standing {
        GOOD,
        ON_HOLD,
        REVOKED
    }

    String text() {
        return Ids.text(MadeCertificate.PREFIX, certificate);
    }

    CertificateContents contents() {
        return CertificateContents.of(der);
    }

    @Override
    public String toString() {
        return "DueRenewal[" + text() + "]";
    }
}
