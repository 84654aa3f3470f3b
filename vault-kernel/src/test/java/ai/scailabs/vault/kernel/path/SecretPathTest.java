package ai.scailabs.vault.kernel.path;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.scailabs.vault.kernel.error.ErrorCode;
import ai.scailabs.vault.kernel.error.VaultException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SecretPathTest {
    @ParameterizedTest
    @ValueSource(strings = {"a", "a/b", "a-b_c/0", "1/2/3/4/5/6/7/8/9/10", "batch", "-", "_"})
    void legalPath_isKeptAsWritten(String path) {
        assertThat(new SecretPath(path).value()).isEqualTo(path);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "/a",
                "a/",
                "a//b",
                "A",
                "a.b",
                "..",
                "a/../b",
                "./a",
                "a b",
                "a\tb",
                "a:b",
                "a%2fb",
                "a\\b",
                "a;b",
                "ä",
                "а",
                "a\u200bb",
                "a\u0000",
                "1/2/3/4/5/6/7/8/9/10/11",
                "ａ"
            })
    void illegalPath_isRefusedAndNotEchoed(String path) {
        assertThat(SecretPath.isLegal(path)).isFalse();
        assertThatThrownBy(() -> new SecretPath(path))
                .isInstanceOfSatisfying(
                        VaultException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.INVALID_PATH));
    }

    @Test
    void lengthLimit_is512() {
        assertThat(SecretPath.isLegal("a".repeat(512))).isTrue();
        assertThat(SecretPath.isLegal("a".repeat(513))).isFalse();
    }
}
