package ai.scailabs.vault.crypto.envelope;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.scailabs.vault.crypto.envelope.Aes.AssociatedBytes;
import java.io.ByteArrayOutputStream;
import java.io.NotSerializableException;
import java.io.ObjectOutputStream;
import java.util.Arrays;
import javax.crypto.AEADBadTagException;
import org.junit.jupiter.api.Test;

class AesTest {
    @Test
    void vectorsOfNist_match() throws Exception {
        int refused = 0;
        for (VectorFile vector : VectorFile.read("nist-gcm-256.txt")) {
            byte[] source = concat(vector.bytes("IV"), vector.bytes("CT"), vector.bytes("Tag"));
            AssociatedBytes associated = new AssociatedBytes(new byte[0], 0, 0, vector.bytes("AAD"));
            byte[] key = vector.bytes("Key");
            if (vector.fields().get("Result").equals("invalid")) {
                assertThatThrownBy(() -> new Aes().open(key, source, 0, 12, source.length, associated))
                        .isInstanceOf(AEADBadTagException.class);
                refused++;
            } else {
                byte[] plaintext = new Aes().open(key, source, 0, 12, source.length, associated);
                assertThat(plaintext).isEqualTo(vector.bytes("PT"));
                byte[] target = Arrays.copyOf(vector.bytes("IV"), source.length);
                new Aes().seal(key, target, 0, 12, plaintext, associated);
                assertThat(target).isEqualTo(source);
            }
        }
        assertThat(refused).isEqualTo(1);
    }

    @Test
    void associatedDataInTwoParts_isOneSequence() throws Exception {
        byte[] key = new byte[32];
        byte[] sealed = new byte[12 + 1 + 16];
        new Aes()
                .seal(
                        key,
                        sealed,
                        0,
                        12,
                        new byte[] {5},
                        new AssociatedBytes(new byte[] {0, 1, 2, 3}, 1, 2, new byte[] {7}));
        AssociatedBytes whole = new AssociatedBytes(new byte[0], 0, 0, new byte[] {1, 2, 7});
        assertThat(new Aes().open(key, sealed, 0, 12, sealed.length, whole)).containsExactly(5);
    }

    @Test
    void oneInstance_servesDifferentKeysInTurn() throws Exception {
        Aes aes = new Aes();
        AssociatedBytes none = new AssociatedBytes(new byte[0], 0, 0, new byte[0]);
        for (byte i = 0; i < 10; i++) {
            byte[] key = new byte[32];
            key[0] = i;
            byte[] sealed = new byte[12 + 1 + 16];
            aes.seal(key, sealed, 0, 12, new byte[] {i}, none);
            assertThat(aes.open(key, sealed, 0, 12, sealed.length, none)).containsExactly(i);
        }
    }

    @Test
    void keyShownToACipher_neitherPrintsNorSerialises() {
        AesKey key = new AesKey(new byte[] {1, 2, 3});
        assertThat(key).hasToString("[redacted]");
        assertThatThrownBy(() -> new ObjectOutputStream(new ByteArrayOutputStream()).writeObject(key))
                .isInstanceOf(NotSerializableException.class);
    }

    private static byte[] concat(byte[]... parts) {
        ByteArrayOutputStream joined = new ByteArrayOutputStream();
        for (byte[] part : parts) {
            joined.writeBytes(part);
        }
        return joined.toByteArray();
    }
}
