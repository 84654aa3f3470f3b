package ai.scailabs.vault.credentials.connector;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import ai.scailabs.vault.credentials.connector.vendor.VendorTargets;
import ai.scailabs.vault.kernel.net.AddressRange;
import ai.scailabs.vault.kernel.sensitive.SensitiveBytes;
import ai.scailabs.vault.outbound.http.AddressRule;
import ai.scailabs.vault.outbound.http.OutboundTls;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** What every target does, whoever it is; against the real one. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
public abstract class TargetContract {
    protected static final AddressRule LOOPBACK = AddressRule.only(AddressRule.LOOPBACK);
    protected static final AccountNames NAMES = new AccountNames(new SecureRandom());
    protected static final String PASSWORD = "it's \"a\" \\' \\\\ `p` {{name}} ${x} %s ü; -- #";
    private static final Duration PATIENCE = Duration.ofSeconds(10);
    private static final long MOST_SENT = 32L * 1024 * 1024;
    private static final TargetLimits SHORT =
            new TargetLimits(Duration.ofSeconds(1), Duration.ofSeconds(1), Duration.ofSeconds(2), 1);

    protected final VendorTargets targets = targets(LOOPBACK, TargetLimits.DEFAULT);

    protected abstract TargetType type();

    protected abstract int port();

    /** Where it is, on this machine and in plain text. */
    protected abstract TargetConfig config(String host, int port);

    /** Of the root login. */
    protected abstract String root();

    protected abstract String rootPassword();

    /** A user that may log in and nothing else, whose password is {@link #PASSWORD}. */
    protected String powerless() throws Exception {
        try (Target target = open()) {
            target.create(new Account("powerless"), bytes(PASSWORD), inAnHour(), nothingSaid());
        }
        return "powerless";
    }

    /** As a role says it: what {@link Session#allowed} does and nothing more. */
    protected abstract Statements role();

    /** Makes a user and fails then. */
    protected abstract Statements halfWay();

    protected abstract Session connect(String user, String password) throws Exception;

    /** A first piece of an answer after which more is awaited. */
    protected abstract byte[] beginning();

    /** Names of accounts that others made, and that somebody might have thought up. */
    protected abstract List<String> strangeNames();

    /** Somebody's connection. */
    public interface Session extends AutoCloseable {
        /** What the role permits. */
        void allowed() throws Exception;

        /** What it does not. */
        void forbidden() throws Exception;

        @Override
        void close();
    }

    @AfterAll
    void closeTargets() {
        targets.close();
    }

    protected static VendorTargets targets(AddressRule rule, TargetLimits limits) {
        return new VendorTargets(new TargetNetwork(rule, OutboundTls.trustSystem(), limits), new SecureRandom());
    }

    protected Target open() {
        return open(targets, config("127.0.0.1", port()));
    }

    protected Target open(VendorTargets from, TargetConfig config) {
        return from.open(config, login(root(), rootPassword()));
    }

    protected static Login login(String user, String password) {
        return new Login(user, bytes(password));
    }

    protected static SensitiveBytes bytes(String password) {
        return SensitiveBytes.owning(password.getBytes(StandardCharsets.UTF_8));
    }

    protected Statements nothingSaid() {
        return Statements.parse(type(), List.of(), List.of(), List.of(), List.of());
    }

    protected static Instant inAnHour() {
        return Instant.now().plusSeconds(3600);
    }

    protected Account created(Target target, Statements statements) throws TargetException {
        Account account = NAMES.next(type(), "reader");
        target.create(account, bytes(PASSWORD), inAnHour(), statements);
        return account;
    }

    protected TargetFailure failure(Work work) {
        TargetException refused = catchThrowableOfType(TargetException.class, work::run);
        assertThat(refused).isNotNull();
        assertThat(refused.getCause()).isNull();
        assertThat(refused.getSuppressed()).isEmpty();
        assertThat(refused.getMessage())
                .doesNotContain(PASSWORD)
                .doesNotContain(rootPassword())
                .doesNotContain("127.0.0.1");
        return refused.failure();
    }

    /** What may be refused. */
    protected interface Work {
        void run() throws Exception;
    }

    @Test
    void nobodyListens_isUnreachable() throws Exception {
        int free;
        try (ServerSocket closed = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            free = closed.getLocalPort();
        }
        for (String host : List.of("127.0.0.1", "[::1]")) {
            try (Target target = open(targets, config(host, free))) {
                assertThat(failure(() -> target.exists(new Account("a"))))
                        .as(host)
                        .isEqualTo(TargetFailure.UNREACHABLE);
            }
        }
    }

    @Test
    void serverThatSaysNothing_timesOut_andHoldsNoMoreThanItsTurn() throws Exception {
        try (ServerSocket silent = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
                VendorTargets hurried = targets(LOOPBACK, SHORT);
                Target target = open(hurried, config("127.0.0.1", silent.getLocalPort()))) {
            long begin = System.nanoTime();
            CompletableFuture<TargetFailure> other =
                    CompletableFuture.supplyAsync(() -> failure(() -> target.exists(new Account("a"))));
            assertThat(failure(() -> target.exists(new Account("a")))).isEqualTo(TargetFailure.TIMED_OUT);
            assertThat(other.get(20, TimeUnit.SECONDS)).isEqualTo(TargetFailure.TIMED_OUT);
            assertThat(Duration.ofNanos(System.nanoTime() - begin)).isLessThan(PATIENCE);
        }
    }

    @Test
    void serverThatSaysAByteNowAndThen_timesOut() throws Exception {
        try (ServerSocket slow = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
                VendorTargets hurried = targets(LOOPBACK, SHORT);
                Target target = open(hurried, config("127.0.0.1", slow.getLocalPort()))) {
            Thread drip = Thread.ofVirtual().start(() -> drip(slow));
            long begin = System.nanoTime();
            assertThat(failure(() -> target.exists(new Account("a")))).isEqualTo(TargetFailure.TIMED_OUT);
            assertThat(Duration.ofNanos(System.nanoTime() - begin)).isLessThan(PATIENCE);
            drip.interrupt();
        }
    }

    @Test
    void serverThatNeverStopsTalking_isCutOff() throws Exception {
        try (ServerSocket endless = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
                VendorTargets hurried = targets(LOOPBACK, SHORT);
                Target target = open(hurried, config("127.0.0.1", endless.getLocalPort()))) {
            AtomicLong sent = new AtomicLong();
            Thread flood = Thread.ofVirtual().start(() -> flood(endless, sent));
            assertThat(failure(() -> target.exists(new Account("a"))))
                    .isIn(TargetFailure.UNREACHABLE, TargetFailure.TIMED_OUT, TargetFailure.STATEMENT_REFUSED);
            flood.join(PATIENCE);
            assertThat(flood.isAlive()).isFalse();
            // What the two sides hold back for each other comes on top.
            assertThat(sent.get()).isLessThan(MOST_SENT);
        }
    }

    private void flood(ServerSocket server, AtomicLong sent) {
        byte[] much = new byte[64 * 1024];
        Arrays.fill(much, (byte) 'a');
        try (Socket socket = server.accept();
                OutputStream out = socket.getOutputStream()) {
            out.write(beginning());
            while (sent.addAndGet(much.length) < MOST_SENT) {
                out.write(much);
            }
        } catch (IOException cutOff) {
            Thread.currentThread().interrupt();
        }
    }

    private void drip(ServerSocket server) {
        try (Socket socket = server.accept();
                OutputStream out = socket.getOutputStream()) {
            out.write(beginning());
            while (!Thread.currentThread().isInterrupted()) {
                out.write('a');
                out.flush();
                LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(100));
            }
        } catch (IOException cutOff) {
            Thread.currentThread().interrupt();
        }
    }

    @Test
    void nameThatLeadsToAForbiddenAddress_isRefusedBeforeAnyByte() throws Exception {
        AddressRule publicOnly = new AddressRule(List.of());
        CountDownLatch connected = new CountDownLatch(1);
        try (ServerSocket server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
                VendorTargets guarded = targets(publicOnly, SHORT);
                Target target = open(guarded, config("localhost", server.getLocalPort()))) {
            Thread.ofVirtual().start(() -> {
                try (Socket _ = server.accept()) {
                    connected.countDown();
                } catch (IOException closed) {
                    Thread.currentThread().interrupt();
                }
            });
            assertThat(failure(() -> target.exists(new Account("a")))).isEqualTo(TargetFailure.ADDRESS_REFUSED);
            assertThat(failure(() -> target.verify(login("a", "b")))).isEqualTo(TargetFailure.ADDRESS_REFUSED);
        }
        assertThat(connected.getCount()).isEqualTo(1);
    }

    @Test
    void oneAddressOfSeveral_thatIsForbidden_refusesTheName() throws Exception {
        AddressRule other =
                AddressRule.only(List.of(AddressRange.parse("192.0.2.0/24").orElseThrow()));
        try (VendorTargets guarded = targets(other, SHORT);
                Target target = open(guarded, config("127.0.0.1", port()))) {
            assertThat(failure(() -> target.exists(new Account("a")))).isEqualTo(TargetFailure.ADDRESS_REFUSED);
        }
    }

    @Test
    void rootWithAWrongPassword_isRefused() {
        try (Target target = targets.open(config("127.0.0.1", port()), login(root(), "wrong"))) {
            assertThat(failure(() -> target.exists(new Account("a")))).isEqualTo(TargetFailure.LOGIN_REFUSED);
        }
    }

    @Test
    void rootWithoutRights_isToldSo() throws Exception {
        Login powerless = login(powerless(), PASSWORD);
        try (Target target = targets.open(config("127.0.0.1", port()), powerless)) {
            Account account = NAMES.next(type(), "reader");
            assertThat(failure(() -> target.create(account, bytes(PASSWORD), inAnHour(), nothingSaid())))
                    .isEqualTo(TargetFailure.NOT_PERMITTED);
        }
    }

    @Test
    void rootLogin_isTakenAwayByNobody() throws Exception {
        try (Target target = open()) {
            Account itself = new Account(root());
            assertThat(failure(() -> target.revoke(itself, nothingSaid()))).isEqualTo(TargetFailure.NOT_PERMITTED);
            assertThat(failure(() -> target.rollback(itself, nothingSaid()))).isEqualTo(TargetFailure.NOT_PERMITTED);
            assertThat(target.exists(itself)).isTrue();
        }
    }

    @Test
    void closedTarget_refuses() {
        Target target = open();
        target.close();
        assertThat(failure(() -> target.exists(new Account("a")))).isEqualTo(TargetFailure.UNREACHABLE);
    }

    @Test
    void statementsOfAnotherKind_areNotTaken() {
        Statements foreign = Statements.parse(
                type() == TargetType.REDIS ? TargetType.MYSQL : TargetType.REDIS,
                List.of(),
                List.of(),
                List.of(),
                List.of());
        try (Target target = open()) {
            assertThatThrownBy(() -> target.create(new Account("a"), bytes(PASSWORD), inAnHour(), foreign))
                    .isInstanceOf(IllegalArgumentException.class);
        }
    }

    @Test
    void credential_works_andIsLimitedToItsGrants() throws Exception {
        try (Target target = open()) {
            Account account = created(target, role());
            assertThat(target.exists(account)).isTrue();
            target.verify(login(account.name(), PASSWORD));
            try (Session session = connect(account.name(), PASSWORD)) {
                session.allowed();
                assertThatThrownBy(session::forbidden).isInstanceOf(Exception.class);
            }
            target.renew(account, inAnHour(), role());
            target.revoke(account, role());
        }
    }

    @Test
    void wrongPassword_isRefused() throws Exception {
        try (Target target = open()) {
            Account account = created(target, role());
            assertThat(failure(() -> target.verify(login(account.name(), "wrong"))))
                    .isEqualTo(TargetFailure.LOGIN_REFUSED);
            target.revoke(account, role());
        }
    }

    @Test
    void accountOfARoleThatSaysNothing_mayOnlyLogIn() throws Exception {
        try (Target target = open()) {
            Account account = created(target, nothingSaid());
            target.verify(login(account.name(), PASSWORD));
            try (Session session = connect(account.name(), PASSWORD)) {
                assertThatThrownBy(session::allowed).isInstanceOf(Exception.class);
            }
            target.revoke(account, nothingSaid());
            assertThat(target.exists(account)).isFalse();
        }
    }

    @Test
    void revokedAccount_isGone_withItsOpenConnections() throws Exception {
        try (Target target = open()) {
            Account account = created(target, role());
            try (Session session = connect(account.name(), PASSWORD);
                    Session idle = connect(account.name(), PASSWORD)) {
                session.allowed();
                target.revoke(account, role());
                assertThatThrownBy(session::allowed).isInstanceOf(Exception.class);
                assertThatThrownBy(idle::allowed).isInstanceOf(Exception.class);
            }
            assertThat(target.exists(account)).isFalse();
            assertThat(failure(() -> target.verify(login(account.name(), PASSWORD))))
                    .isEqualTo(TargetFailure.LOGIN_REFUSED);
        }
    }

    @Test
    void accountThatIsNotThere_isRevokedAndRolledBack_howeverOften() throws Exception {
        try (Target target = open()) {
            Account account = created(target, role());
            target.revoke(account, role());
            target.revoke(account, role());
            target.rollback(account, role());
            target.revoke(NAMES.next(type(), "never"), nothingSaid());
            assertThat(target.exists(account)).isFalse();
        }
    }

    @Test
    void creationThatFailsHalfWay_leavesNothingAfterRollback() throws Exception {
        try (Target target = open()) {
            Account account = NAMES.next(type(), "reader");
            assertThat(failure(() -> target.create(account, bytes(PASSWORD), inAnHour(), halfWay())))
                    .isEqualTo(TargetFailure.STATEMENT_REFUSED);
            target.rollback(account, halfWay());
            assertThat(target.exists(account)).isFalse();
            assertThat(failure(() -> target.verify(login(account.name(), PASSWORD))))
                    .isEqualTo(TargetFailure.LOGIN_REFUSED);
        }
    }

    @Test
    void otherPassword_isAccepted_andTheOldOneRefused() throws Exception {
        try (Target target = open()) {
            Account account = created(target, role());
            target.setPassword(account.name(), bytes("other " + PASSWORD));
            target.verify(login(account.name(), "other " + PASSWORD));
            assertThat(failure(() -> target.verify(login(account.name(), PASSWORD))))
                    .isEqualTo(TargetFailure.LOGIN_REFUSED);
            target.revoke(account, role());
        }
    }

    @Test
    void passwordOfNobody_isRefused_andMakesNobody() throws Exception {
        try (Target target = open()) {
            Account nobody = NAMES.next(type(), "nobody");
            assertThat(failure(() -> target.setPassword(nobody.name(), bytes(PASSWORD))))
                    .isEqualTo(TargetFailure.STATEMENT_REFUSED);
            assertThat(target.exists(nobody)).isFalse();
        }
    }

    @Test
    void rootsOwnPassword_isChanged_andTheTargetGoesOn() throws Exception {
        try (Target target = open()) {
            target.setPassword(root(), bytes(PASSWORD));
            try {
                target.verify(login(root(), PASSWORD));
                assertThat(target.exists(new Account(root()))).isTrue();
                assertThat(failure(() -> target.verify(login(root(), rootPassword()))))
                        .isEqualTo(TargetFailure.LOGIN_REFUSED);
            } finally {
                target.setPassword(root(), bytes(rootPassword()));
            }
        }
    }

    @Test
    void strangeNames_areNamesAndNothingElse() throws Exception {
        try (Target target = open()) {
            for (String name : strangeNames()) {
                Account account = new Account(name);
                target.create(account, bytes(PASSWORD), inAnHour(), role());
                assertThat(target.exists(account)).as(name).isTrue();
                assertThatCode(() -> target.verify(login(name, PASSWORD)))
                        .as(name)
                        .doesNotThrowAnyException();
                target.setPassword(name, bytes("other"));
                target.verify(login(name, "other"));
                target.revoke(account, role());
                assertThat(target.exists(account)).as(name).isFalse();
            }
        }
    }

    @Test
    void moreAtOnceThanAreAllowed_takeTurns() throws Exception {
        try (Target one = open();
                Target another = open();
                ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Callable<Account>> lives = new ArrayList<>();
            for (int i = 0; i < 10; i++) {
                lives.add(() -> lived(one));
                // As another instance of this service has it.
                lives.add(() -> lived(another));
            }
            for (Future<Account> life : threads.invokeAll(lives)) {
                assertThat(one.exists(life.get())).isFalse();
            }
        }
    }

    private Account lived(Target target) throws TargetException {
        Account account = created(target, role());
        target.verify(login(account.name(), PASSWORD));
        target.revoke(account, role());
        return account;
    }

    @Test
    void tlsWhereThereIsNone_isNotGoneWithout() {
        TargetConfig plain = config("127.0.0.1", port());
        TargetConfig encrypted =
                new TargetConfig(type(), "127.0.0.1", port(), plain.database(), true, null, plain.accountHost(), null);
        try (VendorTargets hurried = targets(LOOPBACK, SHORT);
                Target target = open(hurried, encrypted)) {
            assertThat(failure(() -> target.exists(new Account("a"))))
                    .isIn(TargetFailure.TLS_FAILED, TargetFailure.UNREACHABLE, TargetFailure.TIMED_OUT);
        }
    }

    /** For a server that shows a certificate of its own for {@code localhost}, which only whoever names it trusts. */
    protected void tlsIsVerified(int tlsPort, Path certificate) throws TargetException {
        String pem;
        try {
            pem = Files.readString(certificate);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        String database = config("localhost", tlsPort).database();
        TargetConfig right = new TargetConfig(type(), "localhost", tlsPort, database, true, pem, "%", null);
        try (Target target = open(targets, right)) {
            assertThat(target.exists(new Account("nobody"))).isFalse();
        }
        TargetConfig wrongName = new TargetConfig(type(), "127.0.0.1", tlsPort, database, true, pem, "%", null);
        try (Target target = open(targets, wrongName)) {
            assertThat(failure(() -> target.exists(new Account("a")))).isEqualTo(TargetFailure.TLS_FAILED);
        }
        TargetConfig unknown = new TargetConfig(type(), "localhost", tlsPort, database, true, null, "%", null);
        try (Target target = open(targets, unknown)) {
            assertThat(failure(() -> target.exists(new Account("a")))).isEqualTo(TargetFailure.TLS_FAILED);
        }
    }
}
