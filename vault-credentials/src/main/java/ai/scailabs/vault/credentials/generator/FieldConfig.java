package ai.scailabs.vault.credentials.generator;

import ai.scailabs.vault.kernel.error.VaultException;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/** Reads an object of a recipe member by member; every refusal names the field and repeats nothing of it, as a fixed value may be a secret. */
final class FieldConfig {
    private static final Pattern MEMBER = Pattern.compile("[a-z_]{1,40}");

    private final @Nullable JsonNode object;
    private final String at;
    private final Set<String> known = new HashSet<>();

    /** @param at where the object is, as {@code fields[0].config}; absent, it is read as an empty one */
    FieldConfig(@Nullable JsonNode object, String at) {
        if (object != null && !object.isNull() && !object.isObject()) {
            throw VaultException.invalidField(at, "is not an object");
        }
        this.object = object;
        this.at = at;
    }

    VaultException invalid(String member, String problem) {
        return VaultException.invalidField(at + "." + member, problem);
    }

    @Nullable
    JsonNode value(String member) {
        known.add(member);
        JsonNode value = object == null ? null : object.get(member);
        return value == null || value.isNull() ? null : value;
    }

    /** A text that can be stored and written as UTF-8: no half of a surrogate pair, and not U+0000, which the database cannot hold. */
    @Nullable
    String text(String member, int maxCharacters) {
        JsonNode value = value(member);
        if (value == null) {
            return null;
        }
        if (!value.isString()) {
            throw invalid(member, "is not a text");
        }
        String text = value.stringValue();
        if (text.codePointCount(0, text.length()) > maxCharacters) {
            throw invalid(member, "has more than " + maxCharacters + " characters");
        }
        if (text.codePoints().anyMatch(character -> character == 0 || isHalf(character))) {
            throw invalid(member, "has a character that cannot be written");
        }
        return text;
    }

    private static boolean isHalf(int character) {
        return character >= Character.MIN_SURROGATE && character <= Character.MAX_SURROGATE;
    }

    String requiredText(String member, int maxCharacters) {
        String text = text(member, maxCharacters);
        if (text == null) {
            throw invalid(member, "is required");
        }
        return text;
    }

    String oneOf(String member, String otherwise, List<String> allowed) {
        JsonNode value = value(member);
        if (value == null) {
            return otherwise;
        }
        if (!value.isString() || !allowed.contains(value.stringValue())) {
            throw invalid(member, "is none of " + String.join(", ", allowed));
        }
        return value.stringValue();
    }

    int oneOf(String member, int otherwise, List<Integer> allowed) {
        JsonNode value = value(member);
        if (value == null) {
            return otherwise;
        }
        if (!value.isInt() || !allowed.contains(value.intValue())) {
            throw invalid(
                    member,
                    "is none of "
                            + String.join(
                                    ", ", allowed.stream().map(String::valueOf).toList()));
        }
        return value.intValue();
    }

    int number(String member, int otherwise, int least, int most) {
        JsonNode value = value(member);
        if (value == null) {
            return otherwise;
        }
        if (!value.isInt() || value.intValue() < least || value.intValue() > most) {
            throw invalid(member, "is not a whole number from " + least + " to " + most);
        }
        return value.intValue();
    }

    boolean flag(String member) {
        JsonNode value = value(member);
        if (value == null) {
            return false;
        }
        if (!value.isBoolean()) {
            throw invalid(member, "is neither true nor false");
        }
        return value.booleanValue();
    }

    /** To be called after all others. */
    void requireNothingElse() {
        if (object == null) {
            return;
        }
        for (String member : object.propertyNames()) {
            if (!known.contains(member)) {
                throw MEMBER.matcher(member).matches()
                        ? invalid(member, "is no member here")
                        : VaultException.invalidField(at, "has a member that does not belong here");
            }
        }
    }
}
