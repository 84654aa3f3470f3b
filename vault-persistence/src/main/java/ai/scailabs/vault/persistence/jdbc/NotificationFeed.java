package ai.scailabs.vault.persistence.jdbc;

import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.Properties;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.postgresql.PGConnection;
import org.postgresql.PGNotification;

/**
 * Hears what is notified on one channel, over a connection of its own that is opened again whenever it is lost. Twice a second the feed notifies itself:
 * PostgreSQL delivers in the order of commits, so what comes back proves that everything committed before it was sent has been heard. A connection on which
 * nothing comes back, be it for a proxy that does not keep it, never proves anything. Thread-safe.
 */
public final class NotificationFeed implements AutoCloseable {
    /** Between two proofs. */
    private static final Duration BEAT = Duration.ofMillis(500);
    /** For a proof to come back before the connection is given up. */
    private static final Duration PATIENCE = Duration.ofSeconds(2);

    private static final Duration RECONNECT_AFTER = Duration.ofMillis(250);
    private static final int NETWORK_TIMEOUT_SECONDS = 3;
    private static final Pattern CHANNEL = Pattern.compile("[a-z_]{1,40}");

    private final DatabaseLogin login;
    private final String channel;
    private final Listener listener;
    private final Thread thread;
    private volatile boolean closed;

    private NotificationFeed(DatabaseLogin login, String channel, Listener listener) {
        if (!CHANNEL.matcher(channel).matches()) {
            throw new IllegalArgumentException("not a channel's name");
        }
        this.login = login;
        this.channel = channel;
        this.listener = listener;
        this.thread = Thread.ofPlatform().name("feed-" + channel).daemon().unstarted(this::listenUntilClosed);
    }

    /** Begins to connect and returns at once. */
    public static NotificationFeed start(DatabaseLogin login, String channel, Listener listener) {
        NotificationFeed feed = new NotificationFeed(login, channel, listener);
        feed.thread.start();
        return feed;
    }

    private void listenUntilClosed() {
        while (!closed) {
            try (Connection connection = connect()) {
                listen(connection);
            } catch (SQLException | RuntimeException failure) {
                // Also when it is the listener that failed: it begins anew, and takes nothing that it heard for
                // granted.
                lost(failure);
            }
        }
    }

    private void lost(Exception failure) {
        if (closed) {
            return;
        }
        try {
            listener.lost(failure);
            TimeUnit.MILLISECONDS.sleep(RECONNECT_AFTER.toMillis());
        } catch (InterruptedException closing) {
            Thread.currentThread().interrupt();
        }
    }

    private Connection connect() throws SQLException {
        Properties properties = new Properties();
        properties.setProperty("user", login.user());
        properties.setProperty("password", login.password());
        properties.setProperty("ApplicationName", "scaivault-feed");
        properties.setProperty("connectTimeout", String.valueOf(NETWORK_TIMEOUT_SECONDS));
        properties.setProperty("loginTimeout", String.valueOf(2 * NETWORK_TIMEOUT_SECONDS));
        properties.setProperty("socketTimeout", String.valueOf(NETWORK_TIMEOUT_SECONDS));
        properties.setProperty("tcpKeepAlive", "true");
        properties.setProperty("logServerErrorDetail", "false");
        // A proof need not survive a crash, so nobody waits for a disk because of it.
        properties.setProperty("options", "-c synchronous_commit=off");
        return DriverManager.getConnection(login.jdbcUrl(), properties);
    }

    private void listen(Connection connection) throws SQLException {
        PGConnection notifications = connection.unwrap(PGConnection.class);
        String proofs = "scaivault_proof_" + notifications.getBackendPID();
        try (Statement statement = connection.createStatement();
                PreparedStatement proof = connection.prepareStatement("select pg_notify(?, ?)")) {
            statement.execute("listen " + channel);
            statement.execute("listen " + proofs);
            listener.listening();
            proof.setString(1, proofs);
            for (long number = 1; !closed; number++) {
                long sentAt = System.nanoTime();
                proof.setString(2, String.valueOf(number));
                proof.execute();
                await(notifications, proofs, String.valueOf(number));
                listener.confirmed(sentAt);
                hearUntil(notifications, sentAt + BEAT.toNanos());
            }
        }
    }

    /** Returns when the proof has come back; what comes before it is heard. */
    private void await(PGConnection notifications, String proofs, String number) throws SQLException {
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        for (long left = PATIENCE.toNanos(); left > 0; left = deadline - System.nanoTime()) {
            if (hear(notifications, left, proofs, number)) {
                return;
            }
        }
        throw new SQLException("what the connection notifies does not come back to it");
    }

    private void hearUntil(PGConnection notifications, long deadline) throws SQLException {
        for (long left = deadline - System.nanoTime(); left > 0 && !closed; left = deadline - System.nanoTime()) {
            hear(notifications, left, "", "");
        }
    }

    private boolean hear(PGConnection notifications, long nanos, String proofs, String number) throws SQLException {
        // 0 would wait without end.
        int millis = (int) Math.max(1, TimeUnit.NANOSECONDS.toMillis(nanos));
        boolean proved = false;
        @Nullable PGNotification[] heard = notifications.getNotifications(millis);
        for (PGNotification notification : heard == null ? new PGNotification[0] : heard) {
            if (notification.getName().equals(channel)) {
                listener.heard(notification.getParameter());
            } else {
                proved |= notification.getName().equals(proofs)
                        && notification.getParameter().equals(number);
            }
        }
        return proved;
    }

    /** Ends the connection. */
    @Override
    public void close() {
        closed = true;
        thread.interrupt();
        try {
            thread.join(Duration.ofSeconds(NETWORK_TIMEOUT_SECONDS));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Told by the one thread of the feed, in order; must not wait for anything. */
    public interface Listener {
        /** A new connection listens; what was notified before may have been missed. */
        void listening();

        void heard(String payload);

        /** Whatever was committed before this moment of {@link System#nanoTime()} has been heard. */
        void confirmed(long nanos);

        /** The connection is lost, or could not be had; the feed tries again. Its message is for the log. */
        void lost(Exception failure);
    }
}
