package ai.scailabs.vault.federation.hashicorp;

import ai.scailabs.vault.federation.remote.RemoteCalls;
import ai.scailabs.vault.federation.remote.RemoteException;
import ai.scailabs.vault.federation.remote.Unanswered;
import ai.scailabs.vault.outbound.http.GuardedTransfers;
import ai.scailabs.vault.outbound.http.Incoming;
import ai.scailabs.vault.outbound.http.Outgoing;
import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Takes requests to the vault. Thread-safe. */
final class VaultServer {
    private final URI endpoint;
    private final @Nullable String namespace;
    private final GuardedTransfers transfers;
    private final Duration patience;

    /**
     * @param transfers of whole answers, which trust whoever vouches for this vault
     * @param patience of a request
     */
    VaultServer(URI endpoint, @Nullable String namespace, GuardedTransfers transfers, Duration patience) {
        this.endpoint = endpoint;
        this.namespace = namespace;
        this.transfers = transfers;
        this.patience = patience;
    }

    /**
     * Any answer but those that tell of an outage.
     *
     * @param token absent for a login
     */
    VaultAnswer ask(RemoteCalls.Turn turn, @Nullable String token, DriverRequest.Question question)
            throws RemoteException {
        Outgoing request = DriverRequest.of(endpoint, namespace, token, patience, question);
        return turn.ask(() -> sent(request));
    }

    /** The same, without a second try. */
    VaultAnswer askOnce(String token, DriverRequest.Question question) throws RemoteException {
        return sent(DriverRequest.of(endpoint, namespace, token, patience, question));
    }

    /**
     * Writes, without a second try. The driver would make other numbers of large ones: it makes the request, and what is sent with it is the caller's.
     *
     * @param body JSON; stays the caller's
     */
    VaultAnswer write(String token, String where, byte[] body) throws RemoteException {
        Outgoing empty = DriverRequest.of(
                endpoint, namespace, token, patience, vault -> vault.logical().write(where, Map.of()));
        return sent(new Outgoing(
                empty.method(), empty.location(), empty.headers(), Outgoing.Body.of(body), empty.patience()));
    }

    private VaultAnswer sent(Outgoing request) throws RemoteException {
        VaultAnswer answer;
        try (Incoming incoming = transfers.send(request, _ -> {})) {
            answer = VaultAnswer.of(incoming);
        } catch (IOException failed) {
            throw Unanswered.of(failed);
        }
        if (VaultRefusal.isOutage(answer)) {
            throw VaultRefusal.of(answer);
        }
        return answer;
    }
}
