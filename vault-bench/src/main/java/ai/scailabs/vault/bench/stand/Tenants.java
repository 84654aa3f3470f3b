package ai.scailabs.vault.bench.stand;

import ai.scailabs.vault.testkit.TestIssuer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/** 100 tenants of ten partners with a token each, and the hundred paths that every one of them has. */
final class Tenants {
    static final int COUNT = 100;
    static final int TEAMS = 10;

    /** Whose tokens they are, to policies. */
    static final String IDENTITY = "bench";

    private static final int SECRETS_PER_TEAM = 10;
    private static final int PARTNERS = 10;

    private final List<String> tokens;
    private final List<String> paths;

    private Tenants(List<String> tokens, List<String> paths) {
        this.tokens = tokens;
        this.paths = paths;
    }

    static Tenants issuedBy(TestIssuer issuer) {
        List<String> tokens = IntStream.range(0, COUNT)
                .mapToObj(n -> issuer.token()
                        .tenant("tnt_bench%02d".formatted(n))
                        .partner("ptn_bench%d".formatted(n % PARTNERS))
                        .serviceAccount(IDENTITY)
                        .scope("secrets:read secrets:write secrets:list policies:read policies:write")
                        .ttl(Duration.ofHours(12))
                        .sign())
                .toList();
        List<String> paths = IntStream.range(0, TEAMS * SECRETS_PER_TEAM)
                .mapToObj(n -> "team-%d/service/database-%02d".formatted(n / SECRETS_PER_TEAM, n))
                .toList();
        return new Tenants(tokens, paths);
    }

    List<String> tokens() {
        return tokens;
    }

    List<String> paths() {
        return paths;
    }

    /** As the scripts for wrk read it. */
    void writeTo(Path file) throws IOException {
        List<String> lines = new ArrayList<>();
        tokens.forEach(token -> lines.add("token " + token));
        paths.forEach(path -> lines.add("path " + path));
        Files.write(file, lines);
    }
}
