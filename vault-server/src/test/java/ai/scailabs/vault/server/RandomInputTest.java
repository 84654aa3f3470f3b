package ai.scailabs.vault.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/** Random bytes in every place of a request: the answer is a refusal in words, never an accident, and repeats no value. */
class RandomInputTest {
    /** Every failure names it; {@code -Dscaivault.seed} tries another. */
    private static final long SEED = Long.getLong("scaivault.seed", 20_261_122L);

    private static final int INPUTS = Integer.getInteger("scaivault.inputs", 100);
    /** Of an operation that stretches a passphrase, which takes a hundred times as long as others. */
    private static final int FEW = INPUTS / 8;

    private static final int CALLERS = 8;

    private final RunningServer server = RunningServer.shared();
    private final OpenApi api = OpenApi.of(server);

    @TestFactory
    Stream<DynamicTest> randomInput_isRefusedAndNeverAnAccident() {
        PreparedTenant prepared = PreparedTenant.create(server, "random");
        String token = String.valueOf(prepared.owner().token());
        return api.operations().stream()
                .map(operation -> DynamicTest.dynamicTest(operation + " seed " + SEED, () -> {
                    ApiCall call = withCanaries(prepared.call(operation));
                    long seed = SEED + 1_000_003L * operation.id().hashCode();
                    int inputs = operation.id().equals("takeCaOffline") ? FEW : INPUTS;
                    inParallel(from -> {
                        try (RawConnection connection = new RawConnection(server.port())) {
                            for (int number = from; number < inputs; number += CALLERS) {
                                attempt(connection, operation, number, RandomInputs.bend(seed, number, call, token));
                            }
                        }
                    });
                }));
    }

    private static void attempt(
            RawConnection connection, OpenApi.Operation operation, int number, RandomInputs.Input input)
            throws IOException {
        String context = operation + ", seed " + SEED + ", input " + number + ":\n" + input.shown();
        RawConnection.Reply reply;
        try {
            reply = connection.exchange(input.bytes());
        } catch (IOException unanswered) {
            // Bytes that are no HTTP request, or more than one, may cost the connection.
            assertThat(input.framingBent() || input.noHttp())
                    .as(unanswered + " " + context)
                    .isTrue();
            return;
        } finally {
            if (input.framingBent()) {
                connection.close();
            }
        }
        if (!isOfAnother(reply)) {
            assertThat(reply.status()).as(context + "\n" + reply.body()).isLessThan(500);
        }
        assertThat(reply.headers().toString()).as(context).doesNotContain(RandomInputs.CANARY);
        if (reply.status() >= 400) {
            assertThat(reply.body())
                    .as(context)
                    .doesNotContain(RandomInputs.CANARY)
                    .doesNotContain("CANARY");
            try {
                LimitsTest.assertEnvelope(reply);
            } catch (RuntimeException | AssertionError notAnEnvelope) {
                throw new AssertionError(context + "\n" + reply, notAnEnvelope);
            }
        }
    }

    /** Where an input names another port, whoever is to be asked there does not answer. */
    private static boolean isOfAnother(RawConnection.Reply reply) {
        return reply.status() == 502 && reply.body().contains("\"code\":\"backend_unavailable\"");
    }

    private static ApiCall withCanaries(ApiCall call) {
        if (!(call.body() instanceof Map<?, ?> body) || !body.containsKey("data")) {
            return call;
        }
        return new ApiCall(
                call.method(),
                call.uri(),
                Map.of(
                        "data",
                                Map.of(
                                        "password",
                                        RandomInputs.CANARY,
                                        "list",
                                        List.of(1.5, RandomInputs.CANARY, true),
                                        "deep",
                                        Map.of("a", Map.of())),
                        "metadata", Map.of("owner", "team:random", "tags", List.of("a", "b")),
                        "options", Map.of("max_versions", 3, "expires_in", "90d", "reason", "because")));
    }

    private static void inParallel(Caller caller) throws Exception {
        List<Future<?>> running = new ArrayList<>();
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            for (int i = 0; i < CALLERS; i++) {
                int from = i;
                running.add(threads.submit(() -> {
                    caller.run(from);
                    return null;
                }));
            }
            for (Future<?> each : running) {
                try {
                    each.get();
                } catch (ExecutionException failed) {
                    if (failed.getCause() instanceof AssertionError finding) {
                        throw finding;
                    }
                    throw failed;
                }
            }
        }
    }

    private interface Caller {
        void run(int from) throws Exception;
    }
}
