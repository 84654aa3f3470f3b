package ai.scailabs.vault.credentials.generator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class TextSpaceTest {
    /** Attempts: as it ships; character by character only; and so few that both ways are gone. */
    private static final List<Integer> WAYS = List.of(16, 0, 1);

    @ParameterizedTest
    @CsvSource({
        "abAB, 3, LOWER UPPER",
        "abAB, 2, LOWER UPPER",
        "abA1, 3, LOWER",
        "aA1-, 4, LOWER UPPER DIGIT SYMBOL",
        "aA1-, 5, LOWER UPPER DIGIT SYMBOL",
        "abcdefA, 3, UPPER",
        "abcdA1, 4, UPPER DIGIT",
        "abc, 4, LOWER",
        "abc, 5, ''",
    })
    void everyTextThatHasWhatIsRequired_isEquallyLikely(String alphabet, int length, String classes) {
        TextSpace space = new TextSpace(alphabet, length, classes(classes));
        Set<String> allowed = enumerate(space);
        assertThat(space.size()).isEqualTo(BigInteger.valueOf(allowed.size()));
        assertThat(space.bits()).isCloseTo(Math.log(allowed.size()) / Math.log(2), within(1e-9));

        for (int attempts : WAYS) {
            Map<String, Integer> seen = new HashMap<>();
            try (EvenDraws draws = new EvenDraws(Recipes.repeatable(attempts))) {
                for (int i = 0; i < 100 * allowed.size(); i++) {
                    seen.merge(text(space.draw(draws, attempts)), 1, Integer::sum);
                }
            }
            assertThat(allowed).containsAll(seen.keySet());
            ChiSquared.assertEven(seen.values(), allowed.size());
        }
    }

    /** One of four classes each, over all that can be typed: one text in a hundred would do. */
    @Test
    void fourCharactersOfFourClasses_haveOneOfEach() {
        TextSpace space = new TextSpace(NamedCharset.FULL.alphabet(), 4, EnumSet.allOf(CharacterClass.class));
        assertThat(space.size()).isEqualTo(BigInteger.valueOf(24L * 26 * 26 * 10 * 32));

        try (EvenDraws draws = new EvenDraws(Recipes.repeatable(4))) {
            for (int i = 0; i < 500; i++) {
                String text = text(space.draw(draws));
                assertThat(CharacterClass.values())
                        .allMatch(wanted -> text.chars().filter(wanted::has).count() == 1);
            }
        }
    }

    /** Hardly any text of so many letters has the only digit, and yet each must. */
    @Test
    void rareClass_isThereAtEveryPlaceEquallyOften() {
        TextSpace space = new TextSpace(NamedCharset.LOWER.alphabet() + "7", 6, EnumSet.of(CharacterClass.DIGIT));
        Map<String, Integer> seen = new HashMap<>();

        try (EvenDraws draws = new EvenDraws(Recipes.repeatable(5))) {
            for (int i = 0; i < 3_000; i++) {
                String text = text(space.draw(draws));
                assertThat(text).contains("7");
                if (text.indexOf('7') == text.lastIndexOf('7')) {
                    seen.merge(text.replaceAll("[a-z]", "."), 1, Integer::sum);
                }
            }
        }

        ChiSquared.assertEven(seen.values(), 6);
    }

    @ParameterizedTest
    @EnumSource(NamedCharset.class)
    void charactersOfACharset_areEquallyLikely(NamedCharset charset) {
        TextSpace space = TextSpace.of(charset.alphabet(), 500);
        Map<Integer, Integer> seen = new HashMap<>();

        try (EvenDraws draws = new EvenDraws(Recipes.repeatable(6))) {
            for (int i = 0; i < 100; i++) {
                for (byte one : space.draw(draws)) {
                    seen.merge((int) one, 1, Integer::sum);
                }
            }
        }

        ChiSquared.assertEven(seen.values(), charset.alphabet().length());
    }

    @Test
    void manyCharactersWithEverythingRequired_areCountedAndDrawn() {
        TextSpace space = new TextSpace(NamedCharset.FULL.alphabet(), 4_096, EnumSet.allOf(CharacterClass.class));

        assertThat(space.bits()).isCloseTo(4_096 * Math.log(94) / Math.log(2), within(1e-6));
        try (EvenDraws draws = new EvenDraws(Recipes.repeatable(7))) {
            assertThat(space.draw(draws)).hasSize(4_096);
        }
    }

    @Test
    void charsets_areWhatTheirNamesSay() {
        assertThat(NamedCharset.ALPHANUMERIC.alphabet()).hasSize(62).matches("[a-zA-Z0-9]+");
        assertThat(NamedCharset.ALPHA.alphabet()).hasSize(52).matches("[a-zA-Z]+");
        assertThat(NamedCharset.NUMERIC.alphabet()).isEqualTo("0123456789");
        assertThat(NamedCharset.HEX.alphabet()).isEqualTo("0123456789abcdef");
        assertThat(NamedCharset.SYMBOLS.alphabet()).hasSize(32).matches("\\p{Punct}+");
        assertThat(NamedCharset.FULL.alphabet()).hasSize(94).matches("\\p{Graph}+");
        assertThat(NamedCharset.SAFE.alphabet())
                .hasSize(60)
                .matches("[a-zA-Z0-9._-]+")
                .doesNotMatch(".*[0O1lI].*");
        for (NamedCharset charset : NamedCharset.values()) {
            assertThat(charset.alphabet().chars().distinct().count())
                    .isEqualTo(charset.alphabet().length());
        }
    }

    @Test
    void everyPrintableCharacter_isInOneClass() {
        for (char c = '!'; c <= '~'; c++) {
            char character = c;
            assertThat(CharacterClass.values())
                    .filteredOn(one -> one.has(character))
                    .hasSize(1);
        }
    }

    private static Set<CharacterClass> classes(String names) {
        Set<CharacterClass> classes = EnumSet.noneOf(CharacterClass.class);
        for (String name : names.split(" ")) {
            if (!name.isEmpty()) {
                classes.add(CharacterClass.valueOf(name));
            }
        }
        return classes;
    }

    private static Set<String> enumerate(TextSpace space) {
        List<String> texts = List.of("");
        for (int i = 0; i < space.length(); i++) {
            List<String> longer = new ArrayList<>();
            for (String text : texts) {
                space.alphabet().chars().forEach(c -> longer.add(text + (char) c));
            }
            texts = longer;
        }
        Set<String> allowed = new HashSet<>(texts);
        allowed.removeIf(text ->
                space.required().stream().anyMatch(wanted -> text.chars().noneMatch(wanted::has)));
        return allowed;
    }

    private static String text(byte[] drawn) {
        return new String(drawn, StandardCharsets.US_ASCII);
    }
}
