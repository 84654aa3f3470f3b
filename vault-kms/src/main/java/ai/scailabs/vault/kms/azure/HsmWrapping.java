package ai.scailabs.vault.kms.azure;

import ai.scailabs.vault.crypto.key.KeyMaterial;
import ai.scailabs.vault.kms.call.ServiceTrouble;
import ai.scailabs.vault.kms.call.WrapFrame;
import com.azure.core.util.Context;
import com.azure.security.keyvault.keys.cryptography.models.DecryptParameters;
import com.azure.security.keyvault.keys.cryptography.models.DecryptResult;
import com.azure.security.keyvault.keys.cryptography.models.EncryptParameters;
import com.azure.security.keyvault.keys.cryptography.models.EncryptResult;
import java.nio.ByteBuffer;
import java.util.Arrays;

/**
 * By an AES key in a Managed HSM, with AES-GCM (A256GCM); what a key is bound to is the additional authenticated data. The HSM chooses the nonce.
 *
 * <p>Wrapped: way (1 byte), version of the key (16), nonce (12), tag (16), ciphertext (32).
 */
record HsmWrapping(AzureConnection azure, AzureKeyUrl key) implements AzureWrapping {
    private static final byte WAY = 2;
    private static final int NONCE_BYTES = 12;
    private static final int TAG_BYTES = 16;
    private static final int NONCE_AT = 1 + VERSION_BYTES;
    private static final int TAG_AT = NONCE_AT + NONCE_BYTES;
    private static final int CIPHERTEXT_AT = TAG_AT + TAG_BYTES;
    private static final int BYTES = CIPHERTEXT_AT + KeyMaterial.BYTES;

    @Override
    public byte[] wrap(byte[] plaintext, byte[] context) throws ServiceTrouble {
        EncryptResult result = azure.ask(
                key, hsm -> hsm.encrypt(EncryptParameters.createA256GcmParameters(plaintext, context), Context.NONE));
        String version = azure.versionOf(key, result.getKeyId());
        if (lengthOf(result.getIv()) != NONCE_BYTES
                || lengthOf(result.getAuthenticationTag()) != TAG_BYTES
                || lengthOf(result.getCipherText()) != KeyMaterial.BYTES) {
            throw ServiceTrouble.lasting("an answer that is no A256GCM ciphertext");
        }
        return ByteBuffer.allocate(BYTES)
                .put(WAY)
                .put(AzureWrapping.versionBytes(version))
                .put(result.getIv())
                .put(result.getAuthenticationTag())
                .put(result.getCipherText())
                .array();
    }

    @Override
    public KeyMaterial unwrap(byte[] wrapped, byte[] context) throws ServiceTrouble {
        if (wrapped.length != BYTES || wrapped[0] != WAY) {
            throw WrapFrame.altered();
        }
        AzureKeyUrl version = key.at(AzureWrapping.version(wrapped, 1));
        DecryptParameters sealed = DecryptParameters.createA256GcmParameters(
                Arrays.copyOfRange(wrapped, CIPHERTEXT_AT, BYTES),
                Arrays.copyOfRange(wrapped, NONCE_AT, TAG_AT),
                Arrays.copyOfRange(wrapped, TAG_AT, CIPHERTEXT_AT),
                context);
        DecryptResult result = azure.open(version, hsm -> hsm.decrypt(sealed, Context.NONE));
        byte[] opened = result.getPlainText() == null ? new byte[0] : result.getPlainText();
        try {
            azure.requireSame(version, result.getKeyId());
            if (opened.length != KeyMaterial.BYTES) {
                throw WrapFrame.altered();
            }
            return KeyMaterial.copyOf(opened);
        } finally {
            Arrays.fill(opened, (byte) 0);
        }
    }

    private static int lengthOf(byte @org.jspecify.annotations.Nullable [] bytes) {
        return bytes == null ? 0 : bytes.length;
    }

    @Override
    public void close() {
        azure.close();
    }
}
