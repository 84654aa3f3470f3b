package ai.scailabs.vault.credentials.members;

import ai.scailabs.vault.kernel.error.ErrorCode;
import ai.scailabs.vault.kernel.error.VaultException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/** Reads a JSON object that somebody sent member by member; every refusal names the member and repeats nothing of it. Not thread-safe. */
public final class ObjectMembers {
    public static final int MAX_LIST = 256;
    private static final int MAX_TEXT = 65_536;
    private static final String ROLE = "role";
    private static final Pattern MEMBER = Pattern.compile("[a-z_]{1,40}");

    private final JsonNode object;
    private final Set<String> known = new HashSet<>();

    public ObjectMembers(JsonNode object) {
        if (!object.isObject()) {
            throw VaultException.invalidField(ROLE, "is not an object");
        }
        this.object = object;
    }

    private @Nullable JsonNode value(String member) {
        known.add(member);
        JsonNode value = object.get(member);
        return value == null || value.isNull() ? null : value;
    }

    /** Refuses those that mean nothing for roles of this type. */
    public void requireAbsent(String problem, String... members) {
        for (String member : members) {
            if (value(member) != null) {
                throw VaultException.invalidField(member, problem);
            }
        }
    }

    /** Whatever it is; absent when it is not there. */
    public @Nullable JsonNode json(String member) {
        return value(member);
    }

    public boolean has(String member) {
        return value(member) != null;
    }

    public @Nullable String text(String member) {
        JsonNode value = value(member);
        if (value == null) {
            return null;
        }
        return text(member, value);
    }

    private static String text(String member, JsonNode value) {
        if (!value.isString()) {
            throw VaultException.invalidField(member, "is not a text");
        }
        String text = value.stringValue();
        if (text.length() > MAX_TEXT) {
            throw VaultException.invalidField(member, "is too long");
        }
        return text;
    }

    public boolean flag(String member) {
        JsonNode value = value(member);
        if (value == null) {
            return false;
        }
        if (!value.isBoolean()) {
            throw VaultException.invalidField(member, "is neither true nor false");
        }
        return value.booleanValue();
    }

    public int number(String member, int otherwise, int least, int most) {
        JsonNode value = value(member);
        if (value == null) {
            return otherwise;
        }
        if (!value.isInt() || value.intValue() < least || value.intValue() > most) {
            throw VaultException.invalidField(member, "is not a whole number from " + least + " to " + most);
        }
        return value.intValue();
    }

    /** A list, or one text with commas, as roles of HashiCorp Vault have it; empty when absent or blank. */
    public List<String> list(String member) {
        JsonNode value = value(member);
        if (value == null) {
            return List.of();
        }
        List<String> items = new ArrayList<>();
        if (value.isArray()) {
            value.forEach(item -> items.add(text(member, item)));
        } else if (!text(member, value).isBlank()) {
            for (String item : text(member, value).split(",", -1)) {
                items.add(item.strip());
            }
        }
        if (items.size() > MAX_LIST) {
            throw VaultException.invalidField(member, "has more than " + MAX_LIST + " items");
        }
        return items;
    }

    /** A list of texts; empty when absent. */
    public List<String> texts(String member) {
        JsonNode value = value(member);
        if (value == null) {
            return List.of();
        }
        if (!value.isArray()) {
            throw VaultException.invalidField(member, "is not a list");
        }
        List<String> items = new ArrayList<>();
        value.forEach(item -> items.add(text(member, item)));
        if (items.size() > MAX_LIST) {
            throw VaultException.invalidField(member, "has more than " + MAX_LIST + " items");
        }
        return items;
    }

    /** Names and their values, which are texts; empty when absent. */
    public Map<String, String> map(String member) {
        JsonNode value = value(member);
        if (value == null) {
            return Map.of();
        }
        if (!value.isObject()) {
            throw VaultException.invalidField(member, "is not an object");
        }
        Map<String, String> items = new LinkedHashMap<>();
        value.properties().forEach(item -> items.put(item.getKey(), text(member, item.getValue())));
        return items;
    }

    /** To be called after all others. @throws VaultException {@code invalid_request} */
    public void requireNothingElse() {
        for (String member : object.propertyNames()) {
            if (!known.contains(member)) {
                throw unknown(member);
            }
        }
    }

    private static VaultException unknown(String member) {
        return MEMBER.matcher(member).matches()
                ? new VaultException(ErrorCode.INVALID_REQUEST, "Unknown field " + member, Map.of("field", member))
                : new VaultException(ErrorCode.INVALID_REQUEST, "A field is unknown");
    }
}
