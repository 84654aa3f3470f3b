package ai.scailabs.vault.kms.azure;

import ai.scailabs.vault.crypto.key.KeyMaterial;
import ai.scailabs.vault.crypto.root.RootKey;
import ai.scailabs.vault.crypto.root.WrapContext;
import ai.scailabs.vault.kms.call.PatientCalls;
import ai.scailabs.vault.kms.call.WrapFrame;
import com.azure.core.credential.TokenCredential;
import com.azure.core.http.HttpClient;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.time.Clock;

/**
 * A root key in Azure. A Managed HSM has AES keys, which encrypt with associated data ({@link HsmWrapping}). A Key Vault has none: an RSA key wraps, for which its public half is enough, and so a
 * second key signs what was wrapped, and for what ({@link VaultWrapping}). Private halves never leave Azure. The version of a key that wrapped is stored, and asked when it is opened. Whatever
 * Azure does not do is {@code kms_unavailable}. Thread-safe.
 *
 * <p>Wrapped: format (1 byte), which key (8), checksum (8), what the wrapping made of it. Both are beginnings of SHA-256, of the key's URL without a version and of the rest; they tell
 * damage from an outage, and spare a call.
 */
public final class AzureKmsRootKey implements RootKey, AutoCloseable {
    private static final byte FORMAT = 0x16;
    private static final int MAX_BODY_BYTES = 2_031;

    private final String url;
    private final AzureWrapping wrapping;
    private final PatientCalls calls;
    private final WrapFrame frame;

    private AzureKmsRootKey(String url, WrapFrame frame, AzureWrapping wrapping, PatientCalls calls) {
        this.url = url;
        this.wrapping = wrapping;
        this.calls = calls;
        this.frame = frame;
    }

    /** Asks nobody yet: Azure and the credentials for it are sought at the first call. */
    public static AzureKmsRootKey open(AzureKmsProperties properties, SecureRandom random, Clock clock) {
        return open(
                properties,
                random,
                clock,
                AzureConnection.environment(),
                AzureConnection.http(properties.patience().dividedBy(2)));
    }

    static AzureKmsRootKey open(
            AzureKmsProperties properties,
            SecureRandom random,
            Clock clock,
            TokenCredential credential,
            HttpClient http) {
        AzureKeyUrl key = properties.key();
        AzureConnection azure = new AzureConnection(key.service(), credential, http);
        PatientCalls calls = new PatientCalls("Azure Key Vault", properties.patience(), random);
        AzureKeyUrl signingKey = properties.signingKey();
        if (!AzureKmsProperties.fit(key, signingKey)) {
            throw new IllegalStateException(
                    "a root key in a Key Vault needs a signing key in one; a root key in a Managed HSM takes none");
        }
        WrapFrame frame = new WrapFrame(FORMAT, key.key(), "azure:" + key.key(), MAX_BODY_BYTES);
        AzureWrapping wrapping = signingKey == null
                ? new HsmWrapping(azure, key)
                : new VaultWrapping(azure, key, new SigningKeys(azure, signingKey, clock), frame.header());
        return new AzureKmsRootKey(key.key(), frame, wrapping, calls);
    }

    @Override
    public String id() {
        return "azure:" + url;
    }

    @Override
    public byte[] wrap(KeyMaterial key, WrapContext context) {
        byte[] bound = context.bytes();
        // A copy: when the caller is answered, the call may still be under way.
        KeyMaterial sent = key.copy();
        byte[] body = calls.make(left -> wrapping.wrap(sent.exposeBytes(), bound), sent::close, late -> {});
        return frame.around(body);
    }

    @Override
    public KeyMaterial unwrap(byte[] wrapped, WrapContext context) {
        byte[] body = frame.within(wrapped);
        byte[] bound = context.bytes();
        return calls.make(left -> wrapping.unwrap(body, bound), () -> {}, KeyMaterial::close);
    }

    static byte[] sha256(byte[]... parts) {
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            for (byte[] part : parts) {
                digest.update(part);
            }
            return digest.digest();
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("the Java runtime lacks SHA-256", e);
        }
    }

    @Override
    public String toString() {
        return id();
    }

    /** Connections end by themselves when they are idle. */
    @Override
    public void close() {
        wrapping.close();
    }
}
