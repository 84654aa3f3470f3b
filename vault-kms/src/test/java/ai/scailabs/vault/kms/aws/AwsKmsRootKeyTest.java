package ai.scailabs.vault.kms.aws;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.scailabs.vault.crypto.key.KeyId;
import ai.scailabs.vault.crypto.key.KeyMaterial;
import ai.scailabs.vault.crypto.root.RootKey;
import ai.scailabs.vault.crypto.root.RootKeyContract;
import ai.scailabs.vault.crypto.root.WrapContext;
import ai.scailabs.vault.kernel.error.ErrorCode;
import ai.scailabs.vault.kernel.error.VaultException;
import ai.scailabs.vault.testkit.TestMoto;
import java.net.URI;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Against moto, which encrypts for real, and for what moto does not play against answers as KMS documents them. */
class AwsKmsRootKeyTest extends RootKeyContract {
    private static final WrapContext CONTEXT = new WrapContext("ptn_acme", KeyId.of(new UUID(1, 2)), "partner-key");
    private static final SecureRandom RANDOM = new SecureRandom();
    private static final Duration PATIENCE = Duration.ofSeconds(20);

    private static TestMoto moto;
    private static AwsKmsRootKey root;
    private static AwsKmsRootKey another;

    @BeforeAll
    static void start() {
        moto = TestMoto.start();
        root = open(moto.createKey(), moto.endpoint(), PATIENCE);
        another = open(moto.createKey(), moto.endpoint(), PATIENCE);
    }

    @AfterAll
    static void stop() {
        root.close();
        another.close();
        moto.close();
    }

    @Override
    protected RootKey rootKey() {
        return root;
    }

    @Override
    protected RootKey anotherRootKey() {
        return another;
    }

    @Test
    void id_isTheKeysName() {
        assertThat(root.id())
                .matches("aws:arn:aws:kms:eu-central-1:[0-9]{12}:key/.+")
                .isEqualTo(root.toString());
    }

    @ParameterizedTest
    @CsvSource({
        "400, DisabledException",
        "400, KMSInvalidStateException",
        "400, NotFoundException",
        "400, AccessDeniedException",
        "400, ExpiredTokenException",
        "400, UnrecognizedClientException",
        "400, ThrottlingException",
        "400, LimitExceededException",
        "500, KMSInternalException",
        "500, DependencyTimeoutException",
        "503, ServiceUnavailable",
        "302, Elsewhere"
    })
    void whatKmsDoesNotDo_isKmsUnavailable_andItsReasonIsNotForCallers(int status, String type) {
        byte[] wrapped = wrapNew(root);
        try (FaultyKms faulty = new FaultyKms();
                AwsKmsRootKey key = open(arn(), faulty.endpoint(), PATIENCE)) {
            faulty.refusesWith(status, type);
            refuses(key, wrapped, ErrorCode.KMS_UNAVAILABLE);
            assertThatThrownBy(() -> wrapNew(key)).isInstanceOfSatisfying(VaultException.class, e -> {
                assertThat(e.code()).isEqualTo(ErrorCode.KMS_UNAVAILABLE);
                assertThat(e).hasMessageNotContaining("not for callers");
            });
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"InvalidCiphertextException", "IncorrectKeyException"})
    void ciphertextThatKmsDoesNotTake_isAnIntegrityFailure_andAskedOnce(String type) {
        byte[] wrapped = wrapNew(root);
        try (FaultyKms faulty = new FaultyKms();
                AwsKmsRootKey key = open(arn(), faulty.endpoint(), PATIENCE)) {
            faulty.refusesWith(400, type);
            refuses(key, wrapped, ErrorCode.INTEGRITY_FAILURE);
            assertThat(faulty.calls()).isEqualTo(1);
        }
    }

    @ParameterizedTest
    @CsvSource({"400, ThrottlingException", "500, KMSInternalException"})
    void throttlingAndFaults_areTriedAgain_butNotWithoutEnd(int status, String type) {
        byte[] wrapped = wrapNew(root);
        try (FaultyKms faulty = new FaultyKms();
                AwsKmsRootKey key = open(arn(), faulty.endpoint(), PATIENCE)) {
            faulty.refusesWith(status, type);
            refuses(key, wrapped, ErrorCode.KMS_UNAVAILABLE);
            assertThat(faulty.calls()).isEqualTo(3);
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "<html>",
                "{}",
                "{\"Plaintext\":\"AAAA\"}",
                "{\"Plaintext\":\"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\",\"KeyId\":\"arn:aws:kms:eu-central-1:000000000000:key/another\"}"
            })
    void answersThatMakeNoSense_giveNoKey(String body) {
        byte[] wrapped = wrapNew(root);
        try (FaultyKms faulty = new FaultyKms();
                AwsKmsRootKey key = open(arn(), faulty.endpoint(), PATIENCE)) {
            faulty.says(200, body);
            assertThatThrownBy(() -> key.unwrap(wrapped, CONTEXT).close())
                    .isInstanceOfSatisfying(
                            VaultException.class,
                            e -> assertThat(e.code()).isIn(ErrorCode.KMS_UNAVAILABLE, ErrorCode.INTEGRITY_FAILURE));
            assertThatThrownBy(() -> wrapNew(key))
                    .isInstanceOfSatisfying(
                            VaultException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.KMS_UNAVAILABLE));
        }
    }

    @Test
    void kmsThatHangs_isKmsUnavailableInTime() {
        byte[] wrapped = wrapNew(root);
        CountDownLatch end = new CountDownLatch(1);
        try (FaultyKms faulty = new FaultyKms();
                AwsKmsRootKey key = open(arn(), faulty.endpoint(), Duration.ofMillis(600))) {
            faulty.hangsUntil(end);
            long begin = System.nanoTime();
            refuses(key, wrapped, ErrorCode.KMS_UNAVAILABLE);
            assertThat(Duration.ofNanos(System.nanoTime() - begin)).isLessThan(Duration.ofSeconds(5));
            end.countDown();
        }
    }

    @Test
    void kmsThatIsDown_isKmsUnavailable_andServesOnceItIsThere() {
        byte[] wrapped = wrapNew(root);
        FaultyKms gone = new FaultyKms();
        gone.close();
        try (AwsKmsRootKey key = open(arn(), gone.endpoint(), PATIENCE)) {
            refuses(key, wrapped, ErrorCode.KMS_UNAVAILABLE);
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "1234abcd-12ab-34cd-56ef-1234567890ab",
                "alias/root",
                "arn:aws:kms:eu-central-1:111122223333:alias/root",
                "arn:aws:s3:eu-central-1:111122223333:key/1234",
                "arn:aws:kms:eu-central-1:111122223333:key/",
                "arn:aws:kms:eu-central-1:111122223333:key/../x",
                "arn:aws:kms:evil.example/:111122223333:key/1234"
            })
    void whatIsNotTheArnOfAKey_isNone(String text) {
        assertThat(AwsKeyArn.parse(text)).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({
        "arn:aws:kms:eu-central-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab, eu-central-1",
        "arn:aws-us-gov:kms:us-gov-west-1:111122223333:key/mrk-1234abcd12ab34cd56ef1234567890ab, us-gov-west-1"
    })
    void arnOfAKey_namesItsRegion(String text, String region) {
        assertThat(AwsKeyArn.parse(text))
                .hasValueSatisfying(arn -> assertThat(arn.region()).isEqualTo(region));
    }

    private static String arn() {
        return root.id().substring("aws:".length());
    }

    private static AwsKmsRootKey open(String arn, URI endpoint, Duration patience) {
        return AwsKmsRootKey.open(new AwsKmsProperties(AwsKeyArn.parse(arn).orElseThrow(), endpoint, patience));
    }

    private static byte[] wrapNew(RootKey key) {
        try (KeyMaterial material = KeyMaterial.generate(RANDOM)) {
            return key.wrap(material, CONTEXT);
        }
    }

    private static void refuses(RootKey key, byte[] wrapped, ErrorCode code) {
        assertThatThrownBy(() -> key.unwrap(wrapped, CONTEXT).close())
                .isInstanceOfSatisfying(
                        VaultException.class, e -> assertThat(e.code()).isEqualTo(code));
    }
}
