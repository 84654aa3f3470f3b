package ai.scailabs.vault.kms.gcp;

import ai.scailabs.vault.crypto.key.KeyMaterial;
import ai.scailabs.vault.crypto.root.RootKey;
import ai.scailabs.vault.crypto.root.WrapContext;
import ai.scailabs.vault.kms.call.PatientCalls;
import ai.scailabs.vault.kms.call.ServiceTrouble;
import ai.scailabs.vault.kms.call.WrapFrame;
import com.google.cloud.kms.v1.DecryptRequest;
import com.google.cloud.kms.v1.DecryptResponse;
import com.google.cloud.kms.v1.EncryptRequest;
import com.google.cloud.kms.v1.EncryptResponse;
import com.google.cloud.kms.v1.KeyManagementServiceClient;
import com.google.protobuf.ByteString;
import com.google.protobuf.Int64Value;
import com.google.protobuf.UnsafeByteOperations;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.Arrays;
import java.util.zip.CRC32C;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;

/**
 * A root key in Google Cloud KMS, used through Encrypt and Decrypt. What a key is bound to is the additional authenticated data. CRC32C of everything that is sent and received is checked at
 * both ends, so that bytes that were damaged on the way are neither stored nor used. KMS itself knows by which version of the key it encrypted. Whatever KMS does not do is
 * {@code kms_unavailable}. Thread-safe.
 *
 * <p>Wrapped: format (1 byte), which key (8), checksum (8), what KMS returned. Both are beginnings of SHA-256, of the key's name and of the rest; they tell damage from an outage, and spare a call.
 */
public final class GcpKmsRootKey implements RootKey, AutoCloseable {
    private static final byte FORMAT = 0x15;
    /** Far more than what KMS adds to 32 bytes. */
    private static final int MAX_CIPHERTEXT_BYTES = 4_096;

    private final GcpKeyName name;
    private final GcpKmsService kms;
    private final PatientCalls calls;
    private final WrapFrame frame;

    private GcpKmsRootKey(GcpKeyName name, GcpKmsService kms, PatientCalls calls) {
        this.name = name;
        this.kms = kms;
        this.calls = calls;
        this.frame = new WrapFrame(FORMAT, name.text(), "gcp:" + name, MAX_CIPHERTEXT_BYTES);
    }

    /**
     * Asks nobody yet: KMS and the credentials for it are sought at the first call.
     *
     * @throws IllegalStateException when the SDK was told to log what it sends
     */
    public static GcpKmsRootKey open(GcpKmsProperties properties, SecureRandom random) {
        return open(properties, random, GcpCredentials::find, null);
    }

    static GcpKmsRootKey open(
            GcpKmsProperties properties, SecureRandom random, GcpCredentials found, @Nullable SSLContext tls) {
        PatientCalls calls = new PatientCalls("Google Cloud KMS", properties.patience(), random);
        return new GcpKmsRootKey(properties.key(), new GcpKmsService(properties, found, tls), calls);
    }

    @Override
    public String id() {
        return "gcp:" + name;
    }

    @Override
    public byte[] wrap(KeyMaterial key, WrapContext context) {
        byte[] bound = context.bytes();
        // A copy: when the caller is answered, the call may still be under way.
        KeyMaterial sent = key.copy();
        byte[] ciphertext = calls.make(left -> encrypted(sent.exposeBytes(), bound, left), sent::close, late -> {});
        return frame.around(ciphertext);
    }

    @Override
    public KeyMaterial unwrap(byte[] wrapped, WrapContext context) {
        byte[] ciphertext = frame.within(wrapped);
        byte[] bound = context.bytes();
        return calls.make(left -> decrypted(ciphertext, bound, left), () -> {}, KeyMaterial::close);
    }

    private byte[] encrypted(byte[] key, byte[] bound, Duration left) throws ServiceTrouble {
        EncryptRequest request = EncryptRequest.newBuilder()
                .setName(name.text())
                .setPlaintext(UnsafeByteOperations.unsafeWrap(key))
                .setPlaintextCrc32C(checksum(key))
                .setAdditionalAuthenticatedData(ByteString.copyFrom(bound))
                .setAdditionalAuthenticatedDataCrc32C(checksum(bound))
                .build();
        EncryptResponse response = kms.ask(KeyManagementServiceClient::encryptCallable, request, left);
        byte[] ciphertext = response.getCiphertext().toByteArray();
        if (!name.hasVersion(response.getName())) {
            throw ServiceTrouble.lasting("an answer that names another key");
        }
        if (!response.getVerifiedPlaintextCrc32C() || !response.getVerifiedAdditionalAuthenticatedDataCrc32C()) {
            throw ServiceTrouble.passing("an answer to a request whose checksums were not seen");
        }
        if (ciphertext.length == 0
                || ciphertext.length > MAX_CIPHERTEXT_BYTES
                || !response.hasCiphertextCrc32C()
                || !checksum(ciphertext).equals(response.getCiphertextCrc32C())) {
            throw ServiceTrouble.passing("a ciphertext that was damaged on the way");
        }
        return ciphertext;
    }

    private KeyMaterial decrypted(byte[] ciphertext, byte[] bound, Duration left) throws ServiceTrouble {
        DecryptRequest request = DecryptRequest.newBuilder()
                .setName(name.text())
                .setCiphertext(ByteString.copyFrom(ciphertext))
                .setCiphertextCrc32C(checksum(ciphertext))
                .setAdditionalAuthenticatedData(ByteString.copyFrom(bound))
                .setAdditionalAuthenticatedDataCrc32C(checksum(bound))
                .build();
        DecryptResponse response = kms.ask(KeyManagementServiceClient::decryptCallable, request, left);
        byte[] key = response.getPlaintext().toByteArray();
        try {
            if (!response.hasPlaintextCrc32C() || !checksum(key).equals(response.getPlaintextCrc32C())) {
                throw ServiceTrouble.passing("a plaintext that was damaged on the way");
            }
            if (key.length != KeyMaterial.BYTES) {
                throw WrapFrame.altered();
            }
            return KeyMaterial.copyOf(key);
        } finally {
            Arrays.fill(key, (byte) 0);
        }
    }

    private static Int64Value checksum(byte[] bytes) {
        CRC32C crc = new CRC32C();
        crc.update(bytes, 0, bytes.length);
        return Int64Value.of(crc.getValue());
    }

    @Override
    public String toString() {
        return id();
    }

    @Override
    public void close() {
        kms.close();
    }
}
