package ai.scailabs.vault.server.tls;

/** TLS is not spoken by a certificate. The message says why, after "the managed certificate", and names neither it nor its tenant: everybody may read it. */
final class UnservedCertificate extends Exception {
    private static final long serialVersionUID = 1L;

    UnservedCertificate(String message) {
        super(message, null, false, false);
    }
}
