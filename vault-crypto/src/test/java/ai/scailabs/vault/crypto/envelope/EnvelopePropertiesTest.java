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
import java.security.SecureRandom;
import java.time.Clock;
import java.util.Arrays;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.Random;
import java.util.Set;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/** What holds for any value, place and damage. The seed is fixed and part of every failure, so a failing case can be run again. */
class EnvelopePropertiesTest {
    private static final long SEED = 20_261_122;

    private final SecureRandom secure = new SecureRandom();
    private final EnvelopeCipher cipher =
            new EnvelopeCipher(TestRootKey.random(), new Ids(Clock.systemUTC(), secure), secure);

    @Test
    void anyValueAnywhere_opensThereAndNowhereElse() {
        Random random = new Random(SEED);
        KeyChain[] chains = {
            TestChains.of(cipher, "tnt_a", "ptn_a"), TestChains.of(cipher, "tnt_b", "ptn_a"),
            TestChains.of(cipher, "ptn_a", "ptn_a"), TestChains.of(cipher, "tnt_a_", "ptn_b")
        };
        for (int i = 0; i < 1_500; i++) {
            KeyChain chain = chains[random.nextInt(chains.length)];
            ValuePlace place = anyPlace(random, chain.tenant());
            byte[] plaintext = anyBytes(random, 300);
            SealedValue sealed = cipher.seal(chain, place, SensitiveBytes.owning(plaintext.clone()));

            try (SensitiveBytes opened = cipher.open(chain, place, sealed)) {
                assertThat(opened.expose()).as("seed %d, case %d", SEED, i).isEqualTo(plaintext);
            }
            KeyChain otherChain = chains[random.nextInt(chains.length)];
            ValuePlace otherPlace = anyPlace(random, otherChain.tenant());
            if (!otherPlace.equals(place)) {
                refuses(i, () -> cipher.open(otherChain, otherPlace, sealed));
                refuses(i, () -> cipher.open(chain, otherPlace, sealed));
            }
        }
    }

    @Test
    void anyDamage_isRefusedAndNeverAnotherError() {
        Random random = new Random(SEED);
        KeyChain chain = TestChains.of(cipher, "tnt_a", "ptn_a");
        ValuePlace place = anyPlace(random, chain.tenant());
        SealedValue sealed = cipher.seal(chain, place, SensitiveBytes.owning(anyBytes(random, 100)));
        for (int i = 0; i < 3_000; i++) {
            byte[] wrappedKey = maybeDamaged(random, sealed.wrappedDataKey());
            byte[] ciphertext = maybeDamaged(random, sealed.ciphertext());
            SealedValue damaged = new SealedValue(wrappedKey, ciphertext);
            if (!damaged.equals(sealed)) {
                refuses(i, () -> cipher.open(chain, place, damaged));
            }
        }
    }

    @Test
    void anyTwoPlaces_haveDifferentAssociatedData() {
        Random random = new Random(SEED);
        // Few letters and short texts, so that shifted borders between fields would meet.
        Set<String> seen = new HashSet<>();
        Set<String> encoded = new HashSet<>();
        KeyId keyId = KeyId.of(new UUID(1, 1));
        for (int i = 0; i < 20_000; i++) {
            TenantId tenant = new TenantId("tnt_" + letters(random, 3));
            ValuePlace place = new ValuePlace(tenant, new SecretPath("a" + letters(random, 3)), 1 + random.nextInt(3));
            String record = letters(random, 3);
            seen.add("v" + place);
            encoded.add(HexFormat.of().formatHex(AssociatedData.ofValue(place, keyId)));
            seen.add("k" + place);
            encoded.add(HexFormat.of().formatHex(AssociatedData.ofValueKey(place, keyId)));
            seen.add("r" + tenant + " " + record);
            encoded.add(HexFormat.of().formatHex(AssociatedData.ofRecord(tenant, "a", record, keyId)));
            seen.add("t" + tenant + " " + record);
            encoded.add(HexFormat.of().formatHex(AssociatedData.ofTenantKey(tenant, record, keyId)));
        }
        assertThat(encoded).as("seed %d", SEED).hasSameSizeAs(seen);
    }

    private static void refuses(int round, Runnable opening) {
        assertThatThrownBy(opening::run)
                .as("seed %d, case %d", SEED, round)
                .isInstanceOfSatisfying(
                        VaultException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.INTEGRITY_FAILURE));
    }

    private static ValuePlace anyPlace(Random random, TenantId tenant) {
        String[] segments = new String[1 + random.nextInt(3)];
        Arrays.setAll(segments, i -> "a" + letters(random, 2));
        return new ValuePlace(tenant, new SecretPath(String.join("/", segments)), 1 + random.nextInt(4));
    }

    private static String letters(Random random, int max) {
        StringBuilder text = new StringBuilder();
        for (int i = random.nextInt(max + 1); i > 0; i--) {
            text.append((char) ('a' + random.nextInt(2)));
        }
        return text.toString();
    }

    private static byte[] anyBytes(Random random, int max) {
        byte[] bytes = new byte[random.nextInt(max)];
        random.nextBytes(bytes);
        return bytes;
    }

    private static byte[] maybeDamaged(Random random, byte[] original) {
        return switch (random.nextInt(5)) {
            case 0 -> original;
            case 1 -> anyBytes(random, 200);
            case 2 -> Arrays.copyOf(original, random.nextInt(original.length + 20));
            case 3 -> {
                byte[] spliced = original.clone();
                int from = random.nextInt(original.length);
                byte[] garbage = new byte[original.length - from];
                random.nextBytes(garbage);
                System.arraycopy(garbage, 0, spliced, from, garbage.length);
                yield spliced;
            }
            default -> {
                byte[] flipped = original.clone();
                flipped[random.nextInt(original.length)] ^= (byte) (1 << random.nextInt(8));
                yield flipped;
            }
        };
    }
}
