package ai.scailabs.vault.access.issuer;

import ai.scailabs.vault.crypto.envelope.KeySeal;
import ai.scailabs.vault.kernel.error.ErrorCode;
import ai.scailabs.vault.kernel.error.VaultException;
import ai.scailabs.vault.kernel.id.PartnerId;
import ai.scailabs.vault.kernel.id.TenantId;
import ai.scailabs.vault.kernel.sensitive.SensitiveBytes;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import javax.crypto.Cipher;
import javax.crypto.SecretKey;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.SecretKeySpec;

/** Seals under one key that it makes; what is sealed opens for its tenant and key id only, as the port says. */
public final class TestSeal implements KeySeal {
    private static final int NONCE = 12;

    private final SecureRandom random = new SecureRandom();
    private final SecretKey key;

    public TestSeal() {
        byte[] bytes = new byte[32];
        random.nextBytes(bytes);
        this.key = new SecretKeySpec(bytes, "AES");
    }

    @Override
    public byte[] seal(TenantId tenant, PartnerId partner, String keyId, SensitiveBytes privateKey) {
        byte[] nonce = new byte[NONCE];
        random.nextBytes(nonce);
        try {
            byte[] sealed = cipher(Cipher.ENCRYPT_MODE, nonce, tenant, keyId).doFinal(privateKey.expose());
            return ByteBuffer.allocate(NONCE + sealed.length)
                    .put(nonce)
                    .put(sealed)
                    .array();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    @Override
    public SensitiveBytes open(TenantId tenant, PartnerId partner, String keyId, byte[] sealed) {
        byte[] nonce = java.util.Arrays.copyOf(sealed, NONCE);
        try {
            return SensitiveBytes.owning(
                    cipher(Cipher.DECRYPT_MODE, nonce, tenant, keyId).doFinal(sealed, NONCE, sealed.length - NONCE));
        } catch (GeneralSecurityException altered) {
            throw new VaultException(ErrorCode.INTEGRITY_FAILURE, "The key does not open", altered);
        }
    }

    private Cipher cipher(int mode, byte[] nonce, TenantId tenant, String keyId) throws GeneralSecurityException {
        Cipher cipher = Cipher.getInstance("AES/GCM/NoPadding");
        cipher.init(mode, key, new GCMParameterSpec(128, nonce));
        cipher.updateAAD((tenant + " " + keyId).getBytes(StandardCharsets.UTF_8));
        return cipher;
    }
}
