package ai.scailabs.vault.crypto.envelope;

import ai.scailabs.vault.crypto.key.KeyId;
import ai.scailabs.vault.kernel.id.TenantId;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.regex.Pattern;

/**
 * The one place that says what each ciphertext is bound to: purpose, owner, place, version and the id of the key that is sealed or seals. The header of the stored
 * bytes (format and key id) comes before it. Texts carry their length, the rest has a fixed size, so two different places never give the same bytes. Described in
 * docs/crypto-format.md.
 */
final class AssociatedData {
    static final String PARTNER_KEY = "partner-key";
    private static final String TENANT_KEY = "tenant-key";
    private static final String VALUE_KEY = "value-key";
    private static final String VALUE = "value";
    private static final Pattern PURPOSE = Pattern.compile("[a-z][a-z0-9-]{0,62}");

    private AssociatedData() {}

    static byte[] ofTenantKey(TenantId tenant, String partnerId, KeyId tenantKeyId) {
        return encode(TENANT_KEY, tenant.value(), partnerId, 0, tenantKeyId);
    }

    static byte[] ofValueKey(ValuePlace place, KeyId dataKeyId) {
        return encode(VALUE_KEY, place.tenant().value(), place.path().value(), place.version(), dataKeyId);
    }

    static byte[] ofValue(ValuePlace place, KeyId dataKeyId) {
        return encode(VALUE, place.tenant().value(), place.path().value(), place.version(), dataKeyId);
    }

    static byte[] ofRecordKey(TenantId tenant, String purpose, String recordId, KeyId dataKeyId) {
        return encode("record-key:" + checked(purpose), tenant.value(), recordId, 0, dataKeyId);
    }

    static byte[] ofRecord(TenantId tenant, String purpose, String recordId, KeyId dataKeyId) {
        return encode("record:" + checked(purpose), tenant.value(), recordId, 0, dataKeyId);
    }

    /** Not associated data but told apart by the same rules: what a key for message authentication is derived for. */
    static byte[] ofMac(TenantId tenant, String purpose, KeyId tenantKeyId) {
        return encode("mac:" + checked(purpose), tenant.value(), "", 0, tenantKeyId);
    }

    private static byte[] encode(String purpose, String owner, String place, int version, KeyId keyId) {
        byte[] purposeBytes = purpose.getBytes(StandardCharsets.UTF_8);
        byte[] ownerBytes = owner.getBytes(StandardCharsets.UTF_8);
        byte[] placeBytes = place.getBytes(StandardCharsets.UTF_8);
        int length = 6 + purposeBytes.length + ownerBytes.length + placeBytes.length + 4 + KeyId.BYTES;
        ByteBuffer encoded = ByteBuffer.allocate(length);
        putText(encoded, purposeBytes);
        putText(encoded, ownerBytes);
        putText(encoded, placeBytes);
        return encoded.putInt(version)
                .putLong(keyId.value().getMostSignificantBits())
                .putLong(keyId.value().getLeastSignificantBits())
                .array();
    }

    private static void putText(ByteBuffer target, byte[] text) {
        if (text.length > 0xffff) {
            throw new IllegalArgumentException("a place takes at most 65535 bytes");
        }
        target.putShort((short) text.length).put(text);
    }

    private static String checked(String purpose) {
        if (!PURPOSE.matcher(purpose).matches()) {
            throw new IllegalArgumentException("a purpose takes 1 to 63 characters a-z, 0-9 and '-'");
        }
        return purpose;
    }
}
