package ai.scailabs.vault.persistence.jdbc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.scailabs.vault.testkit.TestDatabase;
import ai.scailabs.vault.testkit.TestPostgres;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What is heard, in order; what proves that it is everything; and what does not. */
@Timeout(60)
class NotificationFeedTest {
    private static final String CHANNEL = "some_channel";

    private final TestDatabase database = TestPostgres.freshDatabase();
    private final Told told = new Told();

    private DatabaseLogin login() {
        return new DatabaseLogin(
                database.app().jdbcUrl(), database.app().user(), database.app().password());
    }

    @Test
    void notifications_areHeardInTheOrderOfTheirCommits_beforeTheNextProof() throws Exception {
        try (NotificationFeed feed = NotificationFeed.start(login(), CHANNEL, told)) {
            told.await("listening");
            told.await("proof");
            notify("one");
            notify("two");
            execute("notify another_channel, 'three'");
            notify("four");
            told.await("one");
            told.await("two");
            told.await("four");
            long committed = System.nanoTime();
            told.awaitProofOf(committed);
        }
    }

    @Test
    void rolledBackNotification_isNotHeard() throws Exception {
        try (NotificationFeed feed = NotificationFeed.start(login(), CHANNEL, told)) {
            told.await("listening");
            execute("begin; notify " + CHANNEL + ", 'never'; rollback");
            notify("after");
            assertThat(told.nextHeard()).isEqualTo("after");
        }
    }

    @Test
    void connectionThatIsCut_isToldAndReplaced() throws Exception {
        try (NotificationFeed feed = NotificationFeed.start(login(), CHANNEL, told)) {
            told.await("proof");
            execute("select pg_terminate_backend(pid) from pg_stat_activity"
                    + " where application_name = 'scaivault-feed' and datname = current_database()");
            told.await("lost");
            told.await("listening");
            told.await("proof");
            notify("again");
            told.await("again");
        }
    }

    /** Nobody says that the connection is dead: what was proved stays proved, and nothing more is. */
    @Test
    void connectionThatFallsSilent_provesNothingAnyMore() throws Exception {
        try (SilentProxy proxy = new SilentProxy(database.app().jdbcUrl())) {
            try (NotificationFeed feed = NotificationFeed.start(
                    new DatabaseLogin(
                            proxy.jdbcUrl(),
                            database.app().user(),
                            database.app().password()),
                    CHANNEL,
                    told)) {
                told.await("proof");
                proxy.fallSilent();
                told.await("lost");
                long silent = System.nanoTime();
                proxy.speak();
                told.await("listening");
                told.awaitProofOf(silent);
            }
        }
    }

    @Test
    void listenerThatFails_beginsAnew() throws Exception {
        try (NotificationFeed feed = NotificationFeed.start(login(), CHANNEL, told)) {
            told.await("proof");
            notify("fail");
            told.await("lost");
            told.await("listening");
            told.await("proof");
        }
    }

    @Test
    void strangeChannel_isRefused() {
        for (String name : List.of("", "a b", "A", "a;drop table x", "a\"", "x".repeat(41))) {
            assertThatThrownBy(() -> NotificationFeed.start(login(), name, told))
                    .isInstanceOf(IllegalArgumentException.class);
        }
    }

    private void notify(String payload) throws SQLException {
        execute("notify " + CHANNEL + ", '" + payload + "'");
    }

    private void execute(String sql) throws SQLException {
        try (Connection connection = database.superuser().dataSource().getConnection();
                Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    /** Everything that the listener was told, in order. */
    private static final class Told implements NotificationFeed.Listener {
        private final BlockingQueue<String> words = new LinkedBlockingQueue<>();
        private volatile long provedNanos = Long.MIN_VALUE;

        @Override
        public void listening() {
            words.add("listening");
        }

        @Override
        public void heard(String payload) {
            if (payload.equals("fail")) {
                throw new IllegalStateException("a listener that fails");
            }
            words.add(payload);
        }

        @Override
        public void confirmed(long nanos) {
            provedNanos = nanos;
            words.add("proof");
        }

        @Override
        public void lost(Exception failure) {
            words.add("lost");
        }

        /** Skips what comes before it. */
        void await(String word) throws InterruptedException {
            String next = "";
            while (!next.equals(word)) {
                next = words.poll(20, TimeUnit.SECONDS);
                assertThat(next).as("waiting for " + word).isNotNull();
            }
        }

        String nextHeard() throws InterruptedException {
            String next = words.poll(20, TimeUnit.SECONDS);
            while (List.of("listening", "proof").contains(String.valueOf(next))) {
                next = words.poll(20, TimeUnit.SECONDS);
            }
            return next;
        }

        void awaitProofOf(long nanos) throws InterruptedException {
            do {
                await("proof");
            } while (provedNanos < nanos);
        }
    }

    /** Passes bytes on between driver and server until it is told to hold them back, with every connection left open. */
    private static final class SilentProxy implements AutoCloseable {
        private static final Pattern PORT = Pattern.compile(":(\\d+)/");

        private final ServerSocket listener = new ServerSocket(0, 10, InetAddress.getLoopbackAddress());
        private final List<Socket> sockets = new java.util.concurrent.CopyOnWriteArrayList<>();
        private final String url;
        private final int serverPort;
        private volatile boolean silent;

        SilentProxy(String url) throws IOException {
            Matcher port = PORT.matcher(url);
            assertThat(port.find()).isTrue();
            this.url = url;
            this.serverPort = Integer.parseInt(port.group(1));
            Thread.ofVirtual().start(this::accept);
        }

        String jdbcUrl() {
            return url.replace(":" + serverPort + "/", ":" + listener.getLocalPort() + "/");
        }

        void fallSilent() {
            silent = true;
        }

        void speak() {
            silent = false;
        }

        private void accept() {
            try {
                while (true) {
                    Socket client = listener.accept();
                    Socket server = new Socket(InetAddress.getLoopbackAddress(), serverPort);
                    sockets.addAll(List.of(client, server));
                    Thread.ofVirtual().start(() -> forward(client, server));
                    Thread.ofVirtual().start(() -> forward(server, client));
                }
            } catch (IOException closed) {
                close();
            }
        }

        private void forward(Socket from, Socket to) {
            byte[] buffer = new byte[8_192];
            try (InputStream in = from.getInputStream();
                    OutputStream out = to.getOutputStream()) {
                for (int length = in.read(buffer); length >= 0; length = in.read(buffer)) {
                    if (!silent) {
                        out.write(buffer, 0, length);
                    }
                }
            } catch (IOException ended) {
                close(List.of(from, to));
            }
        }

        private static void close(List<Socket> ended) {
            for (Socket socket : ended) {
                try {
                    socket.close();
                } catch (IOException e) {
                    throw new IllegalStateException(e);
                }
            }
        }

        @Override
        public void close() {
            try {
                listener.close();
            } catch (IOException e) {
                throw new IllegalStateException(e);
            }
            close(sockets);
        }
    }
}
