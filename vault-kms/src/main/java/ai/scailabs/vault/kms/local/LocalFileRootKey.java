package ai.scailabs.vault.kms.local;

import ai.scailabs.vault.crypto.envelope.KeyWrap;
import ai.scailabs.vault.crypto.key.KeyMaterial;
import ai.scailabs.vault.crypto.root.RootKey;
import ai.scailabs.vault.crypto.root.WrapContext;
import ai.scailabs.vault.kernel.error.ErrorCode;
import ai.scailabs.vault.kernel.error.VaultException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.HexFormat;
import javax.crypto.KDF;
import javax.crypto.spec.HKDFParameterSpec;
import javax.crypto.spec.SecretKeySpec;

/**
 * The root key as 32 bytes in a file that only its owner may read. Whoever copies that file reads everything, and so does whoever reads this process's memory: for
 * development only. The key stays in memory as long as the process lives. Thread-safe.
 */
public final class LocalFileRootKey implements RootKey {
    private static final byte FORMAT = 0x10;
    private static final int FINGERPRINT_BYTES = 8;
    private static final byte[] ID_INFO = "scaivault local root key id v1".getBytes(StandardCharsets.US_ASCII);

    private final KeyMaterial key;
    private final byte[] header;
    private final SecureRandom random;

    private LocalFileRootKey(KeyMaterial key, SecureRandom random) {
        this.key = key;
        this.random = random;
        this.header = new byte[1 + FINGERPRINT_BYTES];
        header[0] = FORMAT;
        System.arraycopy(fingerprint(key), 0, header, 1, FINGERPRINT_BYTES);
    }

    /**
     * Opens an existing key; never makes one, because a service that starts with a new root key has lost all its secrets.
     *
     * @throws IllegalStateException outside development mode, or when the file is not an acceptable key; names the file and what it takes
     */
    public static LocalFileRootKey open(Path file, SecureRandom random, boolean developmentMode) {
        if (!developmentMode) {
            throw new IllegalStateException(
                    "the root key in " + file
                            + " is for development only: choose another KMS_PROVIDER, or set SCAIVAULT_DEV=true with a loopback BIND_ADDRESS");
        }
        return new LocalFileRootKey(KeyFile.read(file), random);
    }

    /**
     * For development tools and tests: opens the key and makes a new one first when there is no such file. When two processes do so at once, both open the same key.
     *
     * @throws IllegalStateException when the file is not an acceptable key or cannot be made
     */
    public static LocalFileRootKey openOrCreate(Path file, SecureRandom random) {
        if (!Files.exists(file, LinkOption.NOFOLLOW_LINKS)) {
            KeyFile.create(file, random);
        }
        return new LocalFileRootKey(KeyFile.read(file), random);
    }

    @Override
    public String id() {
        return name(header);
    }

    @Override
    public byte[] wrap(KeyMaterial partnerKey, WrapContext context) {
        return KeyWrap.wrap(key, partnerKey, header, context.bytes(), random);
    }

    @Override
    public KeyMaterial unwrap(byte[] wrapped, WrapContext context) {
        if (wrapped.length > header.length
                && wrapped[0] == FORMAT
                && !Arrays.equals(wrapped, 0, header.length, header, 0, header.length)) {
            throw new VaultException(
                    ErrorCode.INTEGRITY_FAILURE,
                    "The key was wrapped by root key " + name(wrapped) + ", and this one is " + id());
        }
        return KeyWrap.unwrap(key, wrapped, header, context.bytes());
    }

    @Override
    public String toString() {
        return id();
    }

    private static String name(byte[] header) {
        return "local:" + HexFormat.of().formatHex(header, 1, 1 + FINGERPRINT_BYTES);
    }

    /** Of a derived key, so that nothing computed from the root key itself is ever shown. */
    private static byte[] fingerprint(KeyMaterial key) {
        try {
            byte[] derived = KDF.getInstance("HKDF-SHA256")
                    .deriveData(HKDFParameterSpec.ofExtract()
                            .addIKM(new SecretKeySpec(key.exposeBytes(), "HKDF"))
                            .thenExpand(ID_INFO, KeyMaterial.BYTES));
            return MessageDigest.getInstance("SHA-256").digest(derived);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("the Java runtime cannot do HKDF with SHA-256", e);
        }
    }
}
