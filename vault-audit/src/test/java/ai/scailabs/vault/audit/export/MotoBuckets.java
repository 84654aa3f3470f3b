package ai.scailabs.vault.audit.export;

import ai.scailabs.vault.testkit.TestMoto;
import java.io.IOException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;

/** Makes buckets at moto, which takes any signature. */
public final class MotoBuckets {
    public static final String CREDENTIALS =
            "{\"access_key_id\":\"any\",\"secret_access_key\":\"not-a-secret-outside-tests\"}";

    private MotoBuckets() {}

    public static void create(TestMoto moto, String name, String... headers) throws IOException, InterruptedException {
        HttpRequest.Builder request = HttpRequest.newBuilder(moto.endpoint().resolve("/" + name))
                .PUT(HttpRequest.BodyPublishers.ofString("<CreateBucketConfiguration><LocationConstraint>eu-central-1"
                        + "</LocationConstraint></CreateBucketConfiguration>"))
                .header(
                        "Authorization",
                        "AWS4-HMAC-SHA256 Credential=any/20260101/eu-central-1/s3/aws4_request, SignedHeaders=host, Signature=0");
        if (headers.length > 0) {
            request.headers(headers);
        }
        try (HttpClient http = HttpClient.newHttpClient()) {
            int status = http.send(request.build(), HttpResponse.BodyHandlers.discarding())
                    .statusCode();
            if (status != 200) {
                throw new IllegalStateException("moto made no bucket: " + status);
            }
        }
    }
}
