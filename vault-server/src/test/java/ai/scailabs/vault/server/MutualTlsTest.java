package ai.scailabs.vault.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.cert.CRL;
import java.security.cert.CertPathBuilder;
import java.security.cert.CertPathValidatorException;
import java.security.cert.CertStore;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.security.cert.CollectionCertStoreParameters;
import java.security.cert.PKIXBuilderParameters;
import java.security.cert.PKIXRevocationChecker;
import java.security.cert.TrustAnchor;
import java.security.cert.X509CertSelector;
import java.security.cert.X509Certificate;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.ArrayList;
import java.util.Base64;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import javax.net.ssl.CertPathTrustManagerParameters;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLServerSocket;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManagerFactory;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import tools.jackson.databind.JsonNode;

/** Two ends of a connection with certificates of ours: they talk, until one of them is revoked; and the other learns that from our list, or from our responder. */
class MutualTlsTest {
    private static final String GREETING = "good morning";

    private static RunningServer server;
    private static ApiClient owner;
    private static String authority;

    /** By what an end knows whether the other's certificate still counts. */
    enum Source {
        CRL,
        OCSP
    }

    @BeforeAll
    static void prepare() {
        server = RunningServer.shared();
        owner = server.owner("mutual-tls", "mutual-tls");
        String root = PkiRoleApiTest.root(owner, "mesh-root");
        authority = owner.post(
                        "/v1/pki/ca",
                        Map.of(
                                "name", "mesh",
                                "common_name", "Mesh",
                                "ca_type", "intermediate",
                                "key_type", "ec",
                                "parent_ca_id", root))
                .expect(201)
                .json()
                .get("id")
                .stringValue();
        owner.patch("/v1/pki/ca/" + authority, Map.of("ocsp_urls", List.of(url("/v1/pki/ocsp/" + authority))))
                .expect(200);
        owner.post(
                        "/v1/pki/roles",
                        Map.of(
                                "name",
                                "mesh",
                                "ca_id",
                                authority,
                                "allowed_domains",
                                List.of("*.mesh.test"),
                                "ext_key_usage",
                                List.of("server_auth", "client_auth")))
                .expect(201);
    }

    private static String url(String path) {
        return "http://127.0.0.1:" + server.port() + path;
    }

    @ParameterizedTest
    @EnumSource(Source.class)
    void bothEndsTalk_untilTheCallerIsRevoked(Source source) throws Exception {
        Peer serving = Peer.named("pay.mesh.test");
        Peer calling = Peer.named("shop.mesh.test");
        assertThat(talk(serving, calling, source)).isEqualTo(GREETING);

        calling.revoke();
        assertRefusedAsRevoked(() -> talk(serving, calling, source));
        assertThat(talk(serving, Peer.named("shop.mesh.test"), source)).isEqualTo(GREETING);
    }

    @ParameterizedTest
    @EnumSource(Source.class)
    void callerRefuses_whoeverServesWithARevokedCertificate(Source source) throws Exception {
        Peer serving = Peer.named("pay.mesh.test");
        Peer calling = Peer.named("shop.mesh.test");
        serving.revoke();
        assertRefusedAsRevoked(() -> talk(serving, calling, source));
    }

    private static void assertRefusedAsRevoked(Callable<String> talk) throws Exception {
        try {
            throw new AssertionError("they talked: " + talk.call());
        } catch (ExecutionException | IOException refused) {
            Throwable cause = refused;
            while (cause != null && !(cause instanceof CertPathValidatorException)) {
                cause = cause.getCause();
            }
            assertThat(cause).as(String.valueOf(refused)).isInstanceOf(CertPathValidatorException.class);
            assertThat(((CertPathValidatorException) cause).getReason())
                    .isEqualTo(CertPathValidatorException.BasicReason.REVOKED);
        }
    }

    /** What the caller hears. Whichever end refuses, its reason is thrown. */
    private static String talk(Peer serving, Peer calling, Source source) throws Exception {
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
                SSLServerSocket listening = (SSLServerSocket) serving.context(source)
                        .getServerSocketFactory()
                        .createServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            listening.setNeedClientAuth(true);
            Future<Void> served = threads.submit(() -> {
                try (SSLSocket connection = (SSLSocket) listening.accept()) {
                    connection.startHandshake();
                    connection.getOutputStream().write(GREETING.getBytes(StandardCharsets.UTF_8));
                }
                return null;
            });
            String heard = "";
            IOException unheard = null;
            try (SSLSocket connection = (SSLSocket) calling.context(source)
                    .getSocketFactory()
                    .createSocket(listening.getInetAddress(), listening.getLocalPort())) {
                connection.startHandshake();
                heard = new String(connection.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            } catch (IOException refused) {
                unheard = refused;
            }
            if (unheard != null && hasReason(unheard)) {
                throw unheard;
            }
            served.get();
            if (unheard != null) {
                throw unheard;
            }
            return heard;
        }
    }

    private static boolean hasReason(Throwable thrown) {
        return thrown != null && (thrown instanceof CertPathValidatorException || hasReason(thrown.getCause()));
    }

    /** @param chain its own certificate first, the root last */
    private record Peer(PrivateKey key, List<X509Certificate> chain, String serialNumber) {
        static Peer named(String name) throws GeneralSecurityException {
            JsonNode issued = owner.post(
                            "/v1/pki/issue/mesh",
                            Map.of("common_name", name, "ttl", "2h", "private_key_format", "pkcs8"))
                    .expect(201)
                    .json();
            List<X509Certificate> chain = new ArrayList<>();
            chain.add(OcspQuestions.certificate(issued.get("certificate").stringValue()));
            for (JsonNode each : issued.get("ca_chain")) {
                chain.add(OcspQuestions.certificate(each.stringValue()));
            }
            String pem = issued.get("private_key").stringValue();
            byte[] der = Base64.getMimeDecoder().decode(pem.replaceAll("-----[A-Z ]+-----", ""));
            return new Peer(
                    KeyFactory.getInstance("EC").generatePrivate(new PKCS8EncodedKeySpec(der)),
                    chain,
                    issued.get("serial_number").stringValue());
        }

        void revoke() {
            owner.post("/v1/pki/revoke", Map.of("serial_number", serialNumber, "reason", "key_compromise"))
                    .expect(200);
            owner.post("/v1/pki/ca/" + authority + "/crl", Map.of()).expect(200);
        }

        SSLContext context(Source source) throws Exception {
            char[] password = "changeit".toCharArray();
            KeyStore keys = KeyStore.getInstance("PKCS12");
            keys.load(null, null);
            keys.setKeyEntry(
                    "own", key, password, chain.subList(0, chain.size() - 1).toArray(Certificate[]::new));
            KeyManagerFactory own = KeyManagerFactory.getInstance("PKIX");
            own.init(keys, password);

            TrustManagerFactory trust = TrustManagerFactory.getInstance("PKIX");
            PKIXBuilderParameters parameters =
                    new PKIXBuilderParameters(Set.of(new TrustAnchor(chain.getLast(), null)), new X509CertSelector());
            PKIXRevocationChecker checker =
                    (PKIXRevocationChecker) CertPathBuilder.getInstance("PKIX").getRevocationChecker();
            EnumSet<PKIXRevocationChecker.Option> options =
                    EnumSet.of(PKIXRevocationChecker.Option.ONLY_END_ENTITY, PKIXRevocationChecker.Option.NO_FALLBACK);
            if (source == Source.CRL) {
                options.add(PKIXRevocationChecker.Option.PREFER_CRLS);
                parameters.addCertStore(
                        CertStore.getInstance("Collection", new CollectionCertStoreParameters(List.of(list()))));
            }
            checker.setOptions(options);
            parameters.addCertPathChecker(checker);
            trust.init(new CertPathTrustManagerParameters(parameters));

            SSLContext context = SSLContext.getInstance("TLS");
            context.init(own.getKeyManagers(), trust.getTrustManagers(), null);
            return context;
        }

        private static CRL list() throws Exception {
            try (HttpClient http = HttpClient.newHttpClient()) {
                byte[] der = http.send(
                                HttpRequest.newBuilder(URI.create(url("/v1/pki/ca/" + authority + "/crl")))
                                        .build(),
                                BodyHandlers.ofByteArray())
                        .body();
                return CertificateFactory.getInstance("X.509").generateCRL(new ByteArrayInputStream(der));
            }
        }
    }
}
