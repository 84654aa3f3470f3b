package ai.scailabs.vault.pki.ocsp;

/** Why a question gets no answer (RFC 6960 §4.2.1). What says so is not signed. */
enum OcspFailure {
    MALFORMED_REQUEST(1),
    INTERNAL_ERROR(2),
    TRY_LATER(3),
    /** The certificate is none of this authority's, or the authority is none that can answer. */
    UNAUTHORIZED(6);

    private final byte number;

    OcspFailure(int number) {
        this.number = (byte) number;
    }

    OcspAnswer answer() {
        // SEQUENCE { ENUMERATED }
        return OcspAnswer.once(new byte[] {0x30, 3, 0x0a, 1, number});
    }
}
