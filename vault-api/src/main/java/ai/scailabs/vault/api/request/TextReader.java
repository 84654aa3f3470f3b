package ai.scailabs.vault.api.request;

import java.util.Set;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.databind.BeanProperty;
import tools.jackson.databind.DeserializationContext;
import tools.jackson.databind.ValueDeserializer;

/** Reads texts, and takes nothing else for one: {@code "name": false} is no name. Of a duration, a whole number is seconds. */
final class TextReader extends ValueDeserializer<String> {
    private static final Set<String> DURATIONS = Set.of(
            "ttl",
            "default_ttl",
            "max_ttl",
            "previous_secret_ttl",
            "increment",
            "interval",
            "sync_interval",
            "grace_period",
            "mfa_max_age",
            "not_before_duration");

    private final boolean takesSeconds;

    TextReader() {
        this(false);
    }

    private TextReader(boolean takesSeconds) {
        this.takesSeconds = takesSeconds;
    }

    @Override
    public ValueDeserializer<?> createContextual(DeserializationContext context, @Nullable BeanProperty property) {
        return property != null && DURATIONS.contains(property.getName()) ? new TextReader(true) : this;
    }

    @Override
    public @Nullable String deserialize(JsonParser parser, DeserializationContext context) {
        JsonToken token = parser.currentToken();
        if (token == JsonToken.VALUE_STRING || takesSeconds && token == JsonToken.VALUE_NUMBER_INT) {
            return parser.getString();
        }
        return (String) context.handleUnexpectedToken(context.constructType(String.class), parser);
    }
}
