package ai.scailabs.vault.crypto.envelope;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.scailabs.vault.crypto.root.TestRootKey;
import ai.scailabs.vault.kernel.error.ErrorCode;
import ai.scailabs.vault.kernel.error.VaultException;
import ai.scailabs.vault.kernel.id.Ids;
import ai.scailabs.vault.kernel.path.SecretPath;
import ai.scailabs.vault.kernel.sensitive.SensitiveBytes;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.time.Clock;
import java.util.Arrays;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;

class EnvelopeCipherTest {
    private final SecureRandom random = new SecureRandom();
    private final TestRootKey root = TestRootKey.random();
    private final EnvelopeCipher cipher = new EnvelopeCipher(root, new Ids(Clock.systemUTC(), random), random);
    private final KeyChain chain = TestChains.of(cipher, "tnt_a", "ptn_a");
    private final ValuePlace place = new ValuePlace(chain.tenant(), new SecretPath("app/db"), 3);

    @Test
    void sealedValue_opensAtItsPlace() {
        SealedValue sealed = cipher.seal(chain, place, bytes("hunter2"));
        assertThat(text(cipher.open(chain, place, sealed))).isEqualTo("hunter2");
        assertThat(sealed.tenantKeyId()).isEqualTo(chain.tenantKeyId());
    }

    @Test
    void emptyAndLargeValues_open() {
        byte[] large = new byte[1 << 20];
        random.nextBytes(large);
        for (byte[] plaintext : new byte[][] {new byte[0], {0}, large}) {
            SealedValue sealed = cipher.seal(chain, place, SensitiveBytes.owning(plaintext.clone()));
            try (SensitiveBytes opened = cipher.open(chain, place, sealed)) {
                assertThat(Arrays.equals(opened.expose(), plaintext)).isTrue();
            }
        }
    }

    @Test
    void sealingLeavesThePlaintextToItsOwner() {
        try (SensitiveBytes plaintext = bytes("hunter2")) {
            cipher.seal(chain, place, plaintext);
            assertThat(plaintext.expose()).isEqualTo("hunter2".getBytes(StandardCharsets.UTF_8));
        }
    }

    @Test
    void sameValueSealedTwice_sharesNeitherKeyNorNonceNorBytes() {
        SealedValue one = cipher.seal(chain, place, bytes("hunter2"));
        SealedValue two = cipher.seal(chain, place, bytes("hunter2"));
        assertThat(Ciphertext.dataKeyId(one.ciphertext())).isNotEqualTo(Ciphertext.dataKeyId(two.ciphertext()));
        assertThat(Arrays.copyOfRange(one.ciphertext(), 17, one.ciphertext().length))
                .isNotEqualTo(Arrays.copyOfRange(two.ciphertext(), 17, two.ciphertext().length));
        assertThat(Arrays.copyOfRange(one.wrappedDataKey(), 17, 41))
                .isNotEqualTo(Arrays.copyOfRange(two.wrappedDataKey(), 17, 41));
    }

    @Test
    void ciphertext_doesNotNameTheTenantKey() {
        SealedValue sealed = cipher.seal(chain, place, bytes("hunter2"));
        HexFormat hex = HexFormat.of();
        assertThat(hex.formatHex(sealed.ciphertext()))
                .doesNotContain(hex.formatHex(chain.tenantKeyId().bytes()));
    }

    @Test
    void everyCall_asksTheRootKeyOnceAndWipesWhatItGave() {
        SealedValue sealed = cipher.seal(chain, place, bytes("hunter2"));
        root.forget();
        cipher.open(chain, place, sealed).close();
        assertThat(root.handedOut()).hasSize(1).allMatch(key -> key.isClosed());
        cipher.seal(chain, place, bytes("hunter2"));
        cipher.mac(chain, "cursor", new byte[0]);
        assertThat(root.handedOut()).hasSize(3).allMatch(key -> key.isClosed());
    }

    @Test
    void failedOpening_wipesTheKeysToo() {
        SealedValue sealed = cipher.seal(chain, place, bytes("hunter2"));
        root.forget();
        ValuePlace elsewhere = new ValuePlace(chain.tenant(), new SecretPath("app/dc"), 3);
        assertThatThrownBy(() -> cipher.open(chain, elsewhere, sealed)).isInstanceOf(VaultException.class);
        assertThat(root.handedOut()).hasSize(1).allMatch(key -> key.isClosed());
    }

    @Test
    void unreachableRootKey_isNotMistakenForDamage() {
        SealedValue sealed = cipher.seal(chain, place, bytes("hunter2"));
        root.fail(new VaultException(ErrorCode.KMS_UNAVAILABLE, "no answer"));
        assertThatThrownBy(() -> cipher.open(chain, place, sealed))
                .isInstanceOfSatisfying(
                        VaultException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.KMS_UNAVAILABLE));
    }

    @Test
    void refusal_namesThePlaceAndNoBytes() {
        SealedValue sealed = cipher.seal(chain, place, bytes("hunter2"));
        ValuePlace elsewhere = new ValuePlace(chain.tenant(), new SecretPath("app/db"), 4);
        assertThatThrownBy(() -> cipher.open(chain, elsewhere, sealed))
                .hasMessage("The value of version 4 of app/db of tnt_a does not open");
    }

    @Test
    void sealedRecord_opensForItsPurposeAndIdOnly() {
        byte[] sealed = cipher.sealRecord(chain, "idempotent-reply", "idem_1", bytes("{}"));

        assertThat(text(cipher.openRecord(chain, "idempotent-reply", "idem_1", sealed)))
                .isEqualTo("{}");
        assertThat(EnvelopeCipher.tenantKeyIdOfRecord(sealed)).isEqualTo(chain.tenantKeyId());
        refuses(() -> cipher.openRecord(chain, "idempotent-replz", "idem_1", sealed));
        refuses(() -> cipher.openRecord(chain, "idempotent-reply", "idem_2", sealed));
        refuses(() -> cipher.openRecord(TestChains.of(cipher, "tnt_b", "ptn_a"), "idempotent-reply", "idem_1", sealed));
    }

    @Test
    void illegalPurpose_isAProgrammingError() {
        for (String purpose : new String[] {"", "Cursor", "a:b", "a b", "x".repeat(64), "1a"}) {
            assertThatThrownBy(() -> cipher.mac(chain, purpose, new byte[0]))
                    .isInstanceOf(IllegalArgumentException.class);
            assertThatThrownBy(() -> cipher.sealRecord(chain, purpose, "id", bytes("x")))
                    .isInstanceOf(IllegalArgumentException.class);
        }
    }

    @Test
    void mac_dependsOnPurposeMessageTenantAndKey() {
        byte[] message = {1, 2, 3};
        byte[] mac = cipher.mac(chain, "cursor", message);
        assertThat(mac).hasSize(32).isEqualTo(cipher.mac(chain, "cursor", message));
        assertThat(cipher.mac(chain, "cursos", message)).isNotEqualTo(mac);
        assertThat(cipher.mac(chain, "cursor", new byte[] {1, 2, 4})).isNotEqualTo(mac);
        assertThat(cipher.mac(TestChains.nextTenantKey(cipher, chain), "cursor", message))
                .isNotEqualTo(mac);
        assertThat(cipher.mac(TestChains.of(cipher, "tnt_b", "ptn_a"), "cursor", message))
                .isNotEqualTo(mac);
    }

    @Test
    void chain_mayBeCachedAndPrintsNoWrappedBytes() {
        KeyChain same = new KeyChain(
                chain.tenant(),
                chain.partnerId(),
                chain.partnerKeyId(),
                chain.wrappedPartnerKey().clone(),
                chain.tenantKeyId(),
                chain.wrappedTenantKey().clone());
        assertThat(same).isEqualTo(chain).hasSameHashCodeAs(chain);
        assertThat(chain.toString()).contains("tnt_a", "ptn_a", "key_").doesNotContain("[B@");
    }

    private static void refuses(Runnable opening) {
        assertThatThrownBy(opening::run)
                .isInstanceOfSatisfying(
                        VaultException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.INTEGRITY_FAILURE));
    }

    private static SensitiveBytes bytes(String text) {
        return SensitiveBytes.owning(text.getBytes(StandardCharsets.UTF_8));
    }

    private static String text(SensitiveBytes opened) {
        try (opened) {
            return new String(opened.expose(), StandardCharsets.UTF_8);
        }
    }
}
