package ai.scailabs.vault.credentials.generator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.math.BigInteger;
import java.security.SecureRandom;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class EvenDrawsTest {
    /** A remainder without more ado would give 56 of 100 numbers three times, and 44 twice. */
    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 10, 62, 94, 100, 255, 256})
    void eachByteTwice_isEachNumberEquallyOften(int bound) {
        int each = 2 * (256 / bound);
        EvenDraws draws = new EvenDraws(new Counting());
        Map<Integer, Integer> seen = new HashMap<>();

        for (int i = 0; i < each * bound; i++) {
            seen.merge(draws.below(bound), 1, Integer::sum);
        }

        assertThat(seen).hasSize(bound).allSatisfy((number, times) -> {
            assertThat(number).isBetween(0, bound - 1);
            assertThat(times).isEqualTo(each);
        });
    }

    @ParameterizedTest
    @ValueSource(ints = {3, 62, 100})
    void manyNumbers_areEven(int bound) {
        Map<Integer, Integer> seen = new HashMap<>();
        try (EvenDraws draws = new EvenDraws(Recipes.repeatable(1))) {
            for (int i = 0; i < 1_000 * bound; i++) {
                seen.merge(draws.below(bound), 1, Integer::sum);
            }
        }

        ChiSquared.assertEven(seen.values(), bound);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 3, 62, 100})
    void manyLargeNumbers_areEven(int bound) {
        Map<BigInteger, Integer> seen = new HashMap<>();
        try (EvenDraws draws = new EvenDraws(Recipes.repeatable(2))) {
            for (int i = 0; i < 1_000 * bound; i++) {
                seen.merge(draws.below(BigInteger.valueOf(bound)), 1, Integer::sum);
            }
        }

        if (bound == 1) {
            assertThat(seen).containsOnlyKeys(BigInteger.ZERO);
        } else {
            ChiSquared.assertEven(seen.values(), bound);
        }
    }

    /** What the other tests would notice. */
    @Test
    void remainders_areNotEven() {
        Map<Integer, Integer> seen = new HashMap<>();
        SecureRandom random = Recipes.repeatable(3);
        byte[] drawn = new byte[100_000];
        random.nextBytes(drawn);
        for (byte one : drawn) {
            seen.merge(Byte.toUnsignedInt(one) % 100, 1, Integer::sum);
        }

        assertThatThrownBy(() -> ChiSquared.assertEven(seen.values(), 100)).isInstanceOf(AssertionError.class);
    }

    /** 0, 1, 2 and so on to 255, and again. */
    private static final class Counting extends SecureRandom {
        private static final long serialVersionUID = 1L;

        @Override
        public void nextBytes(byte[] bytes) {
            for (int i = 0; i < bytes.length; i++) {
                bytes[i] = (byte) i;
            }
        }
    }
}
