package ai.scailabs.vault.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.scailabs.vault.persistence.jdbc.Schema;
import ai.scailabs.vault.server.readiness.StartupRefusal;
import ai.scailabs.vault.server.settings.InvalidSettings;
import ai.scailabs.vault.testkit.TestAuthority;
import ai.scailabs.vault.testkit.TestAuthority.Issued;
import ai.scailabs.vault.testkit.TestPostgres;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLHandshakeException;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManagerFactory;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** TLS in the service itself, asked by the JDK's client. */
class TlsTest {
    private static final TestAuthority OURS = new TestAuthority("server authority");
    private static final TestAuthority CLIENTS = new TestAuthority("client authority");
    private static final TestAuthority OTHERS = new TestAuthority("client authority");
    private static final Issued REVOKED = CLIENTS.client("revoked");
    private static final Issued GOOD = CLIENTS.client("good");

    @TempDir
    static Path plainFolder;

    @TempDir
    static Path mutualFolder;

    private static RunningServer plain;
    private static RunningServer mutual;

    @BeforeAll
    static void start() {
        plain = RunningServer.start(TestPostgres.migratedDatabase(Schema::migrate), settings(plainFolder, false));
        mutual = RunningServer.start(TestPostgres.migratedDatabase(Schema::migrate), settings(mutualFolder, true));
    }

    @AfterAll
    static void stop() {
        plain.close();
        mutual.close();
    }

    @BeforeEach
    void filesAsTheyWere() {
        assertThat(statusOf(plain, client(null), "TLSv1.3")).isEqualTo(200);
        assertThat(statusOf(mutual, client(GOOD), "TLSv1.3")).isEqualTo(200);
    }

    private static Map<String, String> settings(Path folder, boolean clientCertificates) {
        Issued server = OURS.server("first");
        Map<String, String> settings = new HashMap<>();
        settings.put(
                "TLS_CERT_FILE",
                TestAuthority.write(folder.resolve("tls.crt"), server.certificate(), OURS.certificate())
                        .toString());
        settings.put(
                "TLS_KEY_FILE",
                TestAuthority.write(folder.resolve("tls.key"), server.key()).toString());
        if (clientCertificates) {
            settings.put(
                    "TLS_CLIENT_CA_FILE",
                    TestAuthority.write(folder.resolve("clients.crt"), CLIENTS.certificate())
                            .toString());
            settings.put(
                    "TLS_CLIENT_CRL_FILE",
                    TestAuthority.write(folder.resolve("clients.crl"), current(Set.of(REVOKED.certificate())))
                            .toString());
        }
        return settings;
    }

    private static Object current(Set<X509Certificate> revoked) {
        return CLIENTS.revocations(Instant.now().plus(Duration.ofDays(1)), revoked);
    }

    @ParameterizedTest
    @ValueSource(strings = {"TLSv1.3", "TLSv1.2"})
    void versionsOfToday_areSpoken(String version) throws IOException {
        try (SSLSocket socket = connected(plain, client(null), version)) {
            assertThat(socket.getSession().getProtocol()).isEqualTo(version);
            assertThat(socket.getSession().getCipherSuite()).contains("AES_256_GCM_SHA384");
            assertThat(get(socket)).contains("HTTP/1.1 200", "Strict-Transport-Security: max-age=31536000");
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "TLSv1.3 TLS_AES_128_GCM_SHA256",
                "TLSv1.3 TLS_CHACHA20_POLY1305_SHA256",
                "TLSv1.2 TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256",
                "TLSv1.2 TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256"
            })
    void otherGoodSuites_areSpokenToo(String choice) throws IOException {
        try (SSLSocket socket = connected(plain, client(null), choice.split(" "))) {
            assertThat(choice).endsWith(socket.getSession().getCipherSuite());
        }
    }

    /** The JDK's client would speak these only when it is told to, which its security properties forbid: the oldest are left to a scanner. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "TLSv1.2 TLS_ECDHE_ECDSA_WITH_AES_256_CBC_SHA384",
                "TLSv1.2 TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA256",
                "TLSv1.2 TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA",
                "TLSv1.2 TLS_DHE_RSA_WITH_AES_256_GCM_SHA384"
            })
    void suitesWithoutForwardSecrecyOrAuthenticatedEncryption_areRefused(String choice) {
        assertThatThrownBy(
                        () -> connected(plain, client(null), choice.split(" ")).close())
                .isInstanceOf(SSLHandshakeException.class);
    }

    @Test
    void newHandshakeOnAnOldConnection_isRefused() throws IOException {
        try (SSLSocket socket = connected(plain, client(null), "TLSv1.2")) {
            assertThat(get(socket)).contains("HTTP/1.1 200");
            assertThatThrownBy(() -> {
                        socket.startHandshake();
                        get(socket);
                    })
                    .isInstanceOf(IOException.class);
        }
    }

    @Test
    void newFiles_areUsedForNewConnections_onceTheyBelongTogether() throws IOException {
        Issued next = OURS.server("second");
        try (SSLSocket old = connected(plain, client(null), "TLSv1.3")) {
            // The certificate comes first: until its key is there, too, the pair of before goes on.
            TestAuthority.write(plainFolder.resolve("tls.crt"), next.certificate(), OURS.certificate());
            assertThat(statusOf(plain, client(null), "TLSv1.3")).isEqualTo(200);
            TestAuthority.write(plainFolder.resolve("tls.key"), next.key());
            awaitThat(() -> peerOf(plain).equals(next.certificate()));
            assertThat(get(old)).contains("HTTP/1.1 200");
        }
        Files.writeString(
                plainFolder.resolve("tls.key"), "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n");
        assertThat(peerOf(plain)).isEqualTo(next.certificate());
        Issued third = OURS.server("third");
        TestAuthority.write(plainFolder.resolve("tls.key"), third.key());
        TestAuthority.write(plainFolder.resolve("tls.crt"), third.certificate(), OURS.certificate());
        awaitThat(() -> peerOf(plain).equals(third.certificate()));
    }

    @ParameterizedTest
    @ValueSource(strings = {"TLSv1.3", "TLSv1.2"})
    void clientCertificate_isRequired(String version) {
        assertThat(statusOf(mutual, client(GOOD), version)).isEqualTo(200);
        refused(mutual, null, version);
        refused(mutual, OTHERS.client("good"), version);
        // Of the right authority, for another purpose.
        refused(mutual, CLIENTS.server("good"), version);
        refused(mutual, REVOKED, version);
    }

    @Test
    void revokedCertificate_isRefusedOnceTheListSaysSo_andNobodyGetsInByAnOldList() {
        Path list = mutualFolder.resolve("clients.crl");
        Issued late = CLIENTS.client("late");
        assertThat(statusOf(mutual, client(late), "TLSv1.3")).isEqualTo(200);

        TestAuthority.write(list, current(Set.of(REVOKED.certificate(), late.certificate())));
        awaitThat(() -> statusOf(mutual, client(late), "TLSv1.3") == 0);
        assertThat(statusOf(mutual, client(GOOD), "TLSv1.3")).isEqualTo(200);

        TestAuthority.write(list, CLIENTS.revocations(Instant.now().minus(Duration.ofHours(1)), Set.of()));
        awaitThat(() -> statusOf(mutual, client(GOOD), "TLSv1.3") == 0);

        TestAuthority.write(list, OTHERS.revocations(Instant.now().plus(Duration.ofDays(1)), Set.of()));
        refused(mutual, GOOD, "TLSv1.3");

        TestAuthority.write(list, current(Set.of(REVOKED.certificate())));
        awaitThat(() -> statusOf(mutual, client(GOOD), "TLSv1.3") == 200);
    }

    @Test
    void unusableFiles_areRefusedAtTheStart_byTheNameOfTheirSetting(@TempDir Path folder) throws IOException {
        Issued server = OURS.server("refused");
        Path good = TestAuthority.write(folder.resolve("good.crt"), server.certificate());
        Path key = TestAuthority.write(folder.resolve("good.key"), server.key());
        Path otherKey = TestAuthority.write(
                folder.resolve("other.key"), OURS.server("other").key());
        Path garbage = Files.writeString(folder.resolve("garbage"), "/etc/passwd");
        Path hollow = Files.writeString(
                folder.resolve("hollow"), "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n");
        Path nothing = folder.resolve("nothing");

        refusedStart("TLS_CERT_FILE names a file that cannot be read", nothing, key, null, null);
        refusedStart("TLS_CERT_FILE names a file that is not PEM", garbage, key, null, null);
        refusedStart("TLS_CERT_FILE names a file that holds no PEM certificate", hollow, key, null, null);
        refusedStart("TLS_CERT_FILE names a file that holds no PEM certificate", key, key, null, null);
        refusedStart("TLS_KEY_FILE names a file that cannot be read", good, nothing, null, null);
        refusedStart(
                "TLS_KEY_FILE names a file that holds no PEM private key without a password", good, good, null, null);
        refusedStart("TLS_KEY_FILE names the key of another certificate", good, otherKey, null, null);
        refusedStart("TLS_CLIENT_CA_FILE names a file that is not PEM", good, key, garbage, null);
        refusedStart("TLS_CLIENT_CRL_FILE names a file that holds no PEM revocation list", good, key, good, hollow);
        refusedStart("TLS_CLIENT_CRL_FILE needs TLS_CLIENT_CA_FILE", good, key, null, hollow);
        refusedStart(
                "TLS_CLIENT_CA_FILE needs TLS_CERT_FILE and TLS_KEY_FILE, or TLS_MANAGED_CERTIFICATE",
                null,
                null,
                good,
                null);
    }

    private static void refusedStart(
            String problem,
            @Nullable Path certificate,
            @Nullable Path key,
            @Nullable Path authorities,
            @Nullable Path list) {
        Map<String, String> settings = new HashMap<>();
        Stream.of(
                        Map.entry("TLS_CERT_FILE", String.valueOf(certificate)),
                        Map.entry("TLS_KEY_FILE", String.valueOf(key)),
                        Map.entry("TLS_CLIENT_CA_FILE", String.valueOf(authorities)),
                        Map.entry("TLS_CLIENT_CRL_FILE", String.valueOf(list)))
                .filter(entry -> !entry.getValue().equals("null"))
                .forEach(entry -> settings.put(entry.getKey(), entry.getValue()));
        assertThatThrownBy(() -> RunningServer.start(TestPostgres.migratedDatabase(Schema::migrate), settings)
                        .close())
                .isInstanceOfAny(StartupRefusal.class, InvalidSettings.class)
                .hasMessage(problem);
    }

    private static void refused(RunningServer server, @Nullable Issued client, String version) {
        assertThat(statusOf(server, client(client), version)).isZero();
    }

    /** 0 when no answer could be had. */
    private static int statusOf(RunningServer server, SSLContext client, String version) {
        try (SSLSocket socket = connected(server, client, version)) {
            return Integer.parseInt(get(socket).split(" ", 3)[1]);
        } catch (IOException refused) {
            return 0;
        }
    }

    private static X509Certificate peerOf(RunningServer server) {
        try (SSLSocket socket = connected(server, client(null), "TLSv1.3")) {
            return (X509Certificate) socket.getSession().getPeerCertificates()[0];
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    /** @param choice a version, and perhaps a suite of it */
    private static SSLSocket connected(RunningServer server, SSLContext client, String... choice) throws IOException {
        SSLSocket socket = (SSLSocket) client.getSocketFactory().createSocket("127.0.0.1", server.port());
        try {
            socket.setSoTimeout(20_000);
            socket.setEnabledProtocols(new String[] {choice[0]});
            if (choice.length > 1) {
                socket.setEnabledCipherSuites(new String[] {choice[1]});
            }
            socket.startHandshake();
            return socket;
        } catch (IOException refused) {
            socket.close();
            throw refused;
        }
    }

    /** The head of the answer. */
    private static String get(SSLSocket socket) throws IOException {
        socket.getOutputStream()
                .write("HEAD /v1/health HTTP/1.1\r\nHost: localhost\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
        BufferedReader in =
                new BufferedReader(new InputStreamReader(socket.getInputStream(), StandardCharsets.US_ASCII));
        StringBuilder head = new StringBuilder();
        for (String line = in.readLine(); line != null && !line.isEmpty(); line = in.readLine()) {
            head.append(line).append('\n');
        }
        if (head.isEmpty()) {
            throw new IOException("no answer");
        }
        return head.toString();
    }

    /** Trusts our authority and shows the certificate, which it is given even when the server names other authorities. */
    private static SSLContext client(@Nullable Issued shown) {
        try {
            KeyStore trusted = KeyStore.getInstance("PKCS12");
            trusted.load(null, null);
            trusted.setCertificateEntry("ours", OURS.certificate());
            TrustManagerFactory trust = TrustManagerFactory.getInstance("PKIX");
            trust.init(trusted);
            KeyStore own = KeyStore.getInstance("PKCS12");
            own.load(null, null);
            if (shown != null) {
                own.setKeyEntry("own", shown.key(), new char[0], new X509Certificate[] {shown.certificate()});
            }
            KeyManagerFactory keys = KeyManagerFactory.getInstance("PKIX");
            keys.init(own, new char[0]);
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(keys.getKeyManagers(), trust.getTrustManagers(), null);
            return context;
        } catch (GeneralSecurityException | IOException e) {
            throw new IllegalStateException(e);
        }
    }

    /** The service looks at its files every few seconds. */
    private static void awaitThat(Condition condition) {
        long patience = System.nanoTime() + Duration.ofSeconds(30).toNanos();
        while (!condition.holds()) {
            assertThat(System.nanoTime()).as("still not so").isLessThan(patience);
        }
    }

    private interface Condition {
        boolean holds();
    }
}
