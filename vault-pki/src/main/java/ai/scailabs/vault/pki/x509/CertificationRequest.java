package ai.scailabs.vault.pki.x509;

/**
 * A request of somebody else for a certificate (PKCS#10, RFC 2986), whose signature proves that they hold the key. Of the extensions that it asks for the names are read and nothing else: what a
 * certificate may do is the role's to say.
 */
public record CertificationRequest(Subject subject, SubjectKey key, SubjectAlternativeNames names) {
    /** Much more than the largest that makes sense, with a key of ML-DSA and a hundred names. */
    public static final int MAX_PEM_CHARACTERS = 32 * 1024;
}
