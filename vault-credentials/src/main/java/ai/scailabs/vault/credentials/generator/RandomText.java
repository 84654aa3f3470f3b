package ai.scailabs.vault.credentials.generator;

import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ObjectNode;

/**
 * Random characters of a named charset, or of an alphabet that the recipe spells out.
 *
 * @param charset absent where the recipe spells the alphabet out
 */
record RandomText(Optional<NamedCharset> charset, TextSpace space) implements Generator {
    static final String NAME = "random";

    private static final int DEFAULT_LENGTH = 32;
    private static final int MAX_LENGTH = 4_096;

    static RandomText read(FieldConfig config) {
        int length = config.number("length", DEFAULT_LENGTH, 1, MAX_LENGTH);
        String spelled = alphabet(config);
        Optional<NamedCharset> charset = spelled == null ? Optional.of(charset(config)) : Optional.empty();
        String alphabet = spelled == null ? charset.orElseThrow().alphabet() : spelled;
        Set<CharacterClass> required = required(config, alphabet);
        if (length < required.size()) {
            throw config.invalid("length", "is too small for one character of each class that is required");
        }
        return new RandomText(charset, new TextSpace(alphabet, length, required));
    }

    /** The space is left out: at an end it is lost too easily. */
    private static @Nullable String alphabet(FieldConfig config) {
        int most = NamedCharset.FULL.alphabet().length();
        String alphabet = config.text("alphabet", most);
        if (alphabet == null) {
            return null;
        }
        if (config.value("charset") != null) {
            throw config.invalid("alphabet", "is given beside a charset");
        }
        boolean printable =
                alphabet.chars().allMatch(c -> NamedCharset.FULL.alphabet().indexOf(c) >= 0);
        if (!printable || alphabet.length() < 2 || alphabet.chars().distinct().count() < alphabet.length()) {
            throw config.invalid(
                    "alphabet", "is not 2 to " + most + " different printable ASCII characters without the space");
        }
        return alphabet;
    }

    private static NamedCharset charset(FieldConfig config) {
        List<String> names =
                Stream.of(NamedCharset.values()).map(NamedCharset::wireName).toList();
        return NamedCharset.called(config.oneOf("charset", NamedCharset.ALPHANUMERIC.wireName(), names));
    }

    private static Set<CharacterClass> required(FieldConfig config, String alphabet) {
        Set<CharacterClass> required = EnumSet.noneOf(CharacterClass.class);
        for (CharacterClass wanted : CharacterClass.values()) {
            String member = wanted.memberName();
            if (config.flag(member)) {
                if (alphabet.chars().noneMatch(wanted::has)) {
                    throw config.invalid(member, "asks for a character that the charset does not have");
                }
                required.add(wanted);
            }
        }
        return required;
    }

    @Override
    public String wireName() {
        return NAME;
    }

    @Override
    public void describe(ObjectNode config) {
        config.put("length", space.length());
        charset.ifPresentOrElse(
                named -> config.put("charset", named.wireName()), () -> config.put("alphabet", space.alphabet()));
        for (CharacterClass one : CharacterClass.values()) {
            config.put(one.memberName(), space.required().contains(one));
        }
    }

    @Override
    public Map<String, Double> entropy(String field) {
        return Map.of(field, space.bits());
    }

    @Override
    public int maxBytes() {
        return space.length();
    }
}
