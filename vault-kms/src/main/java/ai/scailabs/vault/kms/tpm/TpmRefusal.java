package ai.scailabs.vault.kms.tpm;

import java.util.Set;
import tss.TpmHelpers;
import tss.tpm.TPM_RC;

/** The TPM answered that it does not do what it was asked (TPM 2.0 Library, part 2, 6.6). */
final class TpmRefusal extends TpmUnavailable {
    private static final long serialVersionUID = 1;
    /** Beyond these bits the answer is not the TPM's own but that of who shares it. */
    private static final int BITS_OF_THE_TPM = 0xfff;

    private static final Set<TPM_RC> PASSING = Set.of(TPM_RC.RETRY, TPM_RC.YIELDED, TPM_RC.TESTING, TPM_RC.NV_RATE);
    private static final Set<TPM_RC> OF_THE_AUTH_VALUE = Set.of(TPM_RC.AUTH_FAIL, TPM_RC.BAD_AUTH);
    private static final Set<TPM_RC> NO_ROOM_FOR_SESSIONS = Set.of(TPM_RC.SESSION_MEMORY, TPM_RC.SESSION_HANDLES);

    private final transient TPM_RC reason;

    private TpmRefusal(TPM_RC reason, int code) {
        super("the TPM answers " + reason.name() + " (0x" + Integer.toHexString(code) + ")");
        this.reason = reason;
    }

    static TpmRefusal of(int code) {
        boolean own = (code & ~BITS_OF_THE_TPM) == 0;
        return new TpmRefusal(own ? TpmHelpers.fromRawResponse(code) : TPM_RC.fromInt(code), code);
    }

    boolean is(TPM_RC code) {
        return reason.equals(code);
    }

    /** The same command may succeed in a moment. */
    boolean isPassing() {
        return PASSING.contains(reason);
    }

    @Override
    boolean concernsConnection() {
        return !isPassing() && !reason.equals(TPM_RC.LOCKOUT);
    }

    boolean isOfTheAuthValue() {
        return OF_THE_AUTH_VALUE.contains(reason);
    }

    boolean lacksRoomForSessions() {
        return NO_ROOM_FOR_SESSIONS.contains(reason);
    }
}
