package ai.scailabs.vault.pki.x509;

import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;

/** Why a certificate does not count any more (RFC 5280 §5.3.1). {@code removeFromCRL} is none: it tells that one counts again. */
public enum RevocationReason {
    UNSPECIFIED(0),
    KEY_COMPROMISE(1),
    CA_COMPROMISE(2),
    AFFILIATION_CHANGED(3),
    SUPERSEDED(4),
    CESSATION_OF_OPERATION(5),
    /** Until it is released or revoked. */
    CERTIFICATE_HOLD(6),
    PRIVILEGE_WITHDRAWN(9),
    AA_COMPROMISE(10);

    private final int code;
    private final String wireName = name().toLowerCase(Locale.ROOT);

    RevocationReason(int code) {
        this.code = code;
    }

    /** As lists and OCSP write it. */
    public int code() {
        return code;
    }

    /** As the API writes it. */
    public String wireName() {
        return wireName;
    }

    public static Optional<RevocationReason> parse(String text) {
        return Arrays.stream(values())
                .filter(reason -> reason.wireName.equals(text))
                .findFirst();
    }

    /** @throws IllegalArgumentException for a code that is none of these */
    public static RevocationReason of(int code) {
        return find(code).orElseThrow(() -> new IllegalArgumentException("not the code of a reason: " + code));
    }

    /** Of a list that somebody else made; empty for a code that is none of these. */
    public static Optional<RevocationReason> find(int code) {
        return Arrays.stream(values()).filter(reason -> reason.code == code).findFirst();
    }
}
