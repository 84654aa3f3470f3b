package ai.scailabs.vault.pki.issuance;

import ai.scailabs.vault.audit.trail.AuditEntry;
import ai.scailabs.vault.pki.issuer.IssuedCertificate;
import ai.scailabs.vault.pki.issuer.Reservation;

/** Keeps what was signed, with its entry in the same commit. When it throws, or is not kept, the certificate is given to nobody. */
@FunctionalInterface
public interface Completion {
    /** False, and nothing is kept, when what the certificate was allowed by has changed in the meantime. */
    boolean complete(Reservation reservation, IssuedCertificate issued, AuditEntry told);
}
