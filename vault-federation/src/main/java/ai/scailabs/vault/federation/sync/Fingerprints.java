package ai.scailabs.vault.federation.sync;

import ai.scailabs.vault.kernel.id.PartnerId;
import ai.scailabs.vault.kernel.id.TenantId;
import ai.scailabs.vault.kernel.path.SecretPath;
import ai.scailabs.vault.tenancy.keyring.TenantMac;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.cfg.JsonNodeFeature;
import tools.jackson.databind.json.JsonMapper;

/**
 * What a path holds, as bytes that only the tenant's key makes: they tell whether it is still the same, and nothing to whoever has no key. Of two paths they differ for the same value; of one value they are the same in whatever order its
 * members are written. Thread-safe.
 */
final class Fingerprints {
    private static final JsonMapper CANONICAL = JsonMapper.builder()
            .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
            .enable(JsonNodeFeature.WRITE_PROPERTIES_SORTED)
            .build();
    private static final String VALUE = "federation-value";
    private static final String METADATA = "federation-metadata";

    private final TenantMac mac;
    private final TenantId tenant;
    private final PartnerId partner;

    Fingerprints(TenantMac mac, TenantId tenant, PartnerId partner) {
        this.mac = mac;
        this.tenant = tenant;
        this.partner = partner;
    }

    byte[] ofValue(SecretPath path, byte[] value) {
        byte[] canonical = canonical(value);
        try {
            return of(VALUE, path, canonical);
        } finally {
            Arrays.fill(canonical, (byte) 0);
        }
    }

    byte[] ofMetadata(SecretPath path, String metadataJson) {
        return of(METADATA, path, metadataJson.getBytes(StandardCharsets.UTF_8));
    }

    boolean isValue(SecretPath path, byte[] value, byte[] known) {
        byte[] canonical = canonical(value);
        try {
            return is(VALUE, path, canonical, known);
        } finally {
            Arrays.fill(canonical, (byte) 0);
        }
    }

    boolean isMetadata(SecretPath path, String metadataJson, byte[] known) {
        return is(METADATA, path, metadataJson.getBytes(StandardCharsets.UTF_8), known);
    }

    private static byte[] canonical(byte[] value) {
        return CANONICAL.writeValueAsBytes(CANONICAL.readTree(value));
    }

    private byte[] of(String purpose, SecretPath path, byte[] content) {
        byte[] message = message(path, content);
        try {
            return mac.sign(tenant, partner, purpose, message);
        } finally {
            Arrays.fill(message, (byte) 0);
        }
    }

    private boolean is(String purpose, SecretPath path, byte[] content, byte[] known) {
        byte[] message = message(path, content);
        try {
            return mac.verify(tenant, partner, purpose, message, known);
        } finally {
            Arrays.fill(message, (byte) 0);
        }
    }

    /** A path has no zero. */
    private static byte[] message(SecretPath path, byte[] content) {
        byte[] name = path.value().getBytes(StandardCharsets.UTF_8);
        byte[] message = Arrays.copyOf(name, name.length + 1 + content.length);
        System.arraycopy(content, 0, message, name.length + 1, content.length);
        return message;
    }
}
