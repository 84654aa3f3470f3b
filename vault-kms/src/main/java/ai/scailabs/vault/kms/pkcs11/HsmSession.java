package ai.scailabs.vault.kms.pkcs11;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.xipki.pkcs11.wrapper.PKCS11Exception;
import org.xipki.pkcs11.wrapper.Session;

/**
 * A session with a token, logged in. Used by one thread at a time, and within {@link CryptokiLibrary#inside} only. After a call that failed it is closed, as the token may still be in the middle of it.
 */
abstract class HsmSession {
    private static final Logger LOG = LoggerFactory.getLogger(HsmSession.class);

    private final Session session;
    private final long generation;

    HsmSession(Session session, long generation) {
        this.session = session;
        this.generation = generation;
    }

    Session session() {
        return session;
    }

    /** Whether the handles still mean what they meant. */
    boolean isOf(long currentGeneration) {
        return generation == currentGeneration;
    }

    void close() {
        close(session);
    }

    static void close(Session session) {
        try {
            session.closeSession();
        } catch (PKCS11Exception gone) {
            LOG.debug("a session had ended already: {}", gone.getErrorName());
        }
    }
}
