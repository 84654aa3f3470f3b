package ai.scailabs.vault.crypto.key;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.NotSerializableException;
import java.io.ObjectOutputStream;
import java.io.Serializable;
import java.security.SecureRandom;
import org.junit.jupiter.api.Test;

class KeyMaterialTest {
    private final SecureRandom random = new SecureRandom();

    @Test
    void close_wipesTheBytesAndEndsTheirUse() {
        KeyMaterial key = KeyMaterial.generate(random);
        byte[] exposed = key.exposeBytes();
        assertThat(exposed).isNotEqualTo(new byte[32]);
        key.close();
        assertThat(exposed).isEqualTo(new byte[32]);
        assertThat(key.isClosed()).isTrue();
        assertThatThrownBy(key::exposeBytes).isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(key::copy).isInstanceOf(IllegalStateException.class);
        key.close();
    }

    @Test
    void copyOf_keepsNothingOfTheCallersArray() {
        byte[] source = new byte[32];
        random.nextBytes(source);
        byte[] expected = source.clone();
        KeyMaterial key = KeyMaterial.copyOf(source);
        source[0] ^= 1;
        assertThat(key.exposeBytes()).isEqualTo(expected);
    }

    @Test
    void copy_livesOnItsOwn() {
        KeyMaterial key = KeyMaterial.generate(random);
        try (KeyMaterial copy = key.copy()) {
            assertThat(copy).isEqualTo(key);
            byte[] expected = key.exposeBytes().clone();
            key.close();
            assertThat(copy.exposeBytes()).isEqualTo(expected);
        }
    }

    @Test
    void wrongLength_isRefusedWithoutItsContent() {
        for (int length : new int[] {0, 16, 31, 33, 64}) {
            assertThatThrownBy(() -> KeyMaterial.copyOf(new byte[length]))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessage("a key has 32 bytes, not " + length);
        }
    }

    @Test
    void equality_looksAtTheBytesUntilTheyAreWiped() {
        KeyMaterial one = KeyMaterial.generate(random);
        KeyMaterial same = one.copy();
        KeyMaterial other = KeyMaterial.generate(random);
        assertThat(one)
                .isEqualTo(same)
                .hasSameHashCodeAs(same)
                .isNotEqualTo(other)
                .hasSameHashCodeAs(other);
        one.close();
        other.close();
        KeyMaterial wiped = one;
        assertThat(one).isEqualTo(wiped).isNotEqualTo(other).isNotEqualTo(same);
    }

    @Test
    void text_isRedacted() {
        assertThat(KeyMaterial.generate(random)).hasToString("[redacted]");
    }

    @Test
    void serialisation_isRefused() {
        assertThat(Serializable.class).isNotIn((Object[]) KeyMaterial.class.getInterfaces());
        assertThatThrownBy(() ->
                        new ObjectOutputStream(new ByteArrayOutputStream()).writeObject(KeyMaterial.generate(random)))
                .isInstanceOf(NotSerializableException.class);
    }

    @Test
    void generatedKeys_differ() {
        assertThat(KeyMaterial.generate(random)).isNotEqualTo(KeyMaterial.generate(random));
    }
}
