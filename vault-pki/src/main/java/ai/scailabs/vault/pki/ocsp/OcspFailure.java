package ai.scailabs.vault.pki.ocsp;

/** Why a question gets no answer (RFC 6960 §4.2.1). What says so is not signed. */
enum OcspFailure {
    MALFORMED_REQUEST(1, OcspOutcome.MALFORMED_REQUEST),
    INTERNAL_ERROR(2, OcspOutcome.INTERNAL_ERROR),
    TRY_LATER(3, OcspOutcome.TRY_LATER),
    /** The certificate is none of this authority's, or the authority is none that can answer. */
    UNAUTHORIZED(6, OcspOutcome.UNAUTHORIZED);

    private final byte number;
    private final OcspOutcome outcome;

    OcspFailure(int number, OcspOutcome outcome) {
        this.number = (byte) number;
        this.outcome = outcome;
    }

    OcspOutcome outcome() {
        return outcome;
    }

    OcspAnswer answer() {
        // SEQUENCE { ENUMERATED }
        return OcspAnswer.once(new byte[] {0x30, 3, 0x0a, 1, number});
    }
}
