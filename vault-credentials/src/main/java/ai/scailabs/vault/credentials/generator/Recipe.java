package ai.scailabs.vault.credentials.generator;

import ai.scailabs.vault.kernel.error.VaultException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * What values are made of: 1 to {@value #MAX_FIELDS} fields, whose outputs have different names and are no more than {@value #MAX_BYTES} bytes together.
 *
 * <p>A field gives one output, which is called as the field is. A key pair gives two: the private key is called as the field is, the public key {@code <field>_public}; but beside
 * {@code private_key}, also behind a prefix, it is {@code public_key}. A bcrypt password gives two: the password, called as the field is, and {@code <field>_hash}.
 *
 * <p>May hold a secret, if somebody fixed one; {@link #toString} shows no text of it.
 */
public record Recipe(List<RecipeField> fields) {
    static final int MAX_FIELDS = 32;
    static final int MAX_BYTES = 65_536;

    /** So that one call takes a processor for seconds at most. */
    static final int MAX_SLOW = 4;

    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9_-]{1,64}");

    public Recipe {
        fields = List.copyOf(fields);
    }

    /**
     * Reads {@code fields} as a secret policy has them.
     *
     * @throws VaultException {@code validation_error}, which names the field, as {@code fields[0].config.length}, and repeats nothing of it
     */
    public static Recipe parse(JsonNode fields) {
        if (!fields.isArray() || fields.isEmpty() || fields.size() > MAX_FIELDS) {
            throw VaultException.invalidField("fields", "is not an array of 1 to " + MAX_FIELDS + " fields");
        }
        List<RecipeField> read = new ArrayList<>();
        Set<String> outputs = new HashSet<>();
        for (int i = 0; i < fields.size(); i++) {
            String at = "fields[" + i + "]";
            RecipeField field = field(fields.get(i), at);
            for (String output : field.generator().entropy(field.name()).keySet()) {
                if (!outputs.add(output)) {
                    throw VaultException.invalidField(at + ".name", "gives an output that a field before gives, too");
                }
            }
            read.add(field);
        }
        return bounded(new Recipe(read));
    }

    private static RecipeField field(JsonNode node, String at) {
        if (!node.isObject()) {
            throw VaultException.invalidField(at, "is not an object");
        }
        FieldConfig object = new FieldConfig(node, at);
        JsonNode name = object.value("name");
        if (name == null
                || !name.isString()
                || !NAME.matcher(name.stringValue()).matches()) {
            throw object.invalid("name", "is not 1 to 64 letters, digits, _ and -");
        }
        JsonNode generator = object.value("generator");
        if (generator == null || !generator.isString() || !Generator.WIRE_NAMES.contains(generator.stringValue())) {
            throw object.invalid("generator", "is none of " + String.join(", ", Generator.WIRE_NAMES));
        }
        FieldConfig config = new FieldConfig(object.value("config"), at + ".config");
        object.requireNothingElse();
        return new RecipeField(name.stringValue(), Generator.read(generator.stringValue(), config));
    }

    private static Recipe bounded(Recipe recipe) {
        long bytes = recipe.fields.stream()
                .mapToLong(field -> field.generator().maxBytes())
                .sum();
        if (bytes > MAX_BYTES) {
            throw VaultException.invalidField("fields", "makes more than " + MAX_BYTES + " bytes");
        }
        long slow = recipe.fields.stream()
                .filter(field -> field.generator().isSlow())
                .count();
        if (slow > MAX_SLOW) {
            throw VaultException.invalidField(
                    "fields", "has more than " + MAX_SLOW + " fields of RSA keys or bcrypt hashes");
        }
        return recipe;
    }

    /** What {@link #parse} reads again as the same recipe, every member of each config filled in. */
    public JsonNode toJson() {
        ArrayNode json = JsonNodeFactory.instance.arrayNode();
        for (RecipeField field : fields) {
            ObjectNode object = json.addObject();
            object.put("name", field.name());
            object.put("generator", field.generator().wireName());
            field.generator().describe(object.putObject("config"));
        }
        return json;
    }

    /**
     * The outputs in order, and how many bits there are to guess in each: exact for what is random text; for private keys the security strength by NIST SP 800-57 part 1; 0 for what is
     * fixed or public.
     */
    public Map<String, Double> entropy() {
        Map<String, Double> bits = new LinkedHashMap<>();
        fields.forEach(field -> bits.putAll(field.generator().entropy(field.name())));
        return bits;
    }

    /** Whether it makes RSA keys or bcrypt hashes, which take a processor for tenths of a second each, some for seconds. */
    public boolean isSlow() {
        return fields.stream().anyMatch(field -> field.generator().isSlow());
    }
}
