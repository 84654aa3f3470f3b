package ai.scailabs.vault.testkit;

import com.nimbusds.jose.util.JSONObjectUtils;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;

/**
 * Pebble, as Let's Encrypt tests ACME clients with it: strict, refuses good nonces now and then, has several roots, and shows a certificate that nobody vouches for but itself. It asks a DNS of its own, which answers
 * 127.0.0.1 for every name and says what it is told to. What it issues counts for nothing, and it forgets everything when it ends.
 */
public final class TestPebble implements AutoCloseable {
    /** What the accounts are bound by, where they must be. */
    public static final String EAB_KID = "kid-1";

    public static final String EAB_HMAC_KEY = "zWNDZM6eQGHWpSRTPal5eIUYFTu7EajVIoguysqZ9wG44nMEtx3MUAsUDkMTQ12W";

    /** For which it issues nothing. */
    public static final String BLOCKED = "blocked-domain.example";

    private static final int ALTERNATE_ROOTS = 2;

    private final PeerProcess pebble;
    private final PeerProcess names;
    private final URI management;
    private final URI nameManagement;
    private final String certificate;
    private final HttpClient http;

    private TestPebble(
            PeerProcess pebble, PeerProcess names, URI management, URI nameManagement, Path certificateFile) {
        this.pebble = pebble;
        this.names = names;
        this.management = management;
        this.nameManagement = nameManagement;
        this.certificate = text(certificateFile);
        this.http = HttpClient.newBuilder()
                .sslContext(trusting(certificateFile))
                .connectTimeout(Duration.ofSeconds(5))
                .build();
    }

    /**
     * How it behaves.
     *
     * @param httpPort where it looks for answers by HTTP
     * @param tlsPort where it looks for answers by TLS
     * @param eab whether accounts must be bound to one that it knows
     * @param believes whether it takes everybody at their word and looks at no answer
     * @param dns host:port of a name server to ask; empty for its own
     * @param authorizationReuse how often an authorization that is valid is used again, in percent
     * @param nonceReject how many good nonces it refuses, in percent
     */
    public record Options(
            int httpPort,
            int tlsPort,
            boolean eab,
            boolean believes,
            String dns,
            int authorizationReuse,
            int nonceReject) {
        public static Options answeredAt(int httpPort, int tlsPort) {
            return new Options(httpPort, tlsPort, false, false, "", 0, 10);
        }

        /** One that looks at no answer. */
        public static Options believing() {
            return new Options(1, 1, false, true, "", 0, 10);
        }

        public Options bound() {
            return new Options(httpPort, tlsPort, true, believes, dns, authorizationReuse, nonceReject);
        }

        public Options asking(String server) {
            return new Options(httpPort, tlsPort, eab, believes, server, authorizationReuse, nonceReject);
        }

        public Options reusing() {
            return new Options(httpPort, tlsPort, eab, believes, dns, 100, nonceReject);
        }
    }

    public static TestPebble start(Options options) {
        Path server = PeerProcess.installed("Pebble", "pebble/bin/pebble", "");
        Path dns = PeerProcess.installed("Pebble's DNS", "pebble-challtestsrv/bin/pebble-challtestsrv", "");
        Path folder = PeerProcess.folder("pebble");
        TestCertificate own = TestCertificate.create(folder, "dns:localhost,ip:127.0.0.1");
        int dnsPort = PeerProcess.freePort();
        int dnsManagement = PeerProcess.freePort();
        PeerProcess names = PeerProcess.start(
                "pebble-dns",
                dnsManagement,
                List.of(
                        dns.toString(),
                        "-dnsserver",
                        "127.0.0.1:" + dnsPort,
                        "-management",
                        "127.0.0.1:" + dnsManagement,
                        "-http01",
                        "",
                        "-https01",
                        "",
                        "-tlsalpn01",
                        "",
                        "-doh",
                        "",
                        "-defaultIPv6",
                        ""),
                Map.of(),
                PeerProcess.folder("pebble-dns"));
        int port = PeerProcess.freePort();
        int managementPort = PeerProcess.freePort();
        write(folder.resolve("pebble.json"), configuration(options, own, port, managementPort));
        PeerProcess pebble = PeerProcess.start(
                "pebble",
                port,
                List.of(
                        server.toString(),
                        "-strict",
                        "-config",
                        folder.resolve("pebble.json").toString(),
                        "-dnsserver",
                        options.dns().isEmpty() ? "127.0.0.1:" + dnsPort : options.dns()),
                environment(options),
                folder);
        return new TestPebble(
                pebble,
                names,
                URI.create("https://127.0.0.1:" + managementPort),
                URI.create("http://127.0.0.1:" + dnsManagement),
                own.certificateFile());
    }

    private static Map<String, String> environment(Options options) {
        Map<String, String> environment = new HashMap<>();
        environment.put("PEBBLE_VA_NOSLEEP", "1");
        environment.put("PEBBLE_WFE_NONCEREJECT", String.valueOf(options.nonceReject()));
        environment.put("PEBBLE_AUTHZREUSE", String.valueOf(options.authorizationReuse()));
        environment.put("PEBBLE_ALTERNATE_ROOTS", String.valueOf(ALTERNATE_ROOTS));
        environment.put("PEBBLE_WFE_ORDERS_PER_PAGE", "50");
        if (options.believes()) {
            environment.put("PEBBLE_VA_ALWAYS_VALID", "1");
        }
        return environment;
    }

    private static String configuration(Options options, TestCertificate own, int port, int managementPort) {
        Map<String, Object> pebble = new HashMap<>(Map.of(
                "listenAddress", "127.0.0.1:" + port,
                "managementListenAddress", "127.0.0.1:" + managementPort,
                "certificate", own.certificateFile().toString(),
                "privateKey", own.keyFile().toString(),
                "httpPort", options.httpPort(),
                "tlsPort", options.tlsPort(),
                "externalAccountBindingRequired", options.eab(),
                "externalAccountMACKeys", options.eab() ? Map.of(EAB_KID, EAB_HMAC_KEY) : Map.of(),
                "domainBlocklist", List.of(BLOCKED),
                // It says how long to wait, where it looks at anything.
                "retryAfter", Map.of("authz", options.believes() ? 0 : 1, "order", options.believes() ? 0 : 1)));
        pebble.put(
                "profiles",
                Map.of(
                        "default", Map.of("description", "ninety days", "validityPeriod", 7_776_000),
                        "shortlived", Map.of("description", "six days", "validityPeriod", 518_400)));
        pebble.put("keyAlgorithm", "ecdsa");
        return JSONObjectUtils.toJSONString(Map.of("pebble", pebble));
    }

    /** Where clients begin. */
    public URI directory() {
        return URI.create("https://127.0.0.1:" + pebble.port() + "/dir");
    }

    /** Of its own TLS, in PEM: who trusts this trusts exactly this server. */
    public String certificate() {
        return certificate;
    }

    /** The names of its roots. */
    public List<String> roots() {
        return java.util.stream.IntStream.rangeClosed(0, ALTERNATE_ROOTS)
                .mapToObj(index -> sent(HttpRequest.newBuilder(management.resolve("/roots/" + index))))
                .toList();
    }

    /** What it says of a certificate, by its number in hexadecimal digits, in JSON: {@code Valid} or {@code Revoked}, and why. */
    public String status(String serial) {
        return sent(HttpRequest.newBuilder(management.resolve("/cert-status-by-serial/" + serial)));
    }

    /** Has it say from now on that the certificate is to be renewed in this window. */
    public void renewalInfo(String certificatePem, String answer) {
        sent(HttpRequest.newBuilder(management.resolve("/set-renewal-info/"))
                .POST(BodyPublishers.ofString(
                        JSONObjectUtils.toJSONString(Map.of("certificate", certificatePem, "ariResponse", answer)))));
    }

    /** What its own DNS says from now on. */
    public void txt(String host, String value) {
        tell("/set-txt", Map.of("host", host, "value", value));
    }

    /** What it says no more. */
    public void clearTxt(String host) {
        tell("/clear-txt", Map.of("host", host));
    }

    private void tell(String path, Map<String, String> what) {
        sent(HttpRequest.newBuilder(nameManagement.resolve(path))
                .POST(BodyPublishers.ofString(JSONObjectUtils.toJSONString(what))));
    }

    private String sent(HttpRequest.Builder request) {
        try {
            HttpResponse<String> response =
                    http.send(request.timeout(Duration.ofSeconds(10)).build(), BodyHandlers.ofString());
            if (response.statusCode() != 200) {
                throw new IllegalStateException(response.statusCode() + " " + response.body());
            }
            return response.body();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    private static SSLContext trusting(Path certificateFile) {
        try (var in = Files.newInputStream(certificateFile)) {
            java.security.KeyStore store = java.security.KeyStore.getInstance("PKCS12");
            store.load(null, null);
            store.setCertificateEntry(
                    "pebble",
                    java.security.cert.CertificateFactory.getInstance("X.509").generateCertificate(in));
            TrustManagerFactory trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
            trust.init(store);
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(null, trust.getTrustManagers(), null);
            return context;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (java.security.GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    private static String text(Path file) {
        try {
            return Files.readString(file).lines().collect(Collectors.joining("\n", "", "\n"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void write(Path file, String content) {
        try {
            Files.writeString(file, content);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() {
        pebble.close();
        names.close();
        http.close();
    }
}
