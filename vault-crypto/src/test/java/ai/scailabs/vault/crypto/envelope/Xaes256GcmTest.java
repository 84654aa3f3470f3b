package ai.scailabs.vault.crypto.envelope;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.scailabs.vault.crypto.envelope.Aes.AssociatedBytes;
import java.util.Arrays;
import java.util.HexFormat;
import javax.crypto.AEADBadTagException;
import org.junit.jupiter.api.Test;

class Xaes256GcmTest {
    @Test
    void vectorsOfTheSpecification_match() throws Exception {
        for (VectorFile vector : VectorFile.read("xaes-256-gcm.txt")) {
            byte[] sealed = seal(vector.bytes("K"), vector.bytes("N"), vector.bytes("Plaintext"), vector.bytes("AAD"));
            assertThat(sealed).isEqualTo(vector.bytes("Ciphertext"));
            assertThat(open(vector.bytes("K"), vector.bytes("N"), sealed, vector.bytes("AAD")))
                    .isEqualTo(vector.bytes("Plaintext"));
        }
    }

    @Test
    void derivedKeyOfTheSpecification_opensAsPlainGcm() throws Exception {
        for (VectorFile vector : VectorFile.read("xaes-256-gcm.txt")) {
            byte[] nonceAndText = concat(Arrays.copyOfRange(vector.bytes("N"), 12, 24), vector.bytes("Ciphertext"));
            byte[] opened = new Aes()
                    .open(
                            vector.bytes("Kx"),
                            nonceAndText,
                            0,
                            12,
                            nonceAndText.length,
                            associated(vector.bytes("AAD")));
            assertThat(opened).isEqualTo(vector.bytes("Plaintext"));
        }
    }

    /** Ten thousand random cases of the specification, compared by one hash over all ciphertexts. */
    @Test
    void accumulatedRandomCases_match() throws Exception {
        Shake128 source = new Shake128();
        Shake128 hash = new Shake128();
        for (int i = 0; i < 10_000; i++) {
            byte[] key = source.squeeze(32);
            byte[] nonce = source.squeeze(24);
            byte[] plaintext = source.squeeze(source.squeeze(1)[0] & 0xff);
            byte[] aad = source.squeeze(source.squeeze(1)[0] & 0xff);
            byte[] sealed = seal(key, nonce, plaintext, aad);
            assertThat(Arrays.equals(open(key, nonce, sealed, aad), plaintext)).isTrue();
            hash.absorb(sealed);
        }
        assertThat(HexFormat.of().formatHex(hash.squeeze(32)))
                .isEqualTo("e6b9edf2df6cec60c8cbd864e2211b597fb69a529160cd040d56c0c210081939");
    }

    @Test
    void sourceOfTheAccumulatedTest_isShake128() {
        assertThat(HexFormat.of().formatHex(new Shake128().squeeze(16))).isEqualTo("7f9c2ba4e88f827d616045507605853e");
    }

    @Test
    void anyAlteredByteOfKeyNonceTextOrAssociatedData_isRefused() {
        byte[] key = HexFormat.of().parseHex("03".repeat(32));
        byte[] nonce = HexFormat.of().parseHex("41".repeat(24));
        byte[] aad = {1, 2, 3};
        byte[] sealed = seal(key, nonce, new byte[] {9, 8, 7}, aad);
        for (byte[] input : new byte[][] {key, nonce, sealed, aad}) {
            for (int i = 0; i < input.length; i++) {
                input[i] ^= 1;
                assertThatThrownBy(() -> open(key, nonce, sealed, aad)).isInstanceOf(AEADBadTagException.class);
                input[i] ^= 1;
            }
        }
    }

    private static byte[] seal(byte[] key, byte[] nonce, byte[] plaintext, byte[] aad) {
        byte[] target = Arrays.copyOf(nonce, 24 + plaintext.length + 16);
        Xaes256Gcm.seal(new Aes(), key, target, 0, plaintext, associated(aad));
        return Arrays.copyOfRange(target, 24, target.length);
    }

    private static byte[] open(byte[] key, byte[] nonce, byte[] sealed, byte[] aad) throws AEADBadTagException {
        byte[] source = concat(nonce, sealed);
        return Xaes256Gcm.open(new Aes(), key, source, 0, source.length, associated(aad));
    }

    private static AssociatedBytes associated(byte[] aad) {
        return new AssociatedBytes(new byte[0], 0, 0, aad);
    }

    private static byte[] concat(byte[] first, byte[] second) {
        byte[] both = Arrays.copyOf(first, first.length + second.length);
        System.arraycopy(second, 0, both, first.length, second.length);
        return both;
    }
}
