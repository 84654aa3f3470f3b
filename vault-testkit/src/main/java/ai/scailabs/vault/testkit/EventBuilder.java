package ai.scailabs.vault.testkit;

import com.nimbusds.jose.util.JSONObjectUtils;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.time.Clock;
import java.time.Instant;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.UUID;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * An event as ScaiKey sends it, with its headers. Not thread-safe.
 *
 * <pre>{@code
 * EventBuilder event = EventBuilder.of("user.suspended", "user", "usr_jo").tenant("tnt_acme", "ptn_a");
 * send(event.body(), event.headers(secret));
 * }</pre>
 */
public final class EventBuilder {
    private final Map<String, Object> event = new LinkedHashMap<>();
    private final Map<String, Object> data = new LinkedHashMap<>();
    private Instant signedAt;

    private EventBuilder(String type, Instant now) {
        this.signedAt = now;
        event.put("event_id", "evt_" + UUID.randomUUID().toString().replace("-", ""));
        event.put("event_type", type);
        event.put("timestamp", now.toString());
        event.put("actor", Map.of("id", "usr_admin", "type", "user"));
        event.put("data", data);
    }

    /** @param type for example {@code user.suspended}; @param kind of the resource, for example {@code user} */
    public static EventBuilder of(String type, String kind, String id) {
        EventBuilder builder = new EventBuilder(type, Clock.systemUTC().instant());
        builder.event.put("resource", Map.of("type", kind, "id", id));
        return builder;
    }

    public EventBuilder tenant(String tenantId, String partnerId) {
        return with("tenant_id", tenantId).with("partner_id", partnerId);
    }

    public EventBuilder data(String name, Object value) {
        data.put(name, value);
        return this;
    }

    /** When it happened, by ScaiKey's clock. */
    public EventBuilder at(Instant when) {
        return with("timestamp", when.toString());
    }

    /** When it is sent. */
    public EventBuilder signedAt(Instant when) {
        this.signedAt = when;
        return this;
    }

    public EventBuilder with(String name, Object value) {
        event.put(name, value);
        return this;
    }

    public String id() {
        return String.valueOf(event.get("event_id"));
    }

    public String body() {
        return JSONObjectUtils.toJSONString(event);
    }

    /** Names and values, alternating. */
    public String[] headers(String secret) {
        return headers(secret, body());
    }

    /** As {@link #headers(String)} for a body that was bent. */
    public String[] headers(String secret, String body) {
        String timestamp = String.valueOf(signedAt.getEpochSecond());
        return new String[] {
            "X-ScaiKey-Signature",
            "t=" + timestamp + ",v1=" + signature(secret, timestamp, body),
            "X-ScaiKey-Timestamp",
            timestamp,
            "X-ScaiKey-Event-ID",
            id(),
            "X-ScaiKey-Event-Type",
            String.valueOf(event.get("event_type")),
            "X-ScaiKey-Webhook-ID",
            "wh_scaivault",
            "User-Agent",
            "ScaiKey-Webhook/1.0"
        };
    }

    /** Of any text. */
    public static String signature(String secret, String timestamp, String body) {
        try {
            Mac mac = Mac.getInstance("HmacSHA256");
            mac.init(new SecretKeySpec(secret.getBytes(StandardCharsets.UTF_8), "HmacSHA256"));
            return HexFormat.of().formatHex(mac.doFinal((timestamp + "." + body).getBytes(StandardCharsets.UTF_8)));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }
}
