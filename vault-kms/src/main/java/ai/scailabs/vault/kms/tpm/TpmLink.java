package ai.scailabs.vault.kms.tpm;

import ai.scailabs.vault.kms.credential.CredentialFile;
import ai.scailabs.vault.kms.credential.CredentialUnusable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tss.tpm.TPM2_FlushContext_REQUEST;
import tss.tpm.TPM2_GetCapability_REQUEST;
import tss.tpm.TPM_CAP;
import tss.tpm.TPM_CC;
import tss.tpm.TPM_HANDLE;
import tss.tpm.TPM_HT;

/** A connection with the TPM on which the key was found as it must be, and a session. Used by one thread; after a failure it is closed. */
final class TpmLink {
    private static final Logger LOG = LoggerFactory.getLogger(TpmLink.class);
    private static final Duration LAST_WORD = Duration.ofMillis(200);
    private static final int MIN_AUTH_BYTES = 24;
    private static final int MAX_AUTH_BYTES = 32;
    private static final int MAX_SESSIONS = 64;

    private final Transport transport;
    private final HmacSession session;
    private final TpmKey key;

    private TpmLink(Transport transport, HmacSession session, TpmKey key) {
        this.transport = transport;
        this.session = session;
        this.key = key;
    }

    static TpmLink open(TpmProperties where, SecureRandom random, Deadline deadline) throws TpmUnavailable {
        Transport transport = Transport.connect(where.device(), deadline);
        try {
            TpmCommands commands = new TpmCommands(transport, random);
            TpmKey key = TpmKey.read(commands, where.key(), deadline);
            return new TpmLink(transport, session(transport, commands, random, deadline), key);
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

    TpmKey key() {
        return key;
    }

    /** On a connection that may be old: a refusal may be of the session, and says nothing about the auth value yet. */
    byte[] hmacAgain(CredentialFile auth, byte[] message, Deadline deadline) throws TpmUnavailable {
        return using(auth, value -> Optional.of(session.hmac(key, value, message, deadline)));
    }

    byte[] hmac(CredentialFile auth, byte[] message, Deadline deadline) throws TpmUnavailable {
        return using(auth, value -> {
            try {
                return Optional.of(session.hmac(key, value, message, deadline));
            } catch (TpmRefusal refusal) {
                if (refusal.isOfTheAuthValue()) {
                    LOG.error("The TPM refuses the auth value: {}", refusal.getMessage());
                    return Optional.empty();
                }
                throw refusal;
            }
        });
    }

    private static byte[] using(CredentialFile auth, CredentialFile.Attempt<byte[], TpmUnavailable> attempt)
            throws TpmUnavailable {
        try {
            return auth.use(value -> {
                if (value.length < MIN_AUTH_BYTES || value.length > MAX_AUTH_BYTES) {
                    throw new AuthValueUnusable("the auth value of the key must have " + MIN_AUTH_BYTES + " to "
                            + MAX_AUTH_BYTES + " bytes, of which every one counts, a line feed at the end too");
                }
                return attempt.with(value);
            });
        } catch (CredentialUnusable unusable) {
            throw new AuthValueUnusable(String.valueOf(unusable.getMessage()));
        }
    }

    /** After which nothing is left of it in the TPM. */
    void end() {
        if (!transport.endsSessions()) {
            try {
                session.end(Deadline.in(LAST_WORD));
            } catch (TpmUnavailable gone) {
                LOG.debug("the session could not be ended: {}", gone.getMessage());
            }
        }
        close();
    }

    /** When the TPM does not answer as it should. */
    void close() {
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
