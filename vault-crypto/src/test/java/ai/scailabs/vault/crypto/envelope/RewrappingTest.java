package ai.scailabs.vault.crypto.envelope;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.scailabs.vault.crypto.key.KeyMaterial;
import ai.scailabs.vault.crypto.root.RootKey;
import ai.scailabs.vault.crypto.root.TestRootKey;
import ai.scailabs.vault.crypto.root.WrapContext;
import ai.scailabs.vault.kernel.error.ErrorCode;
import ai.scailabs.vault.kernel.error.VaultException;
import ai.scailabs.vault.kernel.id.Ids;
import ai.scailabs.vault.kernel.id.TenantId;
import ai.scailabs.vault.kernel.path.SecretPath;
import ai.scailabs.vault.kernel.sensitive.SensitiveBytes;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.time.Clock;
import java.util.Arrays;
import java.util.List;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class RewrappingTest {
    private final SecureRandom random = new SecureRandom();
    private final TestRootKey root = TestRootKey.random();
    private final EnvelopeCipher cipher = new EnvelopeCipher(root, new Ids(Clock.systemUTC(), random), random);
    private final KeyRotation rotation = new KeyRotation(root, random);
    private KeyChain old;
    private KeyChain next;
    private ValuePlace place;

    @BeforeEach
    void twoGenerations() {
        WrappedKey partnerKey = cipher.newPartnerKey("ptn_acme");
        old = TestChains.withPartnerKey(cipher, "tnt_acme", "ptn_acme", partnerKey);
        next = TestChains.nextTenantKey(cipher, old);
        place = new ValuePlace(old.tenant(), new SecretPath("app/db"), 3);
    }

    @Test
    void keyOfAnotherPlaceTenantOrCiphertext_isRefused_andTheBatchGoesOn() {
        SealedValue sealed = cipher.seal(old, place, bytes("hunter2"));
        byte[] otherHead = cipher.seal(old, place, bytes("hunter3")).ciphertext();
        KeyChain foreign = TestChains.withPartnerKey(cipher, "tnt_other", "ptn_acme", cipher.newPartnerKey("ptn_acme"));
        byte[] altered = sealed.wrappedDataKey().clone();
        altered[60] ^= 1;
        try (Rewrapping keys = rotation.towards(next)) {
            ValuePlace elsewhere = new ValuePlace(old.tenant(), new SecretPath("app/db"), 4);
            refused(() -> keys.valueKey(old, elsewhere, sealed.ciphertext(), sealed.wrappedDataKey()));
            refused(() -> keys.valueKey(old, place, otherHead, sealed.wrappedDataKey()));
            refused(() -> keys.valueKey(old, place, new byte[17], sealed.wrappedDataKey()));
            refused(() -> keys.valueKey(old, place, sealed.ciphertext(), altered));
            refused(() -> keys.valueKey(next, place, sealed.ciphertext(), sealed.wrappedDataKey()));
            refused(() -> keys.valueKey(foreign, place, sealed.ciphertext(), sealed.wrappedDataKey()));
            ValuePlace ofAnother = new ValuePlace(foreign.tenant(), place.path(), 3);
            refused(() -> keys.valueKey(old, ofAnother, sealed.ciphertext(), sealed.wrappedDataKey()));

            byte[] anew = keys.valueKey(old, place, sealed.ciphertext(), sealed.wrappedDataKey());
            assertThat(text(cipher.open(next, place, new SealedValue(anew, sealed.ciphertext()))))
                    .isEqualTo("hunter2");
        }
    }

    @Test
    void batch_asksTheRootKeyOnceForEachGeneration_andWipesAllOfThem() {
        KeyChain third = TestChains.nextTenantKey(cipher, old);
        SealedValue one = cipher.seal(old, place, bytes("1"));
        SealedValue two = cipher.seal(next, place, bytes("2"));
        root.forget();
        try (Rewrapping keys = rotation.towards(third)) {
            for (int i = 0; i < 10; i++) {
                // The head of the ciphertext is enough.
                keys.valueKey(old, place, Arrays.copyOf(one.ciphertext(), 17), one.wrappedDataKey());
                keys.valueKey(next, place, Arrays.copyOf(two.ciphertext(), 17), two.wrappedDataKey());
            }
        }
        assertThat(root.handedOut()).hasSize(3).allMatch(KeyMaterial::isClosed);
    }

    @Test
    void generationThatDoesNotOpen_isAskedForOnce_andOneThatCannotBeReachedAgain() {
        SealedValue sealed = cipher.seal(old, place, bytes("hunter2"));
        byte[] altered = old.wrappedTenantKey().clone();
        altered[60] ^= 1;
        KeyChain broken = new KeyChain(
                old.tenant(), old.partnerId(), old.partnerKeyId(), old.wrappedPartnerKey(), old.tenantKeyId(), altered);
        root.forget();
        try (Rewrapping keys = rotation.towards(next)) {
            for (int i = 0; i < 5; i++) {
                refused(() -> keys.valueKey(broken, place, sealed.ciphertext(), sealed.wrappedDataKey()));
            }
        }
        assertThat(root.handedOut()).hasSize(2).allMatch(KeyMaterial::isClosed);
        root.fail(new VaultException(ErrorCode.KMS_UNAVAILABLE, "away"));
        assertThatThrownBy(() -> rotation.towards(next))
                .isInstanceOfSatisfying(
                        VaultException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.KMS_UNAVAILABLE));
    }

    @Test
    void record_keepsItsCiphertext_andOpensUnderTheNewGenerationOnly() {
        byte[] sealed = cipher.sealRecord(old, "reply", "idem_1", bytes("kept"));
        try (Rewrapping keys = rotation.towards(next)) {
            refused(() -> keys.record(old, "reply", "idem_2", sealed));
            refused(() -> keys.record(old, "other", "idem_1", sealed));
            refused(() -> keys.record(old, "reply", "idem_1", new byte[] {3}));
            byte[] anew = keys.record(old, "reply", "idem_1", sealed);

            assertThat(Arrays.copyOfRange(anew, 90, anew.length))
                    .isEqualTo(Arrays.copyOfRange(sealed, 90, sealed.length));
            assertThat(text(cipher.openRecord(next, "reply", "idem_1", anew))).isEqualTo("kept");
            refused(() -> cipher.openRecord(old, "reply", "idem_1", anew));
        }
    }

    @Test
    void tenantKeyUnderAnotherPartnerKey_isTheSameKey() {
        WrappedKey from = new WrappedKey(old.partnerKeyId(), old.wrappedPartnerKey());
        WrappedKey to = cipher.newPartnerKey("ptn_acme");
        SealedValue sealed = cipher.seal(old, place, bytes("hunter2"));
        try (TenantKeyRewrapping keys = rotation.towards("ptn_acme", to)) {
            refused(() -> keys.tenantKey(from, new TenantId("tnt_other"), old.tenantKeyId(), old.wrappedTenantKey()));
            refused(() -> keys.tenantKey(from, old.tenant(), next.tenantKeyId(), old.wrappedTenantKey()));
            byte[] anew = keys.tenantKey(from, old.tenant(), old.tenantKeyId(), old.wrappedTenantKey());
            KeyChain over = new KeyChain(old.tenant(), "ptn_acme", to.id(), to.wrapped(), old.tenantKeyId(), anew);
            assertThat(text(cipher.open(over, place, sealed))).isEqualTo("hunter2");
        }
        refused(() -> rotation.towards("ptn_other", to).close());
    }

    @Test
    void partnerKey_isWrappedAnew_andStaysTheSame() {
        byte[] anew = rotation.partnerKey("ptn_acme", old.partnerKeyId(), old.wrappedPartnerKey(), List.of());

        assertThat(anew).isNotEqualTo(old.wrappedPartnerKey());
        SealedValue sealed = cipher.seal(old, place, bytes("hunter2"));
        KeyChain over = new KeyChain(
                old.tenant(), "ptn_acme", old.partnerKeyId(), anew, old.tenantKeyId(), old.wrappedTenantKey());
        assertThat(text(cipher.open(over, place, sealed))).isEqualTo("hunter2");
        refused(() -> rotation.partnerKey("ptn_other", old.partnerKeyId(), old.wrappedPartnerKey(), List.of()));
        assertThat(root.handedOut()).allMatch(KeyMaterial::isClosed);
    }

    /** What such a root key gives must not take the place of what still opens. */
    @Test
    void rootKeyThatGivesBackAnotherKey_orNone_isNotBelieved() {
        for (boolean another : new boolean[] {true, false}) {
            KeyRotation unsound = new KeyRotation(new UnsoundRootKey(another), random);
            assertThatThrownBy(() ->
                            unsound.partnerKey("ptn_acme", old.partnerKeyId(), old.wrappedPartnerKey(), List.of()))
                    .isInstanceOfSatisfying(
                            VaultException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.KMS_UNAVAILABLE));
        }
    }

    private static SensitiveBytes bytes(String text) {
        return SensitiveBytes.owning(text.getBytes(StandardCharsets.UTF_8));
    }

    private static String text(SensitiveBytes opened) {
        try (opened) {
            return new String(opened.expose(), StandardCharsets.UTF_8);
        }
    }

    private static void refused(ThrowingCallable call) {
        assertThatThrownBy(call)
                .isInstanceOfSatisfying(
                        VaultException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.INTEGRITY_FAILURE));
    }

    /** Opens what is old, and wraps another key, or nothing that opens. */
    private final class UnsoundRootKey implements RootKey {
        private final boolean another;

        private UnsoundRootKey(boolean another) {
            this.another = another;
        }

        @Override
        public String id() {
            return root.id();
        }

        @Override
        public byte[] wrap(KeyMaterial key, WrapContext context) {
            if (!another) {
                return new byte[80];
            }
            try (KeyMaterial other = KeyMaterial.generate(random)) {
                return root.wrap(other, context);
            }
        }

        @Override
        public KeyMaterial unwrap(byte[] wrapped, WrapContext context) {
            return root.unwrap(wrapped, context);
        }
    }
}
