package ai.scailabs.vault.kms.azure;

import ai.scailabs.vault.crypto.key.KeyMaterial;
import ai.scailabs.vault.kms.call.ServiceTrouble;
import ai.scailabs.vault.kms.call.WrapFrame;
import com.azure.security.keyvault.keys.cryptography.models.KeyWrapAlgorithm;
import com.azure.security.keyvault.keys.cryptography.models.UnwrapResult;
import com.azure.security.keyvault.keys.cryptography.models.WrapResult;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.Arrays;

/**
 * By an RSA key in a Key Vault, with RSA-OAEP-256. Whoever knows its public half could wrap as well, and plant a key of his own in the database: so a second key signs what was wrapped together
 * with what it is bound to (ES256), and nothing is opened whose signature is not good. The digest of what it is bound to is wrapped too.
 *
 * <p>Wrapped: way (1 byte), version of the key (16), version of the signing key (16), signature (64), RSA ciphertext (256 to 512).
 */
record VaultWrapping(AzureConnection azure, AzureKeyUrl key, SigningKeys signing, byte[] header)
        implements AzureWrapping {
    private static final byte WAY = 1;
    private static final byte[] DOMAIN = "scaivault azure root key v1".getBytes(StandardCharsets.US_ASCII);
    private static final int DIGEST_BYTES = 32;
    private static final int SIGNATURE_AT = 1 + 2 * VERSION_BYTES;
    private static final int CIPHERTEXT_AT = SIGNATURE_AT + SigningKeys.SIGNATURE_BYTES;
    private static final int LEAST_RSA_BYTES = 256;
    private static final int MOST_RSA_BYTES = 512;

    @Override
    public byte[] wrap(byte[] plaintext, byte[] context) throws ServiceTrouble {
        byte[] digest = AzureKmsRootKey.sha256(context);
        byte[] bound = ByteBuffer.allocate(KeyMaterial.BYTES + DIGEST_BYTES)
                .put(plaintext)
                .put(digest)
                .array();
        try {
            WrapResult result = azure.ask(key, vault -> vault.wrapKey(KeyWrapAlgorithm.RSA_OAEP_256, bound));
            String version = azure.versionOf(key, result.getKeyId());
            byte[] ciphertext = result.getEncryptedKey() == null ? new byte[0] : result.getEncryptedKey();
            if (ciphertext.length < LEAST_RSA_BYTES || ciphertext.length > MOST_RSA_BYTES) {
                throw ServiceTrouble.lasting("an answer that is no RSA ciphertext of 2048 to 4096 bits");
            }
            return signed(version, ciphertext, digest);
        } finally {
            Arrays.fill(bound, (byte) 0);
        }
    }

    private byte[] signed(String version, byte[] ciphertext, byte[] digest) throws ServiceTrouble {
        byte[] keyVersion = AzureWrapping.versionBytes(version);
        SigningKeys.Signed signature =
                signing.sign(signer -> message(keyVersion, AzureWrapping.versionBytes(signer), digest, ciphertext));
        return ByteBuffer.allocate(CIPHERTEXT_AT + ciphertext.length)
                .put(WAY)
                .put(keyVersion)
                .put(AzureWrapping.versionBytes(signature.version()))
                .put(signature.signature())
                .put(ciphertext)
                .array();
    }

    @Override
    public KeyMaterial unwrap(byte[] wrapped, byte[] context) throws ServiceTrouble {
        int length = wrapped.length - CIPHERTEXT_AT;
        if (length < LEAST_RSA_BYTES || length > MOST_RSA_BYTES || wrapped[0] != WAY) {
            throw WrapFrame.altered();
        }
        byte[] digest = AzureKmsRootKey.sha256(context);
        byte[] ciphertext = Arrays.copyOfRange(wrapped, CIPHERTEXT_AT, wrapped.length);
        byte[] message = message(
                Arrays.copyOfRange(wrapped, 1, 1 + VERSION_BYTES),
                Arrays.copyOfRange(wrapped, 1 + VERSION_BYTES, SIGNATURE_AT),
                digest,
                ciphertext);
        String signer = AzureWrapping.version(wrapped, 1 + VERSION_BYTES);
        if (!signing.verifies(signer, message, Arrays.copyOfRange(wrapped, SIGNATURE_AT, CIPHERTEXT_AT))) {
            throw WrapFrame.altered();
        }
        AzureKeyUrl version = key.at(AzureWrapping.version(wrapped, 1));
        UnwrapResult result = azure.open(version, vault -> vault.unwrapKey(KeyWrapAlgorithm.RSA_OAEP_256, ciphertext));
        byte[] opened = result.getKey() == null ? new byte[0] : result.getKey();
        try {
            azure.requireSame(version, result.getKeyId());
            return keyOf(opened, digest);
        } finally {
            Arrays.fill(opened, (byte) 0);
        }
    }

    private static KeyMaterial keyOf(byte[] opened, byte[] digest) {
        if (opened.length != KeyMaterial.BYTES + DIGEST_BYTES
                || !MessageDigest.isEqual(Arrays.copyOfRange(opened, KeyMaterial.BYTES, opened.length), digest)) {
            throw WrapFrame.altered();
        }
        byte[] key = Arrays.copyOf(opened, KeyMaterial.BYTES);
        try {
            return KeyMaterial.copyOf(key);
        } finally {
            Arrays.fill(key, (byte) 0);
        }
    }

    /** What is signed: everything of what is stored but the checksum and the signature, and what it is bound to. Only the last part varies in length. */
    private byte[] message(byte[] keyVersion, byte[] signer, byte[] digest, byte[] ciphertext) {
        return ByteBuffer.allocate(
                        DOMAIN.length + header.length + 1 + 2 * VERSION_BYTES + DIGEST_BYTES + ciphertext.length)
                .put(DOMAIN)
                .put(header)
                .put(WAY)
                .put(keyVersion)
                .put(signer)
                .put(digest)
                .put(ciphertext)
                .array();
    }

    @Override
    public void close() {
        azure.close();
    }
}
