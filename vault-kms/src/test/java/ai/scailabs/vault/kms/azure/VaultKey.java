package ai.scailabs.vault.kms.azure;

import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.SecureRandom;
import java.security.Signature;
import java.security.interfaces.ECPublicKey;
import java.security.interfaces.RSAPublicKey;
import java.security.spec.ECGenParameterSpec;
import java.security.spec.MGF1ParameterSpec;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Set;
import javax.crypto.Cipher;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.OAEPParameterSpec;
import javax.crypto.spec.PSource;
import javax.crypto.spec.SecretKeySpec;

/** One version of a key in the vault: RSA, EC (P-256) or, in a Managed HSM, AES, with the operations that such a key has. */
final class VaultKey {
    private static final SecureRandom RANDOM = new SecureRandom();
    static final OAEPParameterSpec OAEP_256 =
            new OAEPParameterSpec("SHA-256", "MGF1", MGF1ParameterSpec.SHA256, PSource.PSpecified.DEFAULT);

    /** Making an RSA key takes a second; a handful serves all tests, in turn. */
    private static final List<KeyPair> RSA_PAIRS = new ArrayList<>();

    private static int rsaVersions;

    private final String type;
    private final String version;
    private final KeyPair pair;
    private final byte[] secret = new byte[32];
    private boolean enabled = true;

    private VaultKey(String type, KeyPair pair) {
        byte[] bytes = new byte[16];
        RANDOM.nextBytes(bytes);
        this.type = type;
        this.version = HexFormat.of().formatHex(bytes);
        this.pair = pair;
        RANDOM.nextBytes(secret);
    }

    static VaultKey generate(String type) {
        try {
            return switch (type) {
                case "RSA" -> new VaultKey(type, rsa());
                case "oct-HSM" -> new VaultKey(type, null);
                default -> new VaultKey(type, pair("EC", type.endsWith("384") ? "secp384r1" : "secp256r1"));
            };
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    private static synchronized KeyPair rsa() throws GeneralSecurityException {
        if (RSA_PAIRS.size() < 4) {
            KeyPairGenerator generator = KeyPairGenerator.getInstance("RSA");
            generator.initialize(2048);
            RSA_PAIRS.add(generator.generateKeyPair());
            return RSA_PAIRS.getLast();
        }
        return RSA_PAIRS.get(rsaVersions++ % RSA_PAIRS.size());
    }

    private static KeyPair pair(String algorithm, String curve) throws GeneralSecurityException {
        KeyPairGenerator generator = KeyPairGenerator.getInstance(algorithm);
        generator.initialize(new ECGenParameterSpec(curve));
        return generator.generateKeyPair();
    }

    String version() {
        return version;
    }

    KeyPair pair() {
        return pair;
    }

    boolean isEnabled() {
        return enabled;
    }

    void enable(boolean enabled) {
        this.enabled = enabled;
    }

    boolean allows(String operation) {
        return switch (type) {
            case "RSA" -> Set.of("wrapkey", "unwrapkey").contains(operation);
            case "oct-HSM" -> Set.of("encrypt", "decrypt").contains(operation);
            default -> operation.equals("sign");
        };
    }

    /** Never anything private. */
    Map<String, Object> publicJwk() {
        if (type.equals("oct-HSM")) {
            return Map.of("kty", type, "key_ops", List.of("encrypt", "decrypt"));
        }
        if (pair.getPublic() instanceof RSAPublicKey rsa) {
            return Map.of(
                    "kty",
                    "RSA",
                    "key_ops",
                    List.of("wrapKey", "unwrapKey"),
                    "n",
                    StrictKeyVault.text(unsigned(rsa.getModulus(), 256)),
                    "e",
                    "AQAB");
        }
        ECPublicKey ec = (ECPublicKey) pair.getPublic();
        int size = type.endsWith("384") ? 48 : 32;
        return Map.of(
                "kty", "EC",
                "crv", type.endsWith("384") ? "P-384" : "P-256",
                "key_ops", List.of("sign", "verify"),
                "x", StrictKeyVault.text(unsigned(ec.getW().getAffineX(), size)),
                "y", StrictKeyVault.text(unsigned(ec.getW().getAffineY(), size)));
    }

    void operate(String operation, StrictKeyVault.Parameters body, Map<String, Object> result)
            throws GeneralSecurityException {
        switch (operation) {
            case "wrapkey" -> {
                body.areOnly(Set.of("alg", "value"), "RSA-OAEP-256");
                result.put("value", StrictKeyVault.text(rsa(Cipher.ENCRYPT_MODE, body.bytes("value"))));
            }
            case "unwrapkey" -> {
                body.areOnly(Set.of("alg", "value"), "RSA-OAEP-256");
                result.put("value", StrictKeyVault.text(rsa(Cipher.DECRYPT_MODE, body.bytes("value"))));
            }
            case "sign" -> {
                body.areOnly(Set.of("alg", "value"), "ES256");
                result.put("value", StrictKeyVault.text(sign(body.bytes("value"))));
            }
            case "encrypt" -> {
                body.areOnly(Set.of("alg", "value", "aad"), "A256GCM");
                byte[] iv = new byte[12];
                RANDOM.nextBytes(iv);
                byte[] sealed = aes(Cipher.ENCRYPT_MODE, iv, body.bytes("aad"), body.bytes("value"));
                result.put("value", StrictKeyVault.text(Arrays.copyOf(sealed, sealed.length - 16)));
                result.put("tag", StrictKeyVault.text(Arrays.copyOfRange(sealed, sealed.length - 16, sealed.length)));
                result.put("iv", StrictKeyVault.text(iv));
                result.put("aad", StrictKeyVault.text(body.bytes("aad")));
            }
            case "decrypt" -> {
                body.areOnly(Set.of("alg", "value", "aad", "iv", "tag"), "A256GCM");
                byte[] value = body.bytes("value");
                byte[] sealed = Arrays.copyOf(value, value.length + 16);
                System.arraycopy(body.bytes("tag"), 0, sealed, value.length, 16);
                byte[] opened = aes(Cipher.DECRYPT_MODE, body.bytes("iv"), body.bytes("aad"), sealed);
                result.put("value", StrictKeyVault.text(opened));
            }
            default -> throw new NotPublished(operation);
        }
    }

    private byte[] rsa(int mode, byte[] value) throws GeneralSecurityException {
        Cipher cipher = Cipher.getInstance("RSA/ECB/OAEPPadding");
        cipher.init(mode, mode == Cipher.ENCRYPT_MODE ? pair.getPublic() : pair.getPrivate(), OAEP_256);
        return cipher.doFinal(value);
    }

    private byte[] sign(byte[] digest) throws GeneralSecurityException {
        if (digest.length != 32) {
            throw new NotPublished("a digest of " + digest.length + " bytes");
        }
        Signature signature = Signature.getInstance("NONEwithECDSAinP1363Format");
        signature.initSign(pair.getPrivate());
        signature.update(digest);
        return signature.sign();
    }

    private byte[] aes(int mode, byte[] iv, byte[] aad, byte[] value) throws GeneralSecurityException {
        Cipher cipher = Cipher.getInstance("AES/GCM/NoPadding");
        cipher.init(mode, new SecretKeySpec(secret, "AES"), new GCMParameterSpec(128, iv));
        cipher.updateAAD(aad);
        return cipher.doFinal(value);
    }

    private static byte[] unsigned(BigInteger number, int size) {
        byte[] bytes = number.toByteArray();
        byte[] fixed = new byte[size];
        int from = Math.max(0, bytes.length - size);
        System.arraycopy(bytes, from, fixed, size - (bytes.length - from), bytes.length - from);
        return fixed;
    }

    static final class NotPublished extends RuntimeException {
        private static final long serialVersionUID = 1L;

        NotPublished(String what) {
            super(what);
        }
    }
}
