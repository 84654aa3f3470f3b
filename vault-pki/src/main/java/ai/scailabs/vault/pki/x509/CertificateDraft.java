package ai.scailabs.vault.pki.x509;

/**
 * Everything that is to be signed, except what the issuer brings.
 *
 * @param serial reserved for this issuer before, so that no two certificates bear it
 */
public record CertificateDraft(
        SerialNumber serial,
        Subject subject,
        SubjectKey key,
        Validity validity,
        SubjectAlternativeNames names,
        CertificateProfile profile,
        CertificateEndpoints endpoints) {}
