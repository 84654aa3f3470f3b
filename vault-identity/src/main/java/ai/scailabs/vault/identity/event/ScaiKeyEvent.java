package ai.scailabs.vault.identity.event;

import ai.scailabs.vault.identity.scaikey.MalformedWord;
import ai.scailabs.vault.identity.scaikey.ScaiKeyJson;
import ai.scailabs.vault.kernel.id.PartnerId;
import ai.scailabs.vault.kernel.id.TenantId;
import java.time.Instant;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * One event as it is written.
 *
 * @param type for example {@code user.suspended}
 * @param at by ScaiKey's clock
 * @param resourceId of what the event is about; absent where none is named
 * @param data what is said of it
 */
record ScaiKeyEvent(
        String id,
        String type,
        Instant at,
        @Nullable String resourceId,
        @Nullable TenantId tenant,
        @Nullable PartnerId partner,
        JsonNode data) {
    private static final Pattern ID = Pattern.compile("[A-Za-z0-9_.-]{1,64}");
    private static final Pattern TYPE = Pattern.compile("[a-z_]{1,32}(\\.[a-z_]{1,32}){1,3}");
    private static final Pattern RESOURCE = Pattern.compile("[A-Za-z0-9_.-]{1,128}");

    static ScaiKeyEvent parse(byte[] body) throws MalformedWord {
        JsonNode node = ScaiKeyJson.object(body);
        Instant at = ScaiKeyJson.time(node, "timestamp");
        if (at == null) {
            throw new MalformedWord("timestamp is missing");
        }
        return new ScaiKeyEvent(
                ScaiKeyJson.id(node, "event_id", text -> matching(ID, text)),
                ScaiKeyJson.id(node, "event_type", text -> matching(TYPE, text)),
                at,
                ScaiKeyJson.optionalId(node.path("resource"), "id", text -> matching(RESOURCE, text)),
                ScaiKeyJson.optionalId(node, "tenant_id", TenantId::parse),
                ScaiKeyJson.optionalId(node, "partner_id", PartnerId::parse),
                node.path("data"));
    }

    private static Optional<String> matching(Pattern form, String text) {
        return form.matcher(text).matches() ? Optional.of(text) : Optional.empty();
    }

    /** Without what is said: it has names of people. */
    @Override
    public String toString() {
        return "ScaiKeyEvent[" + id + " " + type + "]";
    }
}
