package ai.scailabs.vault.kms.transit;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.Base64;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.crypto.Cipher;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.SecretKeySpec;

/** A key of Transit as {@link StrictTransit} has it: versions of an AES key, used with GCM and associated data, with the errors that the real engine gives. */
final class FakeKey {
    private static final Pattern FORM = Pattern.compile("vault:v([0-9]+):(.*)", Pattern.DOTALL);
    static final String DENIED = "1 error occurred:\n\t* permission denied\n\n";
    private static final SecureRandom RANDOM = new SecureRandom();

    private final Map<Integer, byte[]> versions = new TreeMap<>();
    final Map<String, Object> configuration = new TreeMap<>();
    int minDecryptionVersion = 1;
    boolean softDeleted;
    boolean ignoresAssociatedData;

    FakeKey() {
        configuration.put("type", "aes256-gcm96");
        configuration.put("derived", false);
        configuration.put("exportable", false);
        configuration.put("allow_plaintext_backup", false);
        configuration.put("deletion_allowed", false);
        configuration.put("imported_key", false);
        configuration.put("supports_encryption", true);
        configuration.put("supports_decryption", true);
        configuration.put("supports_derivation", true);
        configuration.put("supports_signing", false);
        configuration.put("auto_rotate_period", 0);
        configuration.put("min_available_version", 0);
        configuration.put("min_encryption_version", 0);
        rotate();
    }

    synchronized void rotate() {
        byte[] key = new byte[32];
        RANDOM.nextBytes(key);
        versions.put(versions.size() + 1, key);
    }

    synchronized int latest() {
        return versions.size();
    }

    synchronized String encrypt(byte[] plaintext, byte[] associated) throws Refusal {
        requireThere();
        byte[] nonce = new byte[12];
        RANDOM.nextBytes(nonce);
        byte[] sealed = gcm(Cipher.ENCRYPT_MODE, versions.get(latest()), nonce, plaintext, associated);
        byte[] all = ByteBuffer.allocate(nonce.length + sealed.length)
                .put(nonce)
                .put(sealed)
                .array();
        return "vault:v" + latest() + ":" + Base64.getEncoder().encodeToString(all);
    }

    synchronized byte[] decrypt(String ciphertext, byte[] associated) throws Refusal {
        requireThere();
        Matcher form = FORM.matcher(ciphertext);
        if (!form.matches()) {
            throw new Refusal("invalid ciphertext: no prefix");
        }
        int version = Integer.parseInt(form.group(1));
        if (version > latest()) {
            throw new Refusal("invalid ciphertext: version is too new");
        }
        if (version < minDecryptionVersion) {
            throw new Refusal("ciphertext or signature version is disallowed by policy (too old)");
        }
        byte[] all = decoded(form.group(2));
        if (all.length < 12) {
            throw new Refusal("invalid ciphertext length");
        }
        return gcm(
                Cipher.DECRYPT_MODE,
                versions.get(version),
                Arrays.copyOf(all, 12),
                Arrays.copyOfRange(all, 12, all.length),
                associated);
    }

    private static byte[] decoded(String base64) throws Refusal {
        try {
            return Base64.getDecoder().decode(base64.getBytes(StandardCharsets.UTF_8));
        } catch (IllegalArgumentException notBase64) {
            throw new Refusal("invalid ciphertext: could not decode base64");
        }
    }

    private void requireThere() throws Refusal {
        if (softDeleted) {
            throw new Refusal("refusing to use soft-deleted key");
        }
        String type = String.valueOf(configuration.get("type"));
        if (type.startsWith("rsa")) {
            throw new Refusal("'[0].associated_data' provided for non-AEAD cipher suite " + type);
        }
        if (Boolean.TRUE.equals(configuration.get("derived"))) {
            throw new Refusal("missing 'context' for key derivation; the key was created using a derived key");
        }
    }

    private byte[] gcm(int mode, byte[] key, byte[] nonce, byte[] input, byte[] associated) throws Refusal {
        try {
            Cipher cipher = Cipher.getInstance("AES/GCM/NoPadding");
            cipher.init(mode, new SecretKeySpec(key, "AES"), new GCMParameterSpec(128, nonce));
            if (!ignoresAssociatedData) {
                cipher.updateAAD(associated);
            }
            return cipher.doFinal(input);
        } catch (GeneralSecurityException wrong) {
            throw new Refusal("cipher: message authentication failed");
        }
    }

    /** An answer of 400, or of 403 when it is {@link #DENIED}. */
    static final class Refusal extends Exception {
        private static final long serialVersionUID = 1;

        Refusal(String error) {
            super(error);
        }
    }
}
