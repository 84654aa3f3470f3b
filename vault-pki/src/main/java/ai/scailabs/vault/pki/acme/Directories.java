package ai.scailabs.vault.pki.acme;

import ai.scailabs.vault.outbound.http.GuardedTransfers;
import ai.scailabs.vault.outbound.http.OutboundTls;
import ai.scailabs.vault.pki.x509.Fingerprint;
import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import javax.net.ssl.SSLSocketFactory;
import org.jspecify.annotations.Nullable;
import org.shredzone.acme4j.Session;
import org.shredzone.acme4j.connector.Connection;
import org.shredzone.acme4j.connector.NetworkSettings;
import org.shredzone.acme4j.connector.Resource;
import org.shredzone.acme4j.exception.AcmeException;
import org.shredzone.acme4j.exception.AcmeProtocolException;
import org.shredzone.acme4j.provider.GenericAcmeProvider;
import org.shredzone.acme4j.toolbox.JSON;

/** Opens conversations with directories. What a directory says of itself is remembered for some minutes, apart for those whom others vouch for. Thread-safe. */
public final class Directories {
    /** For one step of an order, or for one call. */
    private static final Duration BUDGET = Duration.ofSeconds(30);

    /** And for each name of the order: a step asks up to twice about each, one after the other. */
    static final int SECONDS_PER_NAME = 1;

    private static final int MAX_REMEMBERED = 500;
    private static final Duration REMEMBERED_FOR = Duration.ofMinutes(10);

    private static final List<Resource> NEEDED = List.of(Resource.NEW_NONCE, Resource.NEW_ACCOUNT, Resource.NEW_ORDER);

    private final GuardedTransfers transfers;
    private final Duration budget;
    private final Cache<String, JSON> remembered;

    public Directories(GuardedTransfers transfers) {
        this(
                transfers,
                BUDGET,
                Caffeine.newBuilder()
                        .maximumSize(MAX_REMEMBERED)
                        .expireAfterWrite(REMEMBERED_FOR)
                        .build());
    }

    private Directories(GuardedTransfers transfers, Duration budget, Cache<String, JSON> remembered) {
        this.transfers = transfers;
        this.budget = budget;
        this.remembered = remembered;
    }

    /** The same, with the time for conversations about so many names. */
    Directories about(int names) {
        return new Directories(transfers, BUDGET.plusSeconds((long) SECONDS_PER_NAME * names), remembered);
    }

    Duration budget() {
        return budget;
    }

    /** A conversation, for one thread and a bounded time. Nothing is sent yet. */
    Session open(DirectoryAddress address) {
        Session session = new Session(address.url(), new Guarded(address, client(address)));
        session.setLocale(Locale.ENGLISH);
        return session;
    }

    private GuardedClient client(DirectoryAddress address) {
        String authorities = address.authorities();
        return new GuardedClient(
                authorities == null ? transfers : transfers.trusting(authorities(authorities)), budget);
    }

    private static SSLSocketFactory authorities(String pem) {
        try {
            return OutboundTls.only(pem);
        } catch (IOException unusable) {
            throw new IllegalStateException("authorities were stored that cannot be used", unusable);
        }
    }

    private static String key(DirectoryAddress address) {
        String authorities = address.authorities();
        String voucher = authorities == null
                ? ""
                : HexFormat.of().formatHex(Fingerprint.sha256(authorities.getBytes(StandardCharsets.UTF_8)));
        return address.url() + " " + voucher;
    }

    /** What is none is not remembered: it may be what somebody answers who is in the way for a moment. */
    private static boolean isDirectory(JSON answer) {
        try {
            for (Resource needed : NEEDED) {
                answer.get(needed.path()).asURL();
            }
            return true;
        } catch (AcmeProtocolException other) {
            return false;
        }
    }

    private final class Guarded extends GenericAcmeProvider {
        private final DirectoryAddress address;
        private final GuardedClient client;
        private boolean given;

        Guarded(DirectoryAddress address, GuardedClient client) {
            this.address = address;
            this.client = client;
        }

        @Override
        public boolean accepts(URI serverUri) {
            return true;
        }

        @Override
        public HttpClient createHttpClient(NetworkSettings settings) {
            return client;
        }

        @Override
        public Connection connect(URI serverUri, NetworkSettings settings, HttpClient http) {
            return new DatedConnection(createHttpConnector(settings, http));
        }

        /** Null when the session has it: it asks before every request. */
        @Override
        public @Nullable JSON directory(Session session, URI serverUri) throws AcmeException {
            if (given) {
                return null;
            }
            JSON known = remembered.getIfPresent(key(address));
            if (known == null) {
                known = super.directory(session, serverUri);
                if (known != null && isDirectory(known)) {
                    remembered.put(key(address), known);
                }
            }
            given = true;
            return known;
        }
    }
}
