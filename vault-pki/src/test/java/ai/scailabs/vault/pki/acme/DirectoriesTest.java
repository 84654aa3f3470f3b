package ai.scailabs.vault.pki.acme;

import static org.assertj.core.api.Assertions.assertThat;

import ai.scailabs.vault.outbound.http.AddressRule;
import ai.scailabs.vault.outbound.http.GuardedTransfers;
import ai.scailabs.vault.outbound.http.OutboundTls;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

class DirectoriesTest {
    /** Two requests about each name that take 0.3 s, and some more; and nobody takes the order for abandoned meanwhile. */
    @Test
    void stepAboutManyNames_hasTheTimeForThem_andTheLeaseLastsLonger() {
        try (GuardedTransfers transfers =
                new GuardedTransfers(new AddressRule(List.of()), OutboundTls.system(), true)) {
            Directories directories = new Directories(transfers);
            Duration budget = directories.about(OrderForm.MAX_NAMES).budget();
            assertThat(budget).isGreaterThan(Duration.ofMillis(300).multipliedBy(2L * OrderForm.MAX_NAMES + 10));
            assertThat(OrderRepository.LEASE.plusSeconds((long) Directories.SECONDS_PER_NAME * OrderForm.MAX_NAMES))
                    .isGreaterThan(budget.plusSeconds(30));
            assertThat(directories.about(1).budget()).isLessThan(Duration.ofSeconds(35));
        }
    }
}
