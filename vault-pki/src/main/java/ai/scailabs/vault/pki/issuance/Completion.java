package ai.scailabs.vault.pki.issuance;

import ai.scailabs.vault.audit.trail.AuditEntry;
import ai.scailabs.vault.pki.issuer.IssuedCertificate;
import ai.scailabs.vault.pki.issuer.Reservation;

/** Keeps what was signed, with its entry in the same transaction. When it throws, the certificate is given to nobody. */
@FunctionalInterface
public interface Completion {
    void complete(Reservation reservation, IssuedCertificate issued, AuditEntry told);
}
