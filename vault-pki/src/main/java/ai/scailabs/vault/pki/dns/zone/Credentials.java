package ai.scailabs.vault.pki.dns.zone;

import ai.scailabs.vault.kernel.error.VaultException;
import ai.scailabs.vault.kernel.sensitive.SensitiveBytes;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.ObjectWriteContext;
import tools.jackson.core.json.JsonFactory;

/**
 * Where a provider is, and as whom it is used. Values print as {@code [redacted]} and are wiped on {@link #close()}; what a vendor's library made of them is not ours to wipe.
 */
public final class Credentials implements AutoCloseable {
    private static final String TYPE = "provider_type";
    private static final JsonFactory JSON = JsonFactory.builder().build();

    private final ProviderType type;
    private final Map<String, SensitiveBytes> values;

    private Credentials(ProviderType type, Map<String, SensitiveBytes> values) {
        this.type = type;
        this.values = values;
    }

    /**
     * As a caller sent them.
     *
     * @param json an object; stays the caller's
     * @throws VaultException {@code validation_error} naming the member that is missing, unknown or malformed, and no value
     */
    public static Credentials of(ProviderType type, byte[] json) {
        Credentials read = new Credentials(type, new LinkedHashMap<>());
        try (JsonParser parser = JSON.createParser(ObjectReadContext.empty(), json)) {
            parser.nextToken();
            while (parser.nextToken() == JsonToken.PROPERTY_NAME) {
                read.take(parser, json);
            }
            read.requireComplete();
            return read;
        } catch (JacksonException malformed) {
            read.close();
            throw VaultException.invalidField("credentials", "must be an object");
        } catch (VaultException refused) {
            read.close();
            throw refused;
        }
    }

    private void take(JsonParser parser, byte[] json) {
        String name = parser.currentName();
        CredentialField field = type.field(name)
                .orElseThrow(() -> VaultException.invalidField(
                        "credentials" + (isPlain(name) ? "." + name : ""),
                        "has no meaning for a provider of this type"));
        JsonToken value = parser.nextToken();
        int begin = (int) parser.currentTokenLocation().getByteOffset();
        byte[] content = switch (value) {
            case VALUE_STRING, VALUE_NUMBER_INT -> parser.getString().getBytes(StandardCharsets.UTF_8);
            // The file of a key is JSON itself, and may stand here as it is.
            case START_OBJECT -> {
                parser.skipChildren();
                yield name.equals("service_account_json")
                        ? Arrays.copyOfRange(
                                json, begin, (int) parser.currentLocation().getByteOffset())
                        : new byte[0];
            }
            default -> new byte[0];
        };
        SensitiveBytes kept = SensitiveBytes.owning(content);
        if (!field.form().matcher(new String(content, StandardCharsets.UTF_8)).matches()) {
            kept.close();
            throw invalid(field, "must be " + field.described());
        }
        values.put(name, kept);
    }

    private static boolean isPlain(String name) {
        return name.matches("[a-z_]{1,40}");
    }

    private void requireComplete() {
        for (CredentialField field : type.fields()) {
            if (field.required() && !values.containsKey(field.name())) {
                throw invalid(field, "is required for a provider of this type");
            }
        }
    }

    private static VaultException invalid(CredentialField field, String problem) {
        return VaultException.invalidField("credentials." + field.name(), problem);
    }

    /** What {@link #read} takes. The caller seals it. */
    public SensitiveBytes write() {
        Wiped out = new Wiped();
        try (JsonGenerator json = JSON.createGenerator(ObjectWriteContext.empty(), out)) {
            json.writeStartObject();
            json.writeStringProperty(TYPE, type.wireName());
            values.forEach((name, value) -> json.writeStringProperty(name, revealed(value)));
            json.writeEndObject();
        }
        try {
            return SensitiveBytes.owning(out.toByteArray());
        } finally {
            out.wipe();
        }
    }

    /**
     * What {@link #write} wrote.
     *
     * @param written stays the caller's
     * @throws IllegalStateException when it is anything else
     */
    public static Credentials read(byte[] written) {
        Map<String, SensitiveBytes> values = new LinkedHashMap<>();
        ProviderType type = null;
        try (JsonParser parser = JSON.createParser(ObjectReadContext.empty(), written)) {
            parser.nextToken();
            while (parser.nextToken() == JsonToken.PROPERTY_NAME) {
                String name = parser.currentName();
                parser.nextToken();
                if (name.equals(TYPE)) {
                    type = ProviderType.parse(parser.getString()).orElse(null);
                } else {
                    values.put(name, SensitiveBytes.owning(parser.getString().getBytes(StandardCharsets.UTF_8)));
                }
            }
        } catch (JacksonException malformed) {
            throw new IllegalStateException("credentials were written otherwise", malformed);
        }
        if (type == null) {
            throw new IllegalStateException("credentials of no type that is known");
        }
        return new Credentials(type, values);
    }

    /** The same, to be closed apart. */
    public Credentials copy() {
        Map<String, SensitiveBytes> copies = new LinkedHashMap<>();
        values.forEach((name, value) ->
                copies.put(name, SensitiveBytes.owning(value.expose().clone())));
        return new Credentials(type, copies);
    }

    public ProviderType type() {
        return type;
    }

    /** One that is required. */
    public String reveal(String name) {
        return find(name).orElseThrow(() -> new IllegalStateException("there is no " + name));
    }

    public Optional<String> find(String name) {
        return Optional.ofNullable(values.get(name)).map(Credentials::revealed);
    }

    private static String revealed(SensitiveBytes value) {
        return new String(value.expose(), StandardCharsets.UTF_8);
    }

    /** Those members that say where and not who. */
    public Map<String, String> shown() {
        Map<String, String> shown = new LinkedHashMap<>();
        for (CredentialField field : type.fields()) {
            if (field.shown()) {
                find(field.name()).ifPresent(value -> shown.put(field.name(), value));
            }
        }
        return shown;
    }

    @Override
    public String toString() {
        return "[redacted]";
    }

    @Override
    public void close() {
        values.values().forEach(SensitiveBytes::close);
    }

    private static final class Wiped extends ByteArrayOutputStream {
        Wiped() {
            super(32 * 1024);
        }

        void wipe() {
            Arrays.fill(buf, (byte) 0);
        }
    }
}
