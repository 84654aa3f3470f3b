package ai.scailabs.vault.crypto.envelope;

import ai.scailabs.vault.crypto.key.KeyMaterial;
import java.security.GeneralSecurityException;
import java.util.Arrays;
import javax.crypto.KDF;
import javax.crypto.Mac;
import javax.crypto.spec.HKDFParameterSpec;

/** HMAC-SHA256 under HKDF-SHA256 (RFC 5869, no salt) of a tenant's key, so that authentication and encryption never share a key. */
final class DerivedMac {
    private static final int KEY_BYTES = 32;

    private DerivedMac() {}

    static byte[] compute(KeyMaterial tenantKey, byte[] info, byte[] message) {
        try {
            byte[] macKey = KDF.getInstance("HKDF-SHA256", Aes.PROVIDER)
                    .deriveData(HKDFParameterSpec.ofExtract()
                            .addIKM(new AesKey(tenantKey.exposeBytes()))
                            .thenExpand(info, KEY_BYTES));
            try {
                Mac mac = Mac.getInstance("HmacSHA256", Aes.PROVIDER);
                mac.init(new AesKey(macKey));
                return mac.doFinal(message);
            } finally {
                Arrays.fill(macKey, (byte) 0);
            }
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("the Java runtime cannot do HKDF and HMAC with SHA-256", e);
        }
    }
}
