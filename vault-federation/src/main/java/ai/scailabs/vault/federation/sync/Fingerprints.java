package ai.scailabs.vault.federation.sync;

import ai.scailabs.vault.kernel.id.PartnerId;
import ai.scailabs.vault.kernel.id.TenantId;
import ai.scailabs.vault.kernel.path.SecretPath;
import ai.scailabs.vault.tenancy.keyring.TenantMac;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** What a path holds, as bytes that only the tenant's key makes: they tell whether it is still the same, and nothing to whoever has no key. Of two paths they differ for the same value. Thread-safe. */
final class Fingerprints {
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
        return of(VALUE, path, value);
    }

    byte[] ofMetadata(SecretPath path, String metadataJson) {
        return of(METADATA, path, metadataJson.getBytes(StandardCharsets.UTF_8));
    }

    boolean isValue(SecretPath path, byte[] value, byte[] known) {
        return is(VALUE, path, value, known);
    }

    boolean isMetadata(SecretPath path, String metadataJson, byte[] known) {
        return is(METADATA, path, metadataJson.getBytes(StandardCharsets.UTF_8), known);
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
