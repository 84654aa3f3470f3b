package ai.scailabs.vault.pki.hsm;

import ai.scailabs.vault.crypto.hsm.HsmKeyName;
import ai.scailabs.vault.kernel.error.ErrorCode;
import ai.scailabs.vault.kernel.error.VaultException;
import ai.scailabs.vault.kernel.id.TenantId;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.util.Arrays;

/**
 * What is sealed in the place of a private key that lies in an HSM: {@code SVH1}, which no key begins with, and 32 random bytes. The name of the key there is a hash over them, the tenant and the key's id: so
 * they name nothing for another tenant, or in another row.
 */
record HsmReference(byte[] random) {
    static final int RANDOM_BYTES = 32;

    private static final byte[] MARK = "SVH1".getBytes(StandardCharsets.US_ASCII);
    private static final String PURPOSE = "scaivault ca key in an hsm v1";
    private static final String LABEL = "scaivault-ca ";

    static HsmReference fresh(SecureRandom source) {
        byte[] random = new byte[RANDOM_BYTES];
        source.nextBytes(random);
        return new HsmReference(random);
    }

    static boolean isOne(byte[] opened) {
        return opened.length >= MARK.length && Arrays.equals(opened, 0, MARK.length, MARK, 0, MARK.length);
    }

    /** @throws VaultException {@code integrity_failure} */
    static HsmReference parse(byte[] opened) {
        if (!isOne(opened) || opened.length != MARK.length + RANDOM_BYTES) {
            throw new VaultException(ErrorCode.INTEGRITY_FAILURE, "The authority's key is not what it was");
        }
        return new HsmReference(Arrays.copyOfRange(opened, MARK.length, opened.length));
    }

    byte[] bytes() {
        return ByteBuffer.allocate(MARK.length + RANDOM_BYTES)
                .put(MARK)
                .put(random)
                .array();
    }

    HsmKeyName name(TenantId tenant, String keyId) {
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            for (String part : new String[] {PURPOSE, tenant.value(), keyId}) {
                byte[] text = part.getBytes(StandardCharsets.UTF_8);
                digest.update(
                        ByteBuffer.allocate(Integer.BYTES).putInt(text.length).array());
                digest.update(text);
            }
            return new HsmKeyName(digest.digest(random), LABEL + keyId);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("the Java runtime lacks SHA-256", e);
        }
    }

    @Override
    public String toString() {
        return "HsmReference[…]";
    }
}
