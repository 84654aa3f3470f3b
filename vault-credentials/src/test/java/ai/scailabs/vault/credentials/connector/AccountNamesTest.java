package ai.scailabs.vault.credentials.connector;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.security.SecureRandom;
import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class AccountNamesTest {
    private final AccountNames names = new AccountNames(new SecureRandom());

    @ParameterizedTest
    @ValueSource(strings = {"", "read-only", "a'b\";--", "100 %", "😀😀", "İ", "Reader_9", "n\0n", "../x", "{{name}}"})
    void whateverTheRoleIsCalled_theNameIsPlain_andWithinTheLimit(String role) {
        for (TargetType type : TargetType.values()) {
            for (String each : new String[] {role, role + "x".repeat(100)}) {
                String name = names.next(type, each).name();
                assertThat(name).matches("v_[a-z0-9_]*_[a-z2-7]{20}").hasSizeLessThanOrEqualTo(type.longestName());
            }
        }
    }

    @Test
    void roleCanBeReadInTheName_asFarAsThereIsRoom() {
        assertThat(names.next(TargetType.POSTGRESQL, "Read-Only").name()).startsWith("v_readonly_");
        assertThat(names.next(TargetType.MYSQL, "readers-of-all").name()).matches("v_readersof_[a-z2-7]{20}");
    }

    @Test
    void noNameComesTwice() {
        Set<String> seen = new HashSet<>();
        for (int i = 0; i < 10_000; i++) {
            seen.add(names.next(TargetType.MYSQL, "r").name());
        }
        assertThat(seen).hasSize(10_000);
    }

    @Test
    void accountWithoutAName_isNone() {
        assertThatThrownBy(() -> new Account("")).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new Account("a\0b")).isInstanceOf(IllegalArgumentException.class);
    }
}
