package ai.scailabs.vault.kms.transit;

/**
 * Why a call came to nothing. The message is for the log, in words of our own: what a server or the driver says of a failed call may hold what was sent or what would have come back.
 */
final class TransitTrouble extends Exception {
    private static final long serialVersionUID = 1;

    private final Kind kind;

    TransitTrouble(Kind kind, String message) {
        super(message);
        this.kind = kind;
    }

    Kind kind() {
        return kind;
    }

    enum Kind {
        /** The ciphertext is none of this key in this context. */
        ALTERED,
        /** The version of the key that encrypted it is below {@code min_decryption_version}. */
        TOO_OLD,
        /** The token is not valid, or may not do this. */
        FORBIDDEN,
        /** There is no token, as the server does not take the credentials. */
        NO_LOGIN,
        /** The server, or what was set, rules the call out. */
        REFUSED,
        /** The answer is not understood. */
        NONSENSE,
        /** Throttled, sealed, without a leader, at fault. */
        BUSY,
        /** No connection, or no answer in time. */
        UNREACHABLE;

        /** Whether it may be otherwise at the next try. */
        boolean passes() {
            return this == BUSY || this == UNREACHABLE;
        }
    }
}
