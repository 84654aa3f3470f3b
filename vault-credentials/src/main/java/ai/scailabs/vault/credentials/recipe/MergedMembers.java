package ai.scailabs.vault.credentials.recipe;

import ai.scailabs.vault.kernel.sensitive.SensitiveBytes;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.json.JsonFactory;

/** The members of two JSON objects as one object. Values are copied as bytes: none becomes text. */
final class MergedMembers {
    private static final JsonFactory FACTORY = new JsonFactory();

    private MergedMembers() {}

    /**
     * What is made, and what else the object before had, in front of it and in its order.
     *
     * @param current absent when there is none
     * @return closed by the caller
     */
    static SensitiveBytes of(@Nullable SensitiveBytes current, SensitiveBytes made) {
        if (current == null) {
            return SensitiveBytes.owning(made.expose().clone());
        }
        return merged(current, made, members(made.expose()));
    }

    /** The same with some members of what is made alone. */
    static SensitiveBytes of(SensitiveBytes current, SensitiveBytes made, Set<String> names) {
        List<Member> some = members(made.expose()).stream()
                .filter(member -> names.contains(member.name()))
                .toList();
        return merged(current, made, some);
    }

    private static SensitiveBytes merged(SensitiveBytes current, SensitiveBytes made, List<Member> replacing) {
        byte[] before = current.expose();
        byte[] added = made.expose();
        byte[] merged = new byte[before.length + added.length + 1];
        try {
            Set<String> replaced = replacing.stream().map(Member::name).collect(Collectors.toSet());
            List<Member> kept = members(before).stream()
                    .filter(member -> !replaced.contains(member.name()))
                    .toList();
            merged[0] = '{';
            int length = copied(before, kept, merged, 1);
            length = copied(added, replacing, merged, length);
            merged[length] = '}';
            return SensitiveBytes.owning(Arrays.copyOf(merged, length + 1));
        } finally {
            Arrays.fill(merged, (byte) 0);
        }
    }

    /** Whether an object has all members of another, with the same bytes. */
    static boolean contains(SensitiveBytes object, SensitiveBytes some) {
        byte[] whole = object.expose();
        byte[] parts = some.expose();
        List<Member> there = members(whole);
        return members(parts).stream()
                .allMatch(part -> there.stream()
                        .anyMatch(member -> member.name().equals(part.name())
                                && Arrays.equals(
                                        whole, member.value(), member.end(), parts, part.value(), part.end())));
    }

    /** The names of the members that are texts. */
    static List<String> texts(SensitiveBytes object) {
        return members(object.expose()).stream()
                .filter(Member::text)
                .map(Member::name)
                .toList();
    }

    private static int copied(byte[] object, List<Member> members, byte[] target, int from) {
        int length = from;
        for (Member member : members) {
            if (length > 1) {
                target[length++] = ',';
            }
            System.arraycopy(object, member.start(), target, length, member.end() - member.start());
            length += member.end() - member.start();
        }
        return length;
    }

    private static List<Member> members(byte[] object) {
        List<Member> members = new ArrayList<>();
        try (JsonParser parser = FACTORY.createParser(ObjectReadContext.empty(), object)) {
            if (parser.nextToken() != JsonToken.START_OBJECT) {
                throw new IllegalArgumentException("no JSON object");
            }
            JsonToken next = parser.nextToken();
            while (next == JsonToken.PROPERTY_NAME) {
                String name = parser.currentName();
                int start = (int) parser.currentTokenLocation().getByteOffset();
                // A value that nobody asks for is skipped, not decoded.
                boolean text = parser.nextToken() == JsonToken.VALUE_STRING;
                int value = (int) parser.currentTokenLocation().getByteOffset();
                parser.skipChildren();
                next = parser.nextToken();
                int after = (int) parser.currentTokenLocation().getByteOffset();
                members.add(new Member(name, text, start, value, endBefore(object, after)));
            }
        }
        return members;
    }

    /** No value ends in what separates it from the next. */
    private static int endBefore(byte[] object, int next) {
        int end = next;
        while (object[end - 1] == ',' || Character.isWhitespace(object[end - 1])) {
            end--;
        }
        return end;
    }

    /** @param start of the quotes of its name @param value where its value begins @param end behind its value */
    private record Member(String name, boolean text, int start, int value, int end) {}
}
