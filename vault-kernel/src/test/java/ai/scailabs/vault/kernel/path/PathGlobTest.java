package ai.scailabs.vault.kernel.path;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.scailabs.vault.kernel.error.VaultException;
import java.time.Duration;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class PathGlobTest {
    @ParameterizedTest
    @CsvSource({
        "app/db, app/db, true",
        "app/db, app/db/x, false",
        "app/db/*, app/db/x, true",
        "app/db/*, app/db/x/y, false",
        "app/db/*, app/db, false",
        "app/**, app/db, true",
        "app/**, app/db/x/y, true",
        "app/**, app, true",
        "app/**, other/app/db, false",
        "app/**, apps, false",
        "**/ssl/*, app/ssl/cert, true",
        "**/ssl/*, a/b/ssl/cert, true",
        "**/ssl/*, ssl/cert, false",
        "**, a, true",
        "**, a/b/c, true",
        "a/**/z, a/z, true",
        "a/**/z, a/b/c/z, true",
        "a/**/z, a/b/c, false",
        "a/b?, a/bc, true",
        "a/b?, a/b, false",
        "a/*-key, a/db-key, true",
        "a/*-key, a/db-keys, false",
        "a/*b*c, a/xbyc, true",
        "*, a, true",
        "*, a/b, false",
    })
    void pattern_matchesByTheDocumentedTable(String pattern, String path, boolean expected) {
        assertThat(PathGlob.parse(pattern).matches(new SecretPath(path))).isEqualTo(expected);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "", "/a", "a//b", "a/", "a/**b", "**/**", "a/***", "A/b", "a b", "a/{b}", "a/[b]", "a/%2e", "a\\b", "ａ"
            })
    void malformedPattern_isRefused(String pattern) {
        assertThatThrownBy(() -> PathGlob.parse(pattern))
                .isInstanceOf(VaultException.class)
                .hasMessageNotContaining(pattern.isEmpty() ? "\0" : "\"" + pattern);
    }

    @Test
    void manyDepths_areMatchedWithoutBacktracking() {
        PathGlob glob = PathGlob.parse("**/a*/**/a*/**/a*/**/a*/**/a*/**/b");
        Assertions.assertTimeoutPreemptively(Duration.ofSeconds(5), () -> {
            for (int i = 0; i < 10_000; i++) {
                assertThat(glob.matches("a/a/a/a/a/a/a/a/a/a")).isFalse();
            }
        });
    }

    @ParameterizedTest
    @CsvSource({"app/**, app/", "app/db, app/db", "**, ''", "a/b*/c, a/", "a/b/**/c, a/b/"})
    void literalPrefix_endsBeforeTheFirstWildcard(String pattern, String prefix) {
        assertThat(PathGlob.parse(pattern).literalPrefix()).isEqualTo(prefix);
    }
}
