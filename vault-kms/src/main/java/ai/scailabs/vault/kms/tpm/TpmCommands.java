package ai.scailabs.vault.kms.tpm;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.concurrent.locks.LockSupport;
import tss.ReqStructure;
import tss.tpm.TPM_CC;
import tss.tpm.TPM_HANDLE;
import tss.tpm.TPM_ST;

/** Sends commands and takes what the TPM says of them. One that it cannot do at this moment is sent again a few times, as long as there is time. Used by one thread. */
final class TpmCommands {
    private static final int TRIES = 6;
    private static final Duration FIRST_PAUSE = Duration.ofMillis(5);

    private final Transport transport;
    private final SecureRandom random;
    private boolean inStep = true;

    TpmCommands(Transport transport, SecureRandom random) {
        this.transport = transport;
        this.random = random;
    }

    /** What follows the header of the answer to a command without sessions. */
    ByteBuffer run(TPM_CC code, ReqStructure request, Deadline deadline) throws TpmUnavailable {
        ByteBuffer answer = send(assemble(TPM_ST.NO_SESSIONS, code, request, new byte[0]), deadline);
        if (tag(answer) != TPM_ST.NO_SESSIONS.toInt()) {
            throw Transport.garbage();
        }
        return answer;
    }

    /** What follows the header of the answer to a command with one session. */
    ByteBuffer run(TPM_CC code, ReqStructure request, byte[] authorisation, Deadline deadline) throws TpmUnavailable {
        ByteBuffer answer = send(assemble(TPM_ST.SESSIONS, code, request, authorisation), deadline);
        if (tag(answer) != TPM_ST.SESSIONS.toInt()) {
            throw Transport.garbage();
        }
        return answer;
    }

    /** Whether the last command was answered, whatever the answer, so that another may follow. */
    boolean isInStep() {
        return inStep;
    }

    private static byte[] assemble(TPM_ST tag, TPM_CC code, ReqStructure request, byte[] authorisation) {
        TPM_HANDLE[] handles = request.getHandles() == null ? new TPM_HANDLE[0] : request.getHandles();
        byte[] parameters = request.toBytes();
        int size = Transport.HEADER_BYTES
                + handles.length * Integer.BYTES
                + (authorisation.length == 0 ? 0 : Integer.BYTES + authorisation.length)
                + parameters.length;
        ByteBuffer command = ByteBuffer.allocate(size)
                .putShort((short) tag.toInt())
                .putInt(size)
                .putInt(code.toInt());
        for (TPM_HANDLE handle : handles) {
            command.putInt(handle.handle);
        }
        if (authorisation.length > 0) {
            command.putInt(authorisation.length).put(authorisation);
        }
        return command.put(parameters).array();
    }

    private ByteBuffer send(byte[] command, Deadline deadline) throws TpmUnavailable {
        for (int attempt = 1; ; attempt++) {
            ByteBuffer answer = exchange(command, deadline);
            int code = answer.getInt(Short.BYTES + Integer.BYTES);
            if (code == 0) {
                return answer.position(Transport.HEADER_BYTES);
            }
            TpmRefusal refusal = TpmRefusal.of(code);
            if (!refusal.isPassing() || attempt == TRIES || !pause(attempt, deadline)) {
                throw refusal;
            }
        }
    }

    private ByteBuffer exchange(byte[] command, Deadline deadline) throws TpmUnavailable {
        inStep = false;
        try {
            ByteBuffer answer = ByteBuffer.wrap(transport.exchange(command, deadline));
            if (answer.getInt(Short.BYTES) != answer.capacity()) {
                throw Transport.garbage();
            }
            inStep = true;
            return answer;
        } catch (IOException e) {
            throw new TpmUnavailable("the TPM cannot be reached", e);
        }
    }

    /** Twice as long after each try, and never the same for two; false when there is no time for it. */
    private boolean pause(int attempt, Deadline deadline) {
        long longest = FIRST_PAUSE.toNanos() << attempt;
        Deadline end = Deadline.in(Duration.ofNanos(longest / 2 + random.nextLong(longest / 2)));
        if (end.atNanos() - deadline.atNanos() >= 0) {
            return false;
        }
        while (!end.isOver() && !Thread.currentThread().isInterrupted()) {
            LockSupport.parkNanos(end.left().toNanos());
        }
        return true;
    }

    private static int tag(ByteBuffer answer) {
        return Short.toUnsignedInt(answer.getShort(0));
    }
}
