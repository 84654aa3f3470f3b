package ai.scailabs.vault.pki.acme;

import java.net.URL;
import java.security.KeyPair;
import java.time.Instant;
import java.time.ZonedDateTime;
import org.jspecify.annotations.Nullable;
import org.shredzone.acme4j.Session;
import org.shredzone.acme4j.connector.DefaultConnection;
import org.shredzone.acme4j.connector.HttpConnector;
import org.shredzone.acme4j.exception.AcmeException;
import org.shredzone.acme4j.exception.AcmeNetworkException;
import org.shredzone.acme4j.toolbox.JSONBuilder;

/** Keeps with every refusal when the directory wants to be asked again (RFC 9110 §10.2.3), which acme4j does with those of its limits alone. */
final class DatedConnection extends DefaultConnection {
    DatedConnection(HttpConnector connector) {
        super(connector);
    }

    @Override
    public int sendRequest(URL url, Session session, @Nullable ZonedDateTime ifModifiedSince) throws AcmeException {
        try {
            return super.sendRequest(url, session, ifModifiedSince);
        } catch (AcmeException refused) {
            throw dated(refused);
        }
    }

    @Override
    protected int sendSignedRequest(
            URL url, @Nullable JSONBuilder claims, Session session, KeyPair key, @Nullable URL account, String accepted)
            throws AcmeException {
        try {
            return super.sendSignedRequest(url, claims, session, key, account, accepted);
        } catch (AcmeException refused) {
            throw dated(refused);
        }
    }

    private AcmeException dated(AcmeException refused) {
        // Without an answer there still is the one to the request before.
        if (lastResponse != null && !(refused instanceof AcmeNetworkException)) {
            getRetryAfter().ifPresent(at -> refused.addSuppressed(new AskAgain(at)));
        }
        return refused;
    }

    /** Null when nothing was said. */
    static @Nullable Instant askAgainAt(Throwable refused) {
        for (Throwable each : refused.getSuppressed()) {
            if (each instanceof AskAgain ask) {
                return ask.at;
            }
        }
        return null;
    }

    private static final class AskAgain extends Exception {
        private static final long serialVersionUID = 1L;

        private final transient Instant at;

        AskAgain(Instant at) {
            super("not before " + at, null, false, false);
            this.at = at;
        }
    }
}
