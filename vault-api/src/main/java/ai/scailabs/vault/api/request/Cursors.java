package ai.scailabs.vault.api.request;

import ai.scailabs.vault.kernel.error.ErrorCode;
import ai.scailabs.vault.kernel.error.VaultException;
import ai.scailabs.vault.tenancy.keyring.TenantMac;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.util.Base64;
import org.jspecify.annotations.Nullable;

/**
 * Where a list goes on: opaque to callers, signed under the tenant's key, bound to the tenant, the list and its filters, and good for a day. Layout before
 * base64url: 8 bytes of epoch seconds, 2 bytes length of the position, the position, the signature.
 */
public final class Cursors {
    private static final Duration LIFETIME = Duration.ofDays(1);
    private static final int MAX_LENGTH = 2_048;

    private final TenantMac mac;
    private final Clock clock;

    public Cursors(TenantMac mac, Clock clock) {
        this.mac = mac;
        this.clock = clock;
    }

    /** @param list names the endpoint and every filter, so that a cursor of another list does not fit */
    public @Nullable String encode(Call call, String list, @Nullable String position) {
        if (position == null) {
            return null;
        }
        byte[] text = position.getBytes(StandardCharsets.UTF_8);
        byte[] head = ByteBuffer.allocate(10 + text.length)
                .putLong(clock.instant().getEpochSecond())
                .putShort((short) text.length)
                .put(text)
                .array();
        byte[] signature = mac.sign(call.tenant(), call.actor().partner(), "cursor", signed(head, list));
        byte[] all = ByteBuffer.allocate(head.length + signature.length)
                .put(head)
                .put(signature)
                .array();
        return Base64.getUrlEncoder().withoutPadding().encodeToString(all);
    }

    /**
     * The position that was encoded; null when there is no cursor.
     *
     * @throws VaultException {@code invalid_cursor} for anything else than a cursor of this list
     */
    public @Nullable String decode(Call call, String list, @Nullable String cursor) {
        if (cursor == null) {
            return null;
        }
        try {
            if (cursor.length() > MAX_LENGTH) {
                throw refused();
            }
            byte[] all = Base64.getUrlDecoder().decode(cursor);
            ByteBuffer reader = ByteBuffer.wrap(all);
            long issued = reader.getLong();
            byte[] text = new byte[reader.getShort() & 0xffff];
            reader.get(text);
            byte[] head = new byte[10 + text.length];
            reader.get(0, head);
            byte[] signature = new byte[reader.remaining()];
            reader.get(signature);
            boolean genuine =
                    mac.verify(call.tenant(), call.actor().partner(), "cursor", signed(head, list), signature);
            long age = clock.instant().getEpochSecond() - issued;
            if (!genuine || age > LIFETIME.toSeconds()) {
                throw refused();
            }
            return new String(text, StandardCharsets.UTF_8);
        } catch (IllegalArgumentException | BufferUnderflowException malformed) {
            throw refused();
        }
    }

    private static byte[] signed(byte[] head, String list) {
        byte[] listBytes = list.getBytes(StandardCharsets.UTF_8);
        return ByteBuffer.allocate(head.length + listBytes.length)
                .put(head)
                .put(listBytes)
                .array();
    }

    private static VaultException refused() {
        return new VaultException(
                ErrorCode.INVALID_CURSOR,
                "The cursor is malformed, expired, or of another list; start again without one");
    }
}
