package ai.scailabs.vault.bench.stand;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** Fills the tenants through the API: policies that allow their service what the run does, and a secret of some 100 bytes at every path. */
final class Seed {
    private static final int WORKERS = 16;

    private final String baseUrl;
    private final HttpClient http;

    private Seed(String baseUrl, HttpClient http) {
        this.baseUrl = baseUrl;
        this.http = http;
    }

    static void plant(String baseUrl, Tenants tenants) throws InterruptedException {
        try (HttpClient http = HttpClient.newBuilder()
                        .version(HttpClient.Version.HTTP_1_1)
                        .build();
                ExecutorService workers = Executors.newFixedThreadPool(WORKERS)) {
            Seed seed = new Seed(baseUrl, http);
            List<Future<?>> planted = new ArrayList<>();
            for (String token : tenants.tokens()) {
                planted.add(workers.submit(() -> seed.plantTenant(token, tenants.paths())));
            }
            for (Future<?> each : planted) {
                each.get();
            }
        } catch (ExecutionException e) {
            throw new IllegalStateException("seeding failed", e.getCause());
        }
    }

    private void plantTenant(String token, List<String> paths) {
        String policy = send(token, "POST", "/v1/policies", policyWithOneRulePerTeam());
        String id = policy.replaceFirst("(?s).*\"id\":\"(pol_[^\"]+)\".*", "$1");
        send(
                token,
                "POST",
                "/v1/policies/" + id + "/bindings",
                "{\"identity_type\":\"service_account\",\"identity_id\":\"sa:" + Tenants.IDENTITY + "\"}");
        Random random = new Random(token.hashCode());
        byte[] password = new byte[32];
        for (String path : paths) {
            random.nextBytes(password);
            String data = "{\"data\":{\"username\":\"" + path + "\",\"password\":\""
                    + HexFormat.of().formatHex(password) + "\"}}";
            send(token, "PUT", "/v1/secrets/" + path, data);
        }
    }

    private static String policyWithOneRulePerTeam() {
        String rules = IntStream.range(0, Tenants.TEAMS)
                .mapToObj(team ->
                        "{\"path_pattern\":\"team-" + team + "/**\",\"permissions\":[\"read\",\"write\",\"list\"]}")
                .collect(Collectors.joining(","));
        return "{\"name\":\"bench\",\"rules\":[" + rules + "]}";
    }

    private String send(String token, String method, String path, String json) {
        HttpRequest request = HttpRequest.newBuilder(URI.create(baseUrl + path))
                .header("Authorization", "Bearer " + token)
                .header("Content-Type", "application/json")
                .method(method, BodyPublishers.ofString(json))
                .build();
        try {
            HttpResponse<String> response = http.send(request, BodyHandlers.ofString());
            if (response.statusCode() / 100 != 2) {
                throw new IllegalStateException(
                        method + " " + path + " answered " + response.statusCode() + ": " + response.body());
            }
            return response.body();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }
}
