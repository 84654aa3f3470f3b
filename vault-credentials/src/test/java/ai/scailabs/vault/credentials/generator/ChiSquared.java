package ai.scailabs.vault.credentials.generator;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Collection;

/** Pearson's test of whether counts are those of equally likely things. */
final class ChiSquared {
    /** One even source in a billion is further off (Wilson and Hilferty's approximation of the quantile). */
    private static final double NORMAL_QUANTILE = 5.998;

    private ChiSquared() {}

    /** @param kinds how many things there are, also those that never came */
    static void assertEven(Collection<Integer> counts, int kinds) {
        double drawn = counts.stream().mapToInt(Integer::intValue).sum();
        double expected = drawn / kinds;
        assertThat(expected).as("too few to tell").isGreaterThan(20);
        double sum = (kinds - counts.size()) * expected;
        for (int count : counts) {
            sum += (count - expected) * (count - expected) / expected;
        }
        int freedom = kinds - 1;
        double part = 2.0 / (9.0 * freedom);
        double most = freedom * Math.pow(1 - part + NORMAL_QUANTILE * Math.sqrt(part), 3);
        assertThat(counts.size()).isLessThanOrEqualTo(kinds);
        assertThat(sum).isLessThan(most);
    }
}
