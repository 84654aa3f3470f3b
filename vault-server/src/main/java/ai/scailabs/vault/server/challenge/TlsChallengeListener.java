package ai.scailabs.vault.server.challenge;

import ai.scailabs.vault.pki.acme.ChallengeAnswers;
import ai.scailabs.vault.server.settings.ListenAddress;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.KeyManager;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Answers directories by TLS (RFC 8737) at an address of its own: speaks {@code acme-tls/1} and nothing else, shows a certificate for a name that a directory is about to believe and for no other, and hangs up. Its
 * keys are those of challenges: no certificate of the service is ever shown here.
 */
public final class TlsChallengeListener implements AutoCloseable {
    static final String PROTOCOL = "acme-tls/1";

    private static final Logger LOG = LoggerFactory.getLogger(TlsChallengeListener.class);
    /** Handshakes at a time. Who finds no room is hung up on: a directory comes again. */
    private static final int AT_ONCE = 64;

    /** With one handshake in all: whoever sends a byte now and then is waited for no longer. */
    private static final Duration PATIENCE = Duration.ofSeconds(5);

    private final ChallengeAnswers answers;
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    private final ScheduledThreadPoolExecutor timer = new ScheduledThreadPoolExecutor(
            1, Thread.ofPlatform().name("acme-tls-timer").daemon().factory());
    private final Semaphore room = new Semaphore(AT_ONCE);
    private final @Nullable ServerSocket server;

    /** @param address absent: no such listener */
    public TlsChallengeListener(@Nullable ListenAddress address, ChallengeAnswers answers) {
        this.answers = answers;
        this.timer.setRemoveOnCancelPolicy(true);
        this.server = address == null ? null : listening(address);
        if (server != null) {
            Thread.ofPlatform().name("acme-tls").daemon().start(() -> accept(server));
        }
    }

    private static ServerSocket listening(ListenAddress address) {
        try {
            ServerSocket socket = new ServerSocket();
            socket.bind(new InetSocketAddress(address.address(), address.port()));
            return socket;
        } catch (IOException taken) {
            throw new UncheckedIOException("ACME_TLS_ALPN_BIND cannot be listened on", taken);
        }
    }

    private void accept(ServerSocket from) {
        while (!from.isClosed()) {
            try {
                Socket socket = from.accept();
                if (room.tryAcquire()) {
                    threads.execute(() -> answered(socket));
                } else {
                    socket.close();
                }
            } catch (IOException closedOrReset) {
                LOG.debug("a connection for a challenge was not accepted", closedOrReset);
            }
        }
    }

    private void answered(Socket plain) {
        Future<?> end = null;
        try (plain) {
            end = timer.schedule(() -> hangUp(plain), PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
            ChallengeKeys keys = new ChallengeKeys(answers);
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(new KeyManager[] {keys}, null, null);
            try (SSLSocket socket = (SSLSocket) context.getSocketFactory().createSocket(plain, null, true)) {
                socket.setUseClientMode(false);
                SSLParameters parameters = socket.getSSLParameters();
                parameters.setProtocols(new String[] {"TLSv1.3", "TLSv1.2"});
                parameters.setApplicationProtocols(new String[] {PROTOCOL});
                socket.setSSLParameters(parameters);
                // Null ends the handshake: whoever wants another protocol is at the wrong port.
                socket.setHandshakeApplicationProtocolSelector((self, offered) -> offering(offered));
                socket.startHandshake();
            }
        } catch (IOException | GeneralSecurityException | RuntimeException refused) {
            LOG.debug("a handshake for a challenge came to nothing", refused);
        } finally {
            if (end != null) {
                end.cancel(false);
            }
            room.release();
        }
    }

    private static void hangUp(Socket late) {
        try {
            late.close();
        } catch (IOException alreadyBroken) {
            LOG.debug("a connection for a challenge did not close", alreadyBroken);
        }
    }

    private static @Nullable String offering(List<String> offered) {
        return offered.contains(PROTOCOL) ? PROTOCOL : null;
    }

    /** Where it listens; 0 when it does not. */
    public int port() {
        return server == null ? 0 : server.getLocalPort();
    }

    @Override
    public void close() {
        if (server != null) {
            try {
                server.close();
            } catch (IOException alreadyBroken) {
                LOG.debug("the port for challenges did not close", alreadyBroken);
            }
        }
        threads.shutdownNow();
        timer.shutdownNow();
    }
}
