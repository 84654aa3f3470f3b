package ai.scailabs.vault.pki.issuance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.scailabs.vault.kernel.error.ErrorCode;
import ai.scailabs.vault.kernel.error.VaultException;
import ai.scailabs.vault.kernel.id.TenantId;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class KeystoreRoomTest {
    private static final TenantId ACME = new TenantId("tnt_acme");

    private static TenantId tenant(int number) {
        return new TenantId("tnt_other" + number);
    }

    private static void assertRefused(KeystoreRoom room, TenantId tenant) {
        assertThatThrownBy(() -> room.enter(tenant)).isInstanceOfSatisfying(VaultException.class, refusal -> {
            assertThat(refusal.code()).isEqualTo(ErrorCode.RATE_LIMITED);
            assertThat(refusal.details()).containsEntry("category", "keystores");
            assertThat(refusal.details().get("retry_after")).isInstanceOf(Long.class);
        });
    }

    @Test
    void tenantThatWantsMore_isRefused_andOthersAreServed() {
        KeystoreRoom room = new KeystoreRoom(1);
        List<KeystoreRoom.Seat> taken = new ArrayList<>();
        for (int i = 0; i < KeystoreRoom.MAX_OF_A_TENANT; i++) {
            taken.add(room.enter(ACME));
        }
        assertRefused(room, ACME);
        try (KeystoreRoom.Seat _ = room.enter(tenant(1))) {
            assertRefused(room, ACME);
        }
        taken.removeLast().close();
        taken.add(room.enter(ACME));
        assertRefused(room, ACME);
        taken.forEach(KeystoreRoom.Seat::close);
    }

    @Test
    void moreThanMayWait_areRefusedAtOnce_whoeverTheyAre() {
        KeystoreRoom room = new KeystoreRoom(2);
        List<KeystoreRoom.Seat> taken = new ArrayList<>();
        for (int i = 0; i < 2 + KeystoreRoom.MAX_WAITING; i++) {
            taken.add(room.enter(tenant(i)));
        }
        assertRefused(room, ACME);
        taken.forEach(KeystoreRoom.Seat::close);
        room.enter(ACME).close();
    }

    @Test
    void fewAreWrittenAtOnce_alsoWhenOneFails() throws Exception {
        KeystoreRoom room = new KeystoreRoom(1);
        AtomicInteger atWork = new AtomicInteger();
        AtomicInteger most = new AtomicInteger();
        CountDownLatch begun = new CountDownLatch(1);
        CountDownLatch released = new CountDownLatch(1);
        try (ExecutorService callers = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<Integer>> all = new ArrayList<>();
            for (int i = 0; i < 5; i++) {
                int number = i;
                all.add(callers.submit(() -> room.write(() -> {
                    most.accumulateAndGet(atWork.incrementAndGet(), Math::max);
                    begun.countDown();
                    await(released);
                    atWork.decrementAndGet();
                    return number;
                })));
            }
            begun.await();
            released.countDown();
            for (Future<Integer> each : all) {
                each.get();
            }
        }
        assertThat(most).hasValue(1);
        assertThatThrownBy(() -> room.write(() -> {
                    throw new IllegalStateException("no file");
                }))
                .hasMessage("no file");
        assertThat(room.<Integer>write(() -> 7)).isEqualTo(7);
    }

    private static void await(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }
}
