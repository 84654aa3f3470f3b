package ai.scailabs.vault.crypto.key;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.NotSerializableException;
import java.io.ObjectOutputStream;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class StripedRandomTest {
    @Test
    void manyThreads_neverDrawTheSameBytes() throws Exception {
        SecureRandom random = RandomSources.striped();
        Set<String> drawn = ConcurrentHashMap.newKeySet();
        List<Callable<Boolean>> draws = new ArrayList<>();
        for (int i = 0; i < 64; i++) {
            draws.add(() -> {
                for (int j = 0; j < 200; j++) {
                    byte[] bytes = new byte[16];
                    random.nextBytes(bytes);
                    drawn.add(HexFormat.of().formatHex(bytes));
                }
                return true;
            });
        }
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            for (Future<Boolean> draw : threads.invokeAll(draws)) {
                draw.get();
            }
        }
        assertThat(drawn).hasSize(64 * 200);
    }

    @Test
    void numbers_comeFromTheStripesToo() {
        CountingRandom counting = new CountingRandom();
        SecureRandom random = new StripedRandom(new SecureRandom[] {counting});
        random.nextLong();
        random.nextInt(10);
        assertThat(counting.calls.get()).isPositive();
    }

    @Test
    void generators_areSeededAnewAfterTheirShareOfCalls() {
        CountingRandom counting = new CountingRandom();
        SecureRandom random = new StripedRandom(new SecureRandom[] {counting});
        byte[] bytes = new byte[1];
        for (int i = 0; i < 2 * StripedRandom.CALLS_PER_SEED; i++) {
            random.nextBytes(bytes);
        }
        assertThat(counting.seeds.get()).isEqualTo(2);
    }

    @Test
    void state_neverSerialises() {
        SecureRandom random = RandomSources.striped();
        assertThatThrownBy(() -> new ObjectOutputStream(new ByteArrayOutputStream()).writeObject(random))
                .isInstanceOf(NotSerializableException.class);
        assertThat(random.toString()).startsWith("DRBG in ");
    }

    private static final class CountingRandom extends SecureRandom {
        private final AtomicInteger calls = new AtomicInteger();
        private final AtomicInteger seeds = new AtomicInteger();

        @Override
        public void nextBytes(byte[] bytes) {
            calls.incrementAndGet();
        }

        @Override
        public void reseed() {
            seeds.incrementAndGet();
        }
    }
}
