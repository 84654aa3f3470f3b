package ai.scailabs.vault.testkit;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** Google Cloud Storage as fake-gcs-server plays it, on loopback over HTTP; keeps nothing. It takes any credentials, and knows no retention; for the slow set. */
public final class TestFakeGcs implements AutoCloseable {
    private final PeerProcess process;

    private TestFakeGcs(PeerProcess process) {
        this.process = process;
    }

    public static TestFakeGcs start() {
        Path server = PeerProcess.installed("fake-gcs-server", "fake-gcs-server/bin/fake-gcs-server", " --stores");
        int port = PeerProcess.freePort();
        Path folder = PeerProcess.folder("gcs");
        return new TestFakeGcs(PeerProcess.start(
                "fake-gcs-server",
                port,
                List.of(
                        server.toString(),
                        "-scheme",
                        "http",
                        "-host",
                        "127.0.0.1",
                        "-port",
                        Integer.toString(port),
                        "-external-url",
                        "http://127.0.0.1:" + port,
                        "-filesystem-root",
                        folder.toString(),
                        "-log-level",
                        "error"),
                Map.of(),
                folder));
    }

    public URI endpoint() {
        return URI.create("http://127.0.0.1:" + process.port());
    }

    public void createBucket(String name) {
        HttpRequest request = HttpRequest.newBuilder(endpoint().resolve("/storage/v1/b"))
                .header("Content-Type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofString("{\"name\":\"" + name + "\"}"))
                .build();
        try (HttpClient http = HttpClient.newHttpClient()) {
            HttpResponse<String> response = http.send(request, HttpResponse.BodyHandlers.ofString());
            if (response.statusCode() != 200) {
                throw new IllegalStateException("fake-gcs-server made no bucket: " + response.body());
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    @Override
    public void close() {
        process.close();
    }
}
