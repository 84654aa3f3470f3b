package ai.scailabs.vault.dev.launch;

import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;

/** How the launcher talks to the server: over its public address, and over TLS when the caller gave the server a certificate. */
final class ServerClient {
    private static final Duration LONGEST_START = Duration.ofMinutes(3);
    private static final Duration PAUSE = Duration.ofMillis(60);

    private final HttpClient http;
    private final String baseUrl;

    ServerClient(String baseUrl, Map<String, String> environment) throws IOException {
        this.baseUrl = baseUrl;
        HttpClient.Builder builder =
                HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).connectTimeout(Duration.ofSeconds(5));
        if (environment.containsKey("TLS_CERT_FILE")) {
            builder.sslContext(trusting(Path.of(environment.get("TLS_CERT_FILE"))));
        }
        this.http = builder.build();
    }

    HttpClient http() {
        return http;
    }

    /**
     * Returns when the server says that it is ready.
     *
     * @throws LaunchFailure when it ends instead, or is not ready after three minutes
     */
    void awaitReady(Process server, Path log) throws InterruptedException {
        HttpRequest question = HttpRequest.newBuilder(URI.create(baseUrl + "/v1/health/ready"))
                .timeout(Duration.ofSeconds(10))
                .build();
        long deadline = System.nanoTime() + LONGEST_START.toNanos();
        while (System.nanoTime() < deadline) {
            if (server.waitFor(PAUSE.toMillis(), TimeUnit.MILLISECONDS)) {
                throw new LaunchFailure("the server ended with code " + server.exitValue()
                        + " instead of starting; the end of " + log + ":\n" + LogTail.of(log));
            }
            if (isReady(question)) {
                return;
            }
        }
        throw new LaunchFailure("the server was not ready after " + LONGEST_START.toMinutes() + " minutes; the end of "
                + log + ":\n" + LogTail.of(log));
    }

    private boolean isReady(HttpRequest question) throws InterruptedException {
        try {
            return http.send(question, HttpResponse.BodyHandlers.discarding()).statusCode() == 200;
        } catch (IOException notYet) {
            return false;
        }
    }

    private static SSLContext trusting(Path certificates) throws IOException {
        try (InputStream pem = Files.newInputStream(certificates)) {
            KeyStore trusted = KeyStore.getInstance(KeyStore.getDefaultType());
            trusted.load(null, null);
            int number = 0;
            for (Certificate certificate :
                    CertificateFactory.getInstance("X.509").generateCertificates(pem)) {
                trusted.setCertificateEntry("server-" + number++, certificate);
            }
            TrustManagerFactory factory = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
            factory.init(trusted);
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(null, factory.getTrustManagers(), null);
            return context;
        } catch (GeneralSecurityException e) {
            throw new IOException("TLS_CERT_FILE " + certificates + " cannot be used: " + e.getMessage(), e);
        }
    }
}
