package ai.scailabs.vault.kms.tpm;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tss.tpm.TPM2_FlushContext_REQUEST;
import tss.tpm.TPM2_GetCapability_REQUEST;
import tss.tpm.TPM_CAP;
import tss.tpm.TPM_CC;
import tss.tpm.TPM_HANDLE;
import tss.tpm.TPM_HT;

/** A connection with the TPM and a session on it. Used by one thread; after a failure it is closed. */
final class TpmLink {
    private static final Logger LOG = LoggerFactory.getLogger(TpmLink.class);
    private static final Duration LAST_WORD = Duration.ofMillis(200);
    private static final int MAX_SESSIONS = 64;

    private final Transport transport;
    private final TpmCommands commands;
    private final HmacSession session;
    private final Map<PersistentHandle, TpmKey> keys = new HashMap<>();

    private TpmLink(Transport transport, TpmCommands commands, HmacSession session) {
        this.transport = transport;
        this.commands = commands;
        this.session = session;
    }

    static TpmLink open(TpmAddress address, SecureRandom random, Deadline deadline) throws TpmUnavailable {
        Transport transport = Transport.connect(address, deadline);
        try {
            TpmCommands commands = new TpmCommands(transport, random);
            return new TpmLink(transport, commands, session(transport, commands, random, deadline));
        } catch (TpmUnavailable | RuntimeException failed) {
            close(transport);
            throw failed;
        }
    }

    private static HmacSession session(
            Transport transport, TpmCommands commands, SecureRandom random, Deadline deadline) throws TpmUnavailable {
        try {
            return HmacSession.start(commands, random, deadline);
        } catch (TpmRefusal refusal) {
            if (!refusal.lacksRoomForSessions() || transport.endsSessions()) {
                throw refusal;
            }
            // Nobody else is connected: the sessions are of those who went without a word, as this service does when it
            // is killed.
            endLoadedSessions(commands, deadline);
            return HmacSession.start(commands, random, deadline);
        }
    }

    private static void endLoadedSessions(TpmCommands commands, Deadline deadline) throws TpmUnavailable {
        ByteBuffer answer = commands.run(
                TPM_CC.GetCapability,
                new TPM2_GetCapability_REQUEST(TPM_CAP.HANDLES, TPM_HT.LOADED_SESSION.toInt() << 24, MAX_SESSIONS),
                deadline);
        int beforeHandles = 1 + 2 * Integer.BYTES;
        if (answer.remaining() < beforeHandles || answer.remaining() % Integer.BYTES != beforeHandles % Integer.BYTES) {
            throw Transport.garbage();
        }
        answer.position(answer.position() + beforeHandles);
        while (answer.hasRemaining()) {
            TPM_HANDLE left = TPM_HANDLE.from(answer.getInt());
            commands.run(TPM_CC.FlushContext, new TPM2_FlushContext_REQUEST(left), deadline);
        }
        LOG.info("Ended sessions in the TPM that were left behind");
    }

    /** As it was when it was first asked for here: every use names it, so that one that was replaced since is refused. */
    TpmKey key(PersistentHandle at, Deadline deadline) throws TpmUnavailable {
        TpmKey known = keys.get(at);
        if (known == null) {
            known = TpmKey.read(commands, at, deadline);
            keys.put(at, known);
        }
        return known;
    }

    /** What the key makes of the message, 32 bytes; the caller wipes them. */
    byte[] hmac(TpmKey key, byte[] authValue, byte[] message, Deadline deadline) throws TpmUnavailable {
        return session.hmac(key, authValue, message, deadline);
    }

    /** Leaves no session in the TPM, as far as it still answers. */
    void end() {
        if (!transport.endsSessions() && commands.isInStep()) {
            try {
                session.end(Deadline.in(LAST_WORD));
            } catch (TpmUnavailable gone) {
                LOG.debug("the session could not be ended: {}", gone.getMessage());
            }
        }
        close(transport);
    }

    private static void close(Transport transport) {
        try {
            transport.close();
        } catch (IOException gone) {
            LOG.debug("the connection with the TPM was gone already");
        }
    }
}
