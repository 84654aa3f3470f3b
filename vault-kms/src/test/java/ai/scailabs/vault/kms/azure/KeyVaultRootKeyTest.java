package ai.scailabs.vault.kms.azure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.scailabs.vault.crypto.key.KeyMaterial;
import ai.scailabs.vault.kernel.error.ErrorCode;
import ai.scailabs.vault.kernel.error.VaultException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.Signature;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.Arrays;
import java.util.concurrent.atomic.AtomicReference;
import javax.crypto.Cipher;
import org.junit.jupiter.api.Test;

class KeyVaultRootKeyTest extends AzureRootKeyContract {
    private static final int BODY_AT = 17;
    private static final int SIGNATURE_AT = 50;
    private static final int CIPHERTEXT_AT = 114;

    private final AtomicReference<Instant> now = new AtomicReference<>(Instant.parse("2026-11-26T00:00:00Z"));

    @Override
    String service() {
        return "vault.azure.net";
    }

    @Override
    String keyType() {
        return "RSA";
    }

    @Override
    String wrapOperation() {
        return "wrapkey";
    }

    @Override
    AzureKmsProperties properties(AzureKeyUrl key, Duration patience) {
        return new AzureKmsProperties(
                key, AzureKeyUrl.parse(key.vault() + "/keys/signer").orElseThrow(), patience);
    }

    @Override
    void prepare(StrictKeyVault vault) {
        vault.createKey("signer", "EC");
    }

    @Override
    Clock clock() {
        return new Clock() {
            @Override
            public ZoneId getZone() {
                return ZoneOffset.UTC;
            }

            @Override
            public Clock withZone(ZoneId zone) {
                return this;
            }

            @Override
            public Instant instant() {
                return now.get();
            }
        };
    }

    /** In particular the RSA key is never fetched, to be used here. */
    @Test
    void wrapping_isDoneByTheVault_andOnlyTheSignersPublicHalfIsFetched_onceInAWhile() {
        byte[] wrapped = wrapNew(root);
        assertThat(vault.operations()).containsExactly("wrapkey root/1", "get signer/1", "sign signer/1");
        opens(root, wrapped);
        assertThat(vault.operations()).containsExactly("get signer/1", "unwrapkey root/1");
        opens(root, wrapped);
        assertThat(vault.operations()).containsExactly("unwrapkey root/1");
        now.updateAndGet(time -> time.plus(Duration.ofMinutes(5)));
        opens(root, wrapped);
        assertThat(vault.operations()).containsExactly("get signer/1", "unwrapkey root/1");
    }

    @Test
    void wrapped_isOfTheDocumentedForm() throws GeneralSecurityException {
        byte[] wrapped = wrapNew(root);
        assertThat(wrapped).hasSize(CIPHERTEXT_AT + 256).startsWith(0x16);
        assertThat(wrapped[BODY_AT]).isEqualTo((byte) 1);
        assertThat(AzureWrapping.version(wrapped, 18))
                .isEqualTo(vault.key("root", 1).version());
        assertThat(AzureWrapping.version(wrapped, 34))
                .isEqualTo(vault.key("signer", 1).version());
        Signature signature = Signature.getInstance("SHA256withECDSAinP1363Format");
        signature.initVerify(vault.key("signer", 1).pair().getPublic());
        signature.update(message(wrapped, CONTEXT.bytes()));
        assertThat(signature.verify(Arrays.copyOfRange(wrapped, SIGNATURE_AT, CIPHERTEXT_AT)))
                .isTrue();
    }

    /** Whoever can write into the database, and has the public key, wraps a key that he knows; it lacks but the signature. */
    @Test
    void keyThatSomebodyWrappedWithThePublicHalf_isRefused_andTheVaultNotEvenAsked() throws GeneralSecurityException {
        byte[] planted = planted(wrapNew(root), vault.key("root", 1).pair());
        vault.operations();
        refuses(root, planted, ErrorCode.INTEGRITY_FAILURE);
        assertThat(vault.operations()).doesNotContain("unwrapkey root/1");
    }

    @Test
    void keyThatSomebodyWrappedAndSignedWithAKeyOfHisOwn_isRefused() throws GeneralSecurityException {
        byte[] planted = planted(wrapNew(root), vault.key("root", 1).pair());
        KeyPair own = VaultKey.generate("EC").pair();
        refuses(root, signed(planted, own), ErrorCode.INTEGRITY_FAILURE);
        vault.createKey("signer-of-somebody-else", "EC");
        byte[] named = planted.clone();
        VaultKey other = vault.key("signer-of-somebody-else", 1);
        System.arraycopy(AzureWrapping.versionBytes(other.version()), 0, named, 34, 16);
        refuses(root, signed(named, other.pair()), ErrorCode.KMS_UNAVAILABLE);
    }

    /** A signature that is good does not help a key that was wrapped for something else. */
    @Test
    void digestInsideTheCiphertext_isComparedToo() throws GeneralSecurityException {
        byte[] planted = planted(wrapNew(root), vault.key("root", 1).pair(), new byte[32]);
        refuses(root, signed(planted, vault.key("signer", 1).pair()), ErrorCode.INTEGRITY_FAILURE);
    }

    @Test
    void flippedBit_withItsChecksumMadeAnew_opensNothing() {
        byte[] wrapped = wrapNew(root);
        vault.operations();
        for (int i = BODY_AT; i < wrapped.length; i += 7) {
            byte[] altered = wrapped.clone();
            altered[i] ^= 1;
            assertThatThrownBy(() -> root.unwrap(summed(altered), CONTEXT).close())
                    .isInstanceOf(VaultException.class);
        }
        assertThat(vault.operations()).doesNotContain("unwrapkey root/1");
    }

    @Test
    void rotatedSigningKey_signsWithItsCurrentVersion_andVerifiesWithEarlierOnes() {
        byte[] old = wrapNew(root);
        String second = vault.rotate("signer", "EC");
        byte[] current = wrapNew(root);
        assertThat(AzureWrapping.version(current, 34)).isEqualTo(second);
        opens(root, old);
        opens(root, current);
    }

    @Test
    void signingKeyThatIsDisabled_isBelievedForFiveMinutesAtMost() {
        byte[] wrapped = wrapNew(root);
        opens(root, wrapped);
        vault.enable("signer", 1, false);
        wrapRefused(root);
        now.updateAndGet(time -> time.plus(Duration.ofMinutes(5)));
        refuses(root, wrapped, ErrorCode.KMS_UNAVAILABLE);
        vault.enable("signer", 1, true);
        opens(root, wrapped);
    }

    @Test
    void signingKeyOfAnotherKind_isNotUsed() {
        vault.createKey("signer", "EC-384");
        wrapRefused(root);
        vault.createKey("signer", "RSA");
        wrapRefused(root);
    }

    @Test
    void keyVaultWithoutASigningKey_andManagedHsmWithOne_areRefused() {
        AzureKeyUrl key =
                AzureKeyUrl.parse("https://acme.vault.azure.net/keys/root").orElseThrow();
        AzureKeyUrl hsm =
                AzureKeyUrl.parse("https://acme.managedhsm.azure.net/keys/root").orElseThrow();
        AzureKeyUrl china =
                AzureKeyUrl.parse("https://acme.vault.azure.cn/keys/signer").orElseThrow();
        for (AzureKmsProperties wrong : new AzureKmsProperties[] {
            new AzureKmsProperties(key, null, PATIENCE),
            new AzureKmsProperties(key, hsm, PATIENCE),
            new AzureKmsProperties(key, china, PATIENCE),
            new AzureKmsProperties(hsm, key, PATIENCE)
        }) {
            assertThatThrownBy(() -> open(wrong, peer)).isInstanceOf(IllegalStateException.class);
        }
    }

    private static byte[] planted(byte[] genuine, KeyPair rsa) throws GeneralSecurityException {
        return planted(genuine, rsa, AzureKmsRootKey.sha256(CONTEXT.bytes()));
    }

    private static byte[] planted(byte[] genuine, KeyPair rsa, byte[] digest) throws GeneralSecurityException {
        Cipher cipher = Cipher.getInstance("RSA/ECB/OAEPPadding");
        cipher.init(Cipher.ENCRYPT_MODE, rsa.getPublic(), VaultKey.OAEP_256);
        byte[] known = new byte[KeyMaterial.BYTES];
        Arrays.fill(known, (byte) 7);
        byte[] ciphertext =
                cipher.doFinal(ByteBuffer.allocate(64).put(known).put(digest).array());
        byte[] planted = genuine.clone();
        System.arraycopy(ciphertext, 0, planted, CIPHERTEXT_AT, ciphertext.length);
        return summed(planted);
    }

    private static byte[] signed(byte[] wrapped, KeyPair signer) throws GeneralSecurityException {
        Signature signature = Signature.getInstance("SHA256withECDSAinP1363Format");
        signature.initSign(signer.getPrivate());
        signature.update(message(wrapped, CONTEXT.bytes()));
        byte[] signed = wrapped.clone();
        System.arraycopy(signature.sign(), 0, signed, SIGNATURE_AT, 64);
        return summed(signed);
    }

    /** As docs/crypto-format.md has it. */
    private static byte[] message(byte[] wrapped, byte[] context) {
        byte[] ciphertext = Arrays.copyOfRange(wrapped, CIPHERTEXT_AT, wrapped.length);
        return ByteBuffer.allocate(27 + 9 + 33 + 32 + ciphertext.length)
                .put("scaivault azure root key v1".getBytes(StandardCharsets.US_ASCII))
                .put(wrapped, 0, 9)
                .put(wrapped, BODY_AT, 33)
                .put(AzureKmsRootKey.sha256(context))
                .put(ciphertext)
                .array();
    }

    private static byte[] summed(byte[] wrapped) {
        byte[] summed = wrapped.clone();
        byte[] sum = AzureKmsRootKey.sha256(Arrays.copyOfRange(wrapped, BODY_AT, wrapped.length));
        System.arraycopy(sum, 0, summed, 9, 8);
        return summed;
    }
}
