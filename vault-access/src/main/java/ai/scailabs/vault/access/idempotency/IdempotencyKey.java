package ai.scailabs.vault.access.idempotency;

import ai.scailabs.vault.access.identity.Actor;
import ai.scailabs.vault.access.identity.Workload;
import ai.scailabs.vault.kernel.error.ErrorCode;
import ai.scailabs.vault.kernel.error.VaultException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.List;
import java.util.regex.Pattern;

/** By which a caller names a call. It means something together with who calls only, and is stored as a digest of both. */
public final class IdempotencyKey {
    private static final Pattern FORM = Pattern.compile("[\\x21-\\x7e]{1,255}");

    private final byte[] digest;

    private IdempotencyKey(byte[] digest) {
        this.digest = digest;
    }

    /**
     * @param caller in the token's own tenant
     * @throws VaultException {@code invalid_request}
     */
    public static IdempotencyKey of(Actor caller, String sent) {
        if (!FORM.matcher(sent).matches()) {
            throw new VaultException(
                    ErrorCode.INVALID_REQUEST, "An Idempotency-Key has 1 to 255 visible characters of ASCII");
        }
        Workload workload = caller.workload();
        MessageDigest sha256 = sha256();
        for (String part : List.of(
                caller.tenant().value(), caller.identity().value(), workload == null ? "" : workload.trustId(), sent)) {
            byte[] bytes = part.getBytes(StandardCharsets.UTF_8);
            sha256.update(
                    ByteBuffer.allocate(Integer.BYTES).putInt(bytes.length).array());
            sha256.update(bytes);
        }
        return new IdempotencyKey(sha256.digest());
    }

    byte[] digest() {
        return digest.clone();
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }
}
