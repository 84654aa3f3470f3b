package ai.scailabs.vault.pki.ocsp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;

class SigningTurnsTest {
    private static boolean isTold(SigningTurns turns) {
        try {
            turns.begin();
            turns.end();
            return false;
        } catch (UnansweredQuestion later) {
            return later.failure() == OcspFailure.TRY_LATER;
        }
    }

    @Test
    void whoeverFindsNoRoom_isToldToComeAgain_andNobodyWaitsForLong() throws Exception {
        SigningTurns turns = new SigningTurns(1);
        turns.begin();
        try (ExecutorService callers = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<Boolean>> told = new ArrayList<>();
            for (int i = 0; i < 500; i++) {
                told.add(callers.submit(() -> isTold(turns)));
            }
            for (Future<Boolean> each : told) {
                assertThat(each.get()).isTrue();
            }
        }
        turns.end();
        assertThat(isTold(turns)).isFalse();
    }

    @Test
    void turnThatEnds_isTheNextOnes() {
        SigningTurns turns = new SigningTurns(2);
        turns.begin();
        turns.begin();
        assertThatThrownBy(turns::begin).isInstanceOf(UnansweredQuestion.class);
        turns.end();
        turns.begin();
    }
}
