package ai.scailabs.vault.server.slow;

import static org.assertj.core.api.Assertions.assertThat;

import ai.scailabs.vault.server.ApiClient;
import ai.scailabs.vault.server.RunningServer;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Arrays;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/** A tenant with a million secrets: what a call costs must not depend on how many there are. */
@Tag("slow")
class MillionRowsTest {
    private static final int SECRETS = 1_000_000;
    private static final int CALLS = 40;

    /** Times the same call may take once the tenant is full, and what the machine's own unsteadiness adds at most. */
    private static final int MOST_TIMES_SLOWER = 4;

    private static final long ALLOWANCE_MICROS = 20_000;

    @Test
    void millionSecretsInOneTenant_costNoMoreThanAThousand() throws SQLException {
        try (RunningServer server = RunningServer.start()) {
            ApiClient owner = server.owner("million");
            owner.put("/v1/secrets/real/one", Map.of("data", Map.of("value", "kept")))
                    .expect(201);
            fill(server, 0, 1_000);
            Costs few = measure(owner);
            fill(server, 1_000, SECRETS);
            Costs many = measure(owner);

            System.out.println("with 1,000: " + few + "; with 1,000,000: " + many);
            assertThat(many.read()).as("read").isLessThan(limit(few.read()));
            assertThat(many.page()).as("first page").isLessThan(limit(few.page()));
            assertThat(many.prefix()).as("page of a prefix").isLessThan(limit(few.prefix()));
            assertThat(many.level()).as("one level").isLessThan(limit(few.level()));
            // A hundred folders instead of one, and a thousand secrets in each to pass over.
            assertThat(many.folders()).as("first folders").isLessThan(limit(few.page()));
        }
    }

    @Test
    void pagesOfTwentyThousandSecrets_areFullAndShowEachOnce() throws SQLException {
        try (RunningServer server = RunningServer.start()) {
            ApiClient owner = server.owner("million");
            owner.put("/v1/secrets/real/one", Map.of("data", Map.of("value", "kept")))
                    .expect(201);
            fill(server, 0, 20_000);
            int seen = 0;
            String cursor = "";
            do {
                JsonNode page = owner.get("/v1/secrets?recursive=true&limit=1000" + cursor)
                        .expect(200)
                        .json();
                int size = page.get("secrets").size();
                seen += size;
                String next = page.path("cursor").asString("");
                assertThat(size == 1_000 || next.isEmpty())
                        .as("full, or the last")
                        .isTrue();
                cursor = next.isEmpty() ? "" : "&cursor=" + next;
            } while (!cursor.isEmpty());
            assertThat(seen).isEqualTo(20_001);
        }
    }

    private static long limit(long micros) {
        return micros * MOST_TIMES_SLOWER + ALLOWANCE_MICROS;
    }

    /** Copies of the real secret at other paths: all of them are listed, and none of them would open. */
    private static void fill(RunningServer server, int from, int to) throws SQLException {
        try (Connection connection = server.database().superuser().dataSource().getConnection();
                Statement statement = connection.createStatement()) {
            String paths =
                    "'folder-' || lpad((n / 1000)::text, 4, '0') || '/secret-' || lpad((n % 1000)::text, 3, '0')";
            String numbers = " from generate_series(" + from + ", " + (to - 1) + ") n, ";
            statement.execute(
                    "insert into secret (tenant_id, path, secret_type, current_version, revision, metadata, max_versions,"
                            + " expire_action, notify_before, created_at, created_by, updated_at) select tenant_id, "
                            + paths
                            + ", secret_type, 1, 1, metadata, max_versions, expire_action, notify_before, created_at, created_by, updated_at"
                            + numbers + "secret where path = 'real/one'");
            statement.execute(
                    "insert into secret_version (tenant_id, path, version, secret_type, tenant_key_id, wrapped_data_key,"
                            + " ciphertext, created_at, created_by) select tenant_id, " + paths
                            + ", 1, secret_type, tenant_key_id, wrapped_data_key, ciphertext, created_at, created_by"
                            + numbers + "secret_version where path = 'real/one'");
            statement.execute("vacuum analyze secret, secret_version");
        }
    }

    private static Costs measure(ApiClient owner) {
        return new Costs(
                median(owner, "/v1/secrets/real/one"),
                median(owner, "/v1/secrets?recursive=true&limit=100"),
                median(owner, "/v1/secrets?recursive=true&limit=100&prefix=folder-0000/"),
                median(owner, "/v1/secrets?recursive=false&limit=100&prefix=folder-0000/"),
                median(owner, "/v1/secrets?recursive=false&limit=100"));
    }

    private static long median(ApiClient owner, String call) {
        long[] micros = new long[CALLS];
        for (int i = 0; i < 2 * CALLS; i++) {
            long begin = System.nanoTime();
            owner.get(call).expect(200);
            micros[i % CALLS] = (System.nanoTime() - begin) / 1_000;
        }
        Arrays.sort(micros);
        return micros[CALLS / 2];
    }

    /** Medians, in microseconds. */
    private record Costs(long read, long page, long prefix, long level, long folders) {}
}
