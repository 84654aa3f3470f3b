package ai.scailabs.vault.kms.aws;

import ai.scailabs.vault.crypto.key.KeyMaterial;
import ai.scailabs.vault.crypto.root.RootKey;
import ai.scailabs.vault.crypto.root.WrapContext;
import ai.scailabs.vault.kernel.error.ErrorCode;
import ai.scailabs.vault.kernel.error.VaultException;
import ai.scailabs.vault.kms.call.WrapFrame;
import java.time.Duration;
import java.util.Arrays;
import java.util.function.Supplier;
import software.amazon.awssdk.core.SdkBytes;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.http.urlconnection.UrlConnectionHttpClient;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.retries.StandardRetryStrategy;
import software.amazon.awssdk.services.kms.KmsClient;
import software.amazon.awssdk.services.kms.KmsClientBuilder;
import software.amazon.awssdk.services.kms.model.DecryptResponse;
import software.amazon.awssdk.services.kms.model.EncryptResponse;
import software.amazon.awssdk.services.kms.model.IncorrectKeyException;
import software.amazon.awssdk.services.kms.model.InvalidCiphertextException;

/**
 * A root key in AWS KMS, used through Encrypt and Decrypt. What a key is bound to is the encryption context, which CloudTrail shows. A call that is throttled or meets a fault is tried
 * again, as long as there is time; whatever else KMS does not do is {@code kms_unavailable}, with AWS's reason in the log. Thread-safe.
 *
 * <p>Wrapped: format (1 byte), which key (8), checksum (8), what KMS returned. Both are beginnings of SHA-256, of the key's ARN and of the rest; they tell damage from an outage, and spare a call.
 */
public final class AwsKmsRootKey implements RootKey, AutoCloseable {
    private static final byte FORMAT = 0x12;
    /** What KMS returns at most. */
    private static final int MAX_BLOB_BYTES = 6_144;

    private static final int TRIES = 3;
    private static final Duration LONGEST_CONNECT = Duration.ofSeconds(2);

    private final KmsClient kms;
    private final String arn;
    private final WrapFrame frame;

    private AwsKmsRootKey(KmsClient kms, String arn) {
        this.kms = kms;
        this.arn = arn;
        this.frame = new WrapFrame(FORMAT, arn, "aws:" + arn, MAX_BLOB_BYTES);
    }

    /** Asks nobody yet: KMS and the credentials for it are sought at the first call. */
    public static AwsKmsRootKey open(AwsKmsProperties properties) {
        Duration patience = properties.patience();
        Duration each = patience.dividedBy(2);
        KmsClientBuilder builder = KmsClient.builder()
                .region(Region.of(properties.key().region()))
                .httpClientBuilder(UrlConnectionHttpClient.builder()
                        .connectionTimeout(each.compareTo(LONGEST_CONNECT) < 0 ? each : LONGEST_CONNECT)
                        .socketTimeout(each))
                .overrideConfiguration(calls -> calls.apiCallTimeout(patience)
                        .apiCallAttemptTimeout(each)
                        .retryStrategy(StandardRetryStrategy.builder()
                                .maxAttempts(TRIES)
                                .build()));
        if (properties.endpoint() != null) {
            builder.endpointOverride(properties.endpoint());
        }
        return new AwsKmsRootKey(builder.build(), properties.key().text());
    }

    @Override
    public String id() {
        return "aws:" + arn;
    }

    @Override
    public byte[] wrap(KeyMaterial key, WrapContext context) {
        SdkBytes plaintext = SdkBytes.fromByteArray(key.exposeBytes());
        EncryptResponse response = asked(() ->
                kms.encrypt(request -> request.keyId(arn).plaintext(plaintext).encryptionContext(context.asMap())));
        byte[] blob = response.ciphertextBlob() == null
                ? new byte[0]
                : response.ciphertextBlob().asByteArray();
        if (blob.length == 0 || blob.length > MAX_BLOB_BYTES || !arn.equals(response.keyId())) {
            throw new VaultException(ErrorCode.KMS_UNAVAILABLE, "AWS KMS gave an answer that makes no sense");
        }
        return frame.around(blob);
    }

    @Override
    public KeyMaterial unwrap(byte[] wrapped, WrapContext context) {
        byte[] blob = frame.within(wrapped);
        DecryptResponse response = asked(() -> kms.decrypt(request ->
                request.keyId(arn).ciphertextBlob(SdkBytes.fromByteArray(blob)).encryptionContext(context.asMap())));
        byte[] key = response.plaintext() == null
                ? new byte[0]
                : response.plaintext().asByteArray();
        try {
            if (key.length != KeyMaterial.BYTES || !arn.equals(response.keyId())) {
                throw WrapFrame.altered();
            }
            return KeyMaterial.copyOf(key);
        } finally {
            Arrays.fill(key, (byte) 0);
        }
    }

    private static <T> T asked(Supplier<T> call) {
        try {
            return call.get();
        } catch (InvalidCiphertextException | IncorrectKeyException refused) {
            throw WrapFrame.altered();
        } catch (SdkException failure) {
            // Why, with names of roles and keys, is for the log.
            throw new VaultException(ErrorCode.KMS_UNAVAILABLE, "AWS KMS does not serve", failure);
        }
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
