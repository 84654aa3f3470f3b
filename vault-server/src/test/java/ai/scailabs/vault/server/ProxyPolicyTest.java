package ai.scailabs.vault.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/** Whether somebody may see a path does not depend on where its secret lies. */
class ProxyPolicyTest {
    private static final int MAPPINGS = 6;
    private static final int CALLERS = 4;
    private static final List<String> PERMISSIONS = List.of("read", "list", "write", "admin");

    private final Random random = new Random(29);

    @Test
    void randomRulesAndMappings_allowTheSameHereAndThere() {
        RunningServer server = RunningServer.shared();
        int refused = 0;
        int given = 0;
        for (int round = 0; round < MAPPINGS; round++) {
            String here = "proxy-here-" + round;
            String there = "proxy-there-" + round;
            ApiClient local = server.owner(here, "proxying");
            ApiClient remote = server.owner(there, "proxying");
            PreparedVaults.giveCredentials(remote);
            List<String> paths = paths();
            Map<String, String> mapping = mapping();
            try (FaultyVault vault = new FaultyVault()) {
                TreeSet<String> names = new TreeSet<>();
                for (String path : paths) {
                    store(local, path);
                    String name = name(mapping, path);
                    if (name == null) {
                        store(remote, path);
                    } else {
                        names.add(name);
                    }
                }
                vault.serves(FaultyVault.holding(names));
                remote.post(
                                "/v1/federation/backends",
                                Map.of(
                                        "name", "there",
                                        "type", "aws-secrets-manager",
                                        "config", vault.config(),
                                        "path_mapping", mapping,
                                        "mode", "proxy"))
                        .expect(201);
                for (int caller = 0; caller < CALLERS; caller++) {
                    String account = "reader-" + caller;
                    for (int rule = random.nextInt(3); rule >= 0; rule--) {
                        String pattern = pattern();
                        String permission = PERMISSIONS.get(random.nextInt(PERMISSIONS.size()));
                        local.allow("sa:" + account, pattern, permission);
                        remote.allow("sa:" + account, pattern, permission);
                    }
                    ApiClient one = server.client(server.token(here, "proxying")
                            .serviceAccount(account)
                            .sign());
                    ApiClient other = server.client(server.token(there, "proxying")
                            .serviceAccount(account)
                            .sign());
                    Map<String, String> expected = outcomes(one, paths);
                    assertThat(outcomes(other, paths))
                            .as("%s by %s", mapping, account)
                            .isEqualTo(expected);
                    assertThat(listed(other)).as("%s by %s", mapping, account).isEqualTo(listed(one));
                    for (String outcome : expected.values()) {
                        if (outcome.equals("given")) {
                            given++;
                        } else {
                            refused++;
                        }
                    }
                }
            }
        }
        assertThat(given).as("of reads that are allowed").isGreaterThan(50);
        assertThat(refused).as("of reads that are not").isGreaterThan(50);
    }

    private static void store(ApiClient owner, String path) {
        owner.put("/v1/secrets/" + path, Map.of("data", Map.of("k", "v"))).expect(201);
    }

    private static Map<String, String> outcomes(ApiClient caller, List<String> paths) {
        JsonNode answer = caller.post("/v1/secrets/batch", Map.of("paths", paths))
                .expect(200)
                .json();
        Map<String, String> outcomes = new TreeMap<>();
        answer.get("secrets").propertyNames().forEach(path -> outcomes.put(path, "given"));
        answer.get("errors")
                .properties()
                .forEach(error -> outcomes.put(
                        error.getKey(), error.getValue().get("code").stringValue()));
        // One by one, too: a batch has its own way.
        String alone = paths.getFirst();
        ApiClient.Reply single = caller.get("/v1/secrets/" + alone);
        outcomes.put("alone " + alone, single.status() == 200 ? "given" : single.code());
        return outcomes;
    }

    private static List<String> listed(ApiClient caller) {
        ApiClient.Reply reply = caller.get("/v1/secrets?limit=1000");
        if (reply.status() != 200) {
            return List.of(reply.code());
        }
        return reply.json()
                .get("secrets")
                .valueStream()
                .map(secret -> secret.get("path").stringValue())
                .toList();
    }

    private String segment() {
        return List.of("a", "b", "c").get(random.nextInt(3));
    }

    private String segments(int fewest, int most) {
        List<String> all = new ArrayList<>();
        for (int left = fewest + random.nextInt(most - fewest + 1); left > 0; left--) {
            all.add(segment());
        }
        return String.join("/", all);
    }

    private List<String> paths() {
        TreeSet<String> paths = new TreeSet<>();
        while (paths.size() < 25) {
            paths.add(segments(1, 4));
        }
        return List.copyOf(paths);
    }

    private String pattern() {
        return switch (random.nextInt(4)) {
            case 0 -> segments(1, 3);
            case 1 -> segments(1, 2) + "/*";
            case 2 -> segments(1, 2) + "/**";
            default -> "*/" + segments(1, 2);
        };
    }

    /** One or two entries that do not overlap, as they begin with different segments. */
    private Map<String, String> mapping() {
        Map<String, String> mapping = new LinkedHashMap<>();
        List<String> firsts = new ArrayList<>(List.of("a", "b", "c"));
        for (int entry = random.nextInt(2); entry >= 0; entry--) {
            String first = firsts.remove(random.nextInt(firsts.size()));
            String wildcard = List.of("", "/*", "/**").get(random.nextInt(3));
            String below = random.nextBoolean() ? "" : "/" + segment();
            mapping.put(first + below + wildcard, "there-" + first + wildcard);
        }
        return mapping;
    }

    /** As the guide says it: what stands for the wildcard is carried over. */
    private static String name(Map<String, String> mapping, String path) {
        for (Map.Entry<String, String> entry : mapping.entrySet()) {
            String pattern = entry.getKey();
            String template = entry.getValue();
            if (!pattern.endsWith("*")) {
                if (path.equals(pattern)) {
                    return template;
                }
                continue;
            }
            String before = pattern.substring(0, pattern.indexOf('*'));
            boolean deep = pattern.endsWith("**");
            if (path.startsWith(before) && path.length() > before.length()) {
                String rest = path.substring(before.length());
                if (deep || !rest.contains("/")) {
                    return template.substring(0, template.indexOf('*')) + rest;
                }
            }
        }
        return null;
    }
}
