package ai.scailabs.vault.access.trust;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Random;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SegmentGlobTest {
    @ParameterizedTest
    @CsvSource({
        "repo:acme/app:ref:refs/heads/main, repo:acme/app:ref:refs/heads/main, true",
        "repo:acme/app:ref:refs/heads/main, repo:acme/app:ref:refs/heads/main2, false",
        "repo:acme/*:ref:refs/heads/main, repo:acme/app:ref:refs/heads/main, true",
        "repo:acme/*:ref:refs/heads/main, repo:acme/app/x:ref:refs/heads/main, false",
        "repo:acme/*, repo:acme/app:ref:refs/heads/main, false",
        "repo:acme/**, repo:acme/app:ref:refs/heads/main, true",
        "repo:acme/**, repo:acme-evil/app:ref:refs/heads/main, false",
        "repo:acme/**:main, repo:acme/a/b:c:main, true",
        "system:serviceaccount:prod:*, system:serviceaccount:prod:a, true",
        "system:serviceaccount:prod:*, system:serviceaccount:prod:a:b, false",
        "system:serviceaccount:prod:?, system:serviceaccount:prod:ab, false",
        "a?c, abc, true",
        "a?c, a:c, false",
        "a*, a, true",
        "*, '', true",
        "a, '', false",
        "A, a, false"
    })
    void pattern_matchesWholeNames_partByPart(String pattern, String text, boolean expected) {
        assertThat(new SegmentGlob(pattern).matches(text)).isEqualTo(expected);
    }

    /** The same as a regular expression says. */
    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3})
    void pattern_agreesWithItsDefinition(long seed) {
        Random random = new Random(seed);
        int matched = 0;
        for (int i = 0; i < 20_000; i++) {
            String pattern = text(random, "ab:/**?", 1 + random.nextInt(8));
            if (!SegmentGlob.isOne(pattern)) {
                continue;
            }
            StringBuilder regex = new StringBuilder();
            for (int p = 0; p < pattern.length(); p++) {
                char c = pattern.charAt(p);
                if (c == '*' && p + 1 < pattern.length() && pattern.charAt(p + 1) == '*') {
                    regex.append(".*");
                    p++;
                } else {
                    regex.append(c == '*' ? "[^:/]*" : c == '?' ? "[^:/]" : Pattern.quote(String.valueOf(c)));
                }
            }
            String text = text(random, "ab:/", random.nextInt(8));
            boolean expected = Pattern.matches(regex.toString(), text);
            assertThat(new SegmentGlob(pattern).matches(text))
                    .as("%s %s", pattern, text)
                    .isEqualTo(expected);
            matched += expected ? 1 : 0;
        }
        assertThat(matched).isGreaterThan(500);
    }

    @Test
    @Timeout(5)
    void patternOfManyStars_isNotSlow() {
        SegmentGlob glob = new SegmentGlob("**a".repeat(170) + "b");
        for (int i = 0; i < 100; i++) {
            assertThat(glob.matches("a".repeat(512))).isFalse();
        }
        assertThat(glob.matches("a".repeat(600) + "b")).isFalse();
    }

    private static String text(Random random, String alphabet, int length) {
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < length; i++) {
            text.append(alphabet.charAt(random.nextInt(alphabet.length())));
        }
        return text.toString();
    }
}
