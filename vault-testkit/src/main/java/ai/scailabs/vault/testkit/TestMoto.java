package ai.scailabs.vault.testkit;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** AWS as moto plays it, on loopback over HTTP; keeps nothing. It takes any credentials, unless it is {@link #strict}. */
public final class TestMoto implements AutoCloseable {
    private static final String REGION = "eu-central-1";
    private static final Pattern ARN = Pattern.compile("\"Arn\":\\s*\"([^\"]+)\"");

    private static final Pattern KEY_ID = Pattern.compile("<AccessKeyId>([^<]+)</AccessKeyId>");
    private static final Pattern KEY_SECRET = Pattern.compile("<SecretAccessKey>([^<]+)</SecretAccessKey>");
    private static final String EVERYTHING =
            "{\"Version\":\"2012-10-17\",\"Statement\":[{\"Effect\":\"Allow\",\"Action\":\"*\",\"Resource\":\"*\"}]}";

    private final PeerProcess process;

    private TestMoto(PeerProcess process) {
        this.process = process;
    }

    public static TestMoto start() {
        return start(Map.of());
    }

    /** One that looks at signatures and rights; before, its users are made, each of whom may do everything. */
    public static Strict strict(String... users) {
        TestMoto moto = start(Map.of("INITIAL_NO_AUTH_ACTION_COUNT", Integer.toString(3 * users.length)));
        Map<String, Key> keys = new LinkedHashMap<>();
        for (String user : users) {
            moto.iam("Action=CreateUser&UserName=" + user);
            moto.iam("Action=PutUserPolicy&PolicyName=everything&UserName=" + user + "&PolicyDocument="
                    + URLEncoder.encode(EVERYTHING, StandardCharsets.UTF_8));
            String made = moto.iam("Action=CreateAccessKey&UserName=" + user);
            keys.put(user, new Key(found(KEY_ID, made), found(KEY_SECRET, made)));
        }
        return new Strict(moto, keys);
    }

    private static String found(Pattern pattern, String text) {
        Matcher found = pattern.matcher(text);
        if (!found.find()) {
            throw new IllegalStateException("moto made no key: " + text);
        }
        return found.group(1);
    }

    /** Of a user. */
    public record Key(String id, String secret) {}

    /** @param keys by the names of their users */
    public record Strict(TestMoto moto, Map<String, Key> keys) implements AutoCloseable {
        @Override
        public void close() {
            moto.close();
        }
    }

    private static TestMoto start(Map<String, String> environment) {
        Path server = PeerProcess.installed("moto", "python/bin/moto_server", "");
        int port = PeerProcess.freePort();
        return new TestMoto(PeerProcess.start(
                "moto",
                port,
                List.of(server.toString(), "-H", "127.0.0.1", "-p", Integer.toString(port)),
                environment,
                PeerProcess.folder("moto")));
    }

    public URI endpoint() {
        return URI.create("http://127.0.0.1:" + process.port());
    }

    /** The ARN of a new symmetric key in KMS. */
    public String createKey() {
        Matcher arn = ARN.matcher(kms("CreateKey", "{}"));
        if (!arn.find()) {
            throw new IllegalStateException("moto made no key");
        }
        return arn.group(1);
    }

    private String kms(String action, String body) {
        HttpRequest request = HttpRequest.newBuilder(endpoint())
                .header("Content-Type", "application/x-amz-json-1.1")
                .header("X-Amz-Target", "TrentService." + action)
                .header(
                        "Authorization",
                        "AWS4-HMAC-SHA256 Credential=test/20260101/" + REGION
                                + "/kms/aws4_request, SignedHeaders=host, Signature=0")
                .POST(HttpRequest.BodyPublishers.ofString(body))
                .build();
        try (HttpClient http = HttpClient.newHttpClient()) {
            HttpResponse<String> response = http.send(request, HttpResponse.BodyHandlers.ofString());
            if (response.statusCode() != 200) {
                throw new IllegalStateException("moto refused " + action + ": " + response.body());
            }
            return response.body();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    /** What IAM answers to a form such as {@code Action=ListUsers}, in XML. */
    public String iam(String form) {
        return query("iam", "test", form);
    }

    /** Who STS says that a key is of, in XML. */
    public String callerIdentity(String accessKeyId) {
        return query("sts", accessKeyId, "Action=GetCallerIdentity");
    }

    private String query(String service, String accessKeyId, String form) {
        HttpRequest request = HttpRequest.newBuilder(endpoint())
                .header("Content-Type", "application/x-www-form-urlencoded; charset=utf-8")
                .header(
                        "Authorization",
                        "AWS4-HMAC-SHA256 Credential=" + accessKeyId + "/20260101/us-east-1/" + service
                                + "/aws4_request, SignedHeaders=host, Signature=0")
                .POST(HttpRequest.BodyPublishers.ofString(form))
                .build();
        try (HttpClient http = HttpClient.newHttpClient()) {
            return http.send(request, HttpResponse.BodyHandlers.ofString()).body();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    /** A public zone in Route 53. */
    public void createZone(String name) {
        String body = """
                <?xml version="1.0" encoding="UTF-8"?>
                <CreateHostedZoneRequest xmlns="https://route53.amazonaws.com/doc/2013-04-01/"><Name>%1$s</Name><CallerReference>%1$s</CallerReference></CreateHostedZoneRequest>
                """.formatted(name).strip();
        HttpRequest request = HttpRequest.newBuilder(endpoint().resolve("/2013-04-01/hostedzone"))
                .header("Content-Type", "application/xml")
                .header(
                        "Authorization",
                        "AWS4-HMAC-SHA256 Credential=test/20260101/us-east-1/route53/aws4_request, SignedHeaders=host, Signature=0")
                .POST(HttpRequest.BodyPublishers.ofString(body))
                .build();
        try (HttpClient http = HttpClient.newHttpClient()) {
            HttpResponse<String> response = http.send(request, HttpResponse.BodyHandlers.ofString());
            if (response.statusCode() != 201) {
                throw new IllegalStateException("moto made no zone: " + response.body());
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
