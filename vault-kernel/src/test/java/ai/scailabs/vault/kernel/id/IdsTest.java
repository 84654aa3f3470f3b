package ai.scailabs.vault.kernel.id;

import static org.assertj.core.api.Assertions.assertThat;

import java.security.SecureRandom;
import java.time.Clock;
import java.util.HashSet;
import java.util.Set;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class IdsTest {
    private final Ids ids = new Ids(Clock.systemUTC(), new SecureRandom());

    @Test
    void ids_ascendAndDoNotRepeat() {
        Set<String> seen = new HashSet<>();
        String last = "";
        for (int i = 0; i < 10_000; i++) {
            String id = ids.next("pol_");
            assertThat(id).hasSize(30).isGreaterThan(last);
            assertThat(seen.add(id)).isTrue();
            last = id;
        }
    }

    @Test
    void uuidForm_writesBackToTheSameUlid() {
        UUID id = ids.nextUuid();
        assertThat(Ids.text("log_", id)).matches("log_[0-9A-HJKMNP-TV-Z]{26}");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "tnt_", "ptn_a", "tnt_a b", "TNT_a", "tnt_a\n", "tnt_ä", "tnt_'--"})
    void malformedTenantIds_areNotRead(String text) {
        assertThat(TenantId.parse(text)).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "user:",
                "USER:a",
                "user:a b",
                "root",
                "user: root",
                "user:ro\u00a0ot",
                "user:a\u200b",
                "sa:ａ",
                "engine:x",
                "dynamic:",
                "dynamic:a/b",
                "user:a,b"
            })
    void malformedIdentities_areNotRead(String text) {
        assertThat(IdentityId.parse(text)).isEmpty();
    }
}
