package ai.scailabs.vault.crypto.envelope;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.scailabs.vault.crypto.key.KeyId;
import ai.scailabs.vault.crypto.root.TestRootKey;
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
import java.util.UUID;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

/** Every byte altered, every field exchanged, every row moved: nothing opens, and the refusal is always the same kind. */
class EnvelopeTamperingTest {
    private static final String PLAINTEXT = "correct horse battery staple";

    private final SecureRandom random = new SecureRandom();
    private final TestRootKey root = TestRootKey.random();
    private final EnvelopeCipher cipher = new EnvelopeCipher(root, new Ids(Clock.systemUTC(), random), random);
    private final KeyChain chain = TestChains.of(cipher, "tnt_a", "ptn_a");
    private final ValuePlace place = place("tnt_a", "app/db", 3);
    private final SealedValue sealed = cipher.seal(chain, place, plaintext());

    @Test
    void flippedBitAnywhereInTheRow_isRefused() {
        eachFlip(
                sealed.ciphertext(),
                altered -> refuses(chain, place, new SealedValue(sealed.wrappedDataKey(), altered)));
        eachFlip(
                sealed.wrappedDataKey(),
                altered -> refuses(chain, place, new SealedValue(altered, sealed.ciphertext())));
    }

    @Test
    void flippedBitAnywhereInTheChain_isRefused() {
        eachFlip(
                chain.wrappedTenantKey(),
                altered -> refuses(withTenantKey(chain.tenantKeyId(), altered), place, sealed));
        eachFlip(
                chain.wrappedPartnerKey(),
                altered -> refuses(withPartnerKey(chain.partnerKeyId(), altered), place, sealed));
    }

    @Test
    void truncatedAndExtendedBytes_areRefused() {
        for (int length = 0; length < sealed.ciphertext().length; length++) {
            refuses(chain, place, new SealedValue(sealed.wrappedDataKey(), Arrays.copyOf(sealed.ciphertext(), length)));
        }
        for (int length = 0; length < sealed.wrappedDataKey().length; length++) {
            refuses(chain, place, new SealedValue(Arrays.copyOf(sealed.wrappedDataKey(), length), sealed.ciphertext()));
        }
        for (int length = 0; length < chain.wrappedTenantKey().length; length++) {
            refuses(withTenantKey(chain.tenantKeyId(), Arrays.copyOf(chain.wrappedTenantKey(), length)), place, sealed);
        }
        int extended = sealed.ciphertext().length + 1;
        refuses(chain, place, new SealedValue(sealed.wrappedDataKey(), Arrays.copyOf(sealed.ciphertext(), extended)));
        refuses(chain, place, new SealedValue(Arrays.copyOf(sealed.wrappedDataKey(), 90), sealed.ciphertext()));
        refuses(withTenantKey(chain.tenantKeyId(), Arrays.copyOf(chain.wrappedTenantKey(), 90)), place, sealed);
    }

    @Test
    void unknownFormats_areRefused() {
        for (int format = 0; format < 256; format++) {
            if (format != KeyWrap.FORMAT) {
                byte[] wrapped = sealed.wrappedDataKey().clone();
                wrapped[0] = (byte) format;
                refuses(chain, place, new SealedValue(wrapped, sealed.ciphertext()));
                assertThatThrownBy(() -> new SealedValue(wrapped, sealed.ciphertext()).tenantKeyId())
                        .satisfies(EnvelopeTamperingTest::isIntegrityFailure);
            }
            if (format != Ciphertext.FORMAT) {
                byte[] ciphertext = sealed.ciphertext().clone();
                ciphertext[0] = (byte) format;
                refuses(chain, place, new SealedValue(sealed.wrappedDataKey(), ciphertext));
            }
        }
    }

    @Test
    void movedToAnotherPathOrVersion_isRefused() {
        refuses(chain, place("tnt_a", "app/dc", 3), sealed);
        refuses(chain, place("tnt_a", "app/db", 4), sealed);
        refuses(chain, place("tnt_a", "app", 3), sealed);
        refuses(chain, place("tnt_a", "app/db/x", 3), sealed);
    }

    @Test
    void movedToAnotherTenant_isRefusedWithEitherChain() {
        KeyChain theirs = TestChains.withPartnerKey(
                cipher, "tnt_b", "ptn_a", new WrappedKey(chain.partnerKeyId(), chain.wrappedPartnerKey()));
        refuses(theirs, place("tnt_b", "app/db", 3), sealed);
        refuses(theirs, place, sealed);
        refuses(chain, place("tnt_b", "app/db", 3), sealed);
    }

    /** Somebody who may write the whole database says that tenant B owns tenant A's key as well. */
    @Test
    void chainRelabelledToAnotherTenant_isRefused() {
        KeyChain relabelled = new KeyChain(
                new TenantId("tnt_b"),
                chain.partnerId(),
                chain.partnerKeyId(),
                chain.wrappedPartnerKey(),
                chain.tenantKeyId(),
                chain.wrappedTenantKey());
        refuses(relabelled, place("tnt_b", "app/db", 3), sealed);
    }

    @Test
    void chainWithAnyExchangedName_isRefused() {
        KeyId other = KeyId.of(new UUID(7, 7));
        refuses(withTenantKey(other, chain.wrappedTenantKey()), place, sealed);
        refuses(withPartnerKey(other, chain.wrappedPartnerKey()), place, sealed);
        KeyChain otherPartner = new KeyChain(
                chain.tenant(),
                "ptn_b",
                chain.partnerKeyId(),
                chain.wrappedPartnerKey(),
                chain.tenantKeyId(),
                chain.wrappedTenantKey());
        refuses(otherPartner, place, sealed);
    }

    @Test
    void keysExchangedBetweenChains_areRefused() {
        KeyChain theirs = TestChains.of(cipher, "tnt_b", "ptn_b");
        KeyChain next = TestChains.nextTenantKey(cipher, chain);
        refuses(withTenantKey(chain.tenantKeyId(), theirs.wrappedTenantKey()), place, sealed);
        refuses(withTenantKey(chain.tenantKeyId(), next.wrappedTenantKey()), place, sealed);
        refuses(withTenantKey(next.tenantKeyId(), next.wrappedTenantKey()), place, sealed);
        refuses(withPartnerKey(chain.partnerKeyId(), theirs.wrappedPartnerKey()), place, sealed);
        refuses(withPartnerKey(theirs.partnerKeyId(), theirs.wrappedPartnerKey()), place, sealed);
    }

    @Test
    void columnsExchangedBetweenRows_areRefused() {
        SealedValue otherVersion = cipher.seal(chain, place("tnt_a", "app/db", 4), plaintext());
        SealedValue samePlace = cipher.seal(chain, place, plaintext());
        for (SealedValue other : new SealedValue[] {otherVersion, samePlace}) {
            refuses(chain, place, new SealedValue(other.wrappedDataKey(), sealed.ciphertext()));
            refuses(chain, place, new SealedValue(sealed.wrappedDataKey(), other.ciphertext()));
        }
        refuses(chain, place, new SealedValue(sealed.ciphertext(), sealed.wrappedDataKey()));
        refuses(chain, place, new SealedValue(chain.wrappedTenantKey(), sealed.ciphertext()));
    }

    @Test
    void recordAndValue_neverStandForEachOther() {
        byte[] row = cipher.sealRecord(chain, "reply", "app/db", plaintext());
        byte[] wrappedKey = Arrays.copyOfRange(row, 1, 1 + KeyWrap.BYTES);
        byte[] ciphertext = Arrays.copyOfRange(row, 1 + KeyWrap.BYTES, row.length);
        refuses(chain, place, new SealedValue(wrappedKey, ciphertext));
    }

    @Test
    void alteredRecord_isRefused() {
        byte[] row = cipher.sealRecord(chain, "reply", "idem_1", plaintext());
        eachFlip(
                row,
                altered -> assertThatThrownBy(() -> cipher.openRecord(chain, "reply", "idem_1", altered))
                        .satisfies(EnvelopeTamperingTest::isIntegrityFailure));
        for (int length = 0; length < row.length; length++) {
            byte[] truncated = Arrays.copyOf(row, length);
            assertThatThrownBy(() -> cipher.openRecord(chain, "reply", "idem_1", truncated))
                    .satisfies(EnvelopeTamperingTest::isIntegrityFailure);
        }
        assertThatThrownBy(() -> EnvelopeCipher.tenantKeyIdOfRecord(new byte[0]))
                .satisfies(EnvelopeTamperingTest::isIntegrityFailure);
    }

    @Test
    void newTenantKeyUnderAForeignPartnerKey_isRefused() {
        WrappedKey partnerKey = cipher.newPartnerKey("ptn_b");
        assertThatThrownBy(() ->
                        cipher.newTenantKey(new TenantId("tnt_a"), "ptn_a", partnerKey.id(), partnerKey.wrapped()))
                .satisfies(EnvelopeTamperingTest::isIntegrityFailure);
    }

    @Test
    void untouchedRow_opens() {
        try (SensitiveBytes opened = cipher.open(chain, place, sealed)) {
            assertThat(new String(opened.expose(), StandardCharsets.UTF_8)).isEqualTo(PLAINTEXT);
        }
    }

    private void refuses(KeyChain chain, ValuePlace place, SealedValue sealed) {
        assertThatThrownBy(() -> cipher.open(chain, place, sealed))
                .satisfies(EnvelopeTamperingTest::isIntegrityFailure)
                .hasMessageContaining(place.tenant().value())
                .hasMessageContaining(place.path().value())
                .hasMessageContaining("version " + place.version());
    }

    private static void isIntegrityFailure(Throwable e) {
        assertThat(e)
                .isInstanceOfSatisfying(
                        VaultException.class,
                        refusal -> assertThat(refusal.code()).isEqualTo(ErrorCode.INTEGRITY_FAILURE));
    }

    private static void eachFlip(byte[] bytes, Consumer<byte[]> check) {
        for (int bit = 0; bit < 8 * bytes.length; bit++) {
            byte[] altered = bytes.clone();
            altered[bit / 8] ^= (byte) (1 << (bit % 8));
            check.accept(altered);
        }
    }

    private KeyChain withTenantKey(KeyId id, byte[] wrapped) {
        return new KeyChain(
                chain.tenant(), chain.partnerId(), chain.partnerKeyId(), chain.wrappedPartnerKey(), id, wrapped);
    }

    private KeyChain withPartnerKey(KeyId id, byte[] wrapped) {
        return new KeyChain(
                chain.tenant(), chain.partnerId(), id, wrapped, chain.tenantKeyId(), chain.wrappedTenantKey());
    }

    private static ValuePlace place(String tenant, String path, int version) {
        return new ValuePlace(new TenantId(tenant), new SecretPath(path), version);
    }

    private static SensitiveBytes plaintext() {
        return SensitiveBytes.owning(PLAINTEXT.getBytes(StandardCharsets.UTF_8));
    }
}
