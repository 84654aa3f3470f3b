package ai.scailabs.vault.pki.x509;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.scailabs.vault.kernel.error.VaultException;
import java.math.BigInteger;
import java.security.SecureRandom;
import java.util.HexFormat;
import java.util.Random;
import org.bouncycastle.asn1.ASN1Encoding;
import org.bouncycastle.asn1.DERNull;
import org.bouncycastle.asn1.edec.EdECObjectIdentifiers;
import org.bouncycastle.asn1.pkcs.PKCSObjectIdentifiers;
import org.bouncycastle.asn1.pkcs.RSAPublicKey;
import org.bouncycastle.asn1.x509.AlgorithmIdentifier;
import org.bouncycastle.asn1.x509.SubjectPublicKeyInfo;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class SubjectKeyTest {
    private static final Random RANDOM = new Random(1);
    private static final BigInteger EXPONENT = BigInteger.valueOf(65537);

    private static byte[] rsa(BigInteger modulus) throws Exception {
        return new SubjectPublicKeyInfo(
                        new AlgorithmIdentifier(PKCSObjectIdentifiers.rsaEncryption, DERNull.INSTANCE),
                        new RSAPublicKey(modulus, EXPONENT))
                .getEncoded(ASN1Encoding.DER);
    }

    private static void assertRefused(byte[] key, String rule) {
        assertThatThrownBy(() -> SubjectKey.decode(key)).isInstanceOfSatisfying(VaultException.class, refusal -> {
            assertThat(refusal.code().status()).isEqualTo(422);
            assertThat(refusal.details()).containsEntry("rule", rule);
        });
    }

    /** As the faulty generator makes them (CVE-2017-15361): modulo every small prime a power of 65537. */
    @ParameterizedTest
    @ValueSource(ints = {2048, 3072, 4096})
    void modulusOfTheFaultyGenerator_isRefused(int bits) throws Exception {
        BigInteger primorial = BigInteger.ONE;
        BigInteger prime = BigInteger.ONE;
        for (int i = 0; i < 126; i++) {
            prime = prime.nextProbablePrime();
            primorial = primorial.multiply(prime);
        }
        BigInteger power = EXPONENT.modPow(new BigInteger(200, RANDOM), primorial);
        BigInteger modulus = BigInteger.ONE
                .shiftLeft(bits - 1)
                .add(new BigInteger(bits - 3, RANDOM))
                .divide(primorial)
                .add(BigInteger.ONE)
                .multiply(primorial)
                .add(power);
        assertThat(modulus.bitLength()).isEqualTo(bits);
        assertRefused(rsa(modulus), "key_modulus");
    }

    @Test
    void modulusOfClosePrimes_isRefused() throws Exception {
        BigInteger one =
                BigInteger.probablePrime(1024, new SecureRandom()).setBit(1022).nextProbablePrime();
        BigInteger two = one.nextProbablePrime();
        assertRefused(rsa(one.multiply(two)), "key_modulus");
        assertRefused(rsa(one.multiply(one)), "key_modulus");
    }

    /** All of small order, also in encodings that no encoder writes: by each, anybody can make signatures. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "0100000000000000000000000000000000000000000000000000000000000000",
                "0100000000000000000000000000000000000000000000000000000000000080",
                "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
                "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
                "0000000000000000000000000000000000000000000000000000000000000000",
                "0000000000000000000000000000000000000000000000000000000000000080",
                "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
                "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
                "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
                "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc85",
                "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
                "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac03fa"
            })
    void pointOfSmallOrder_isRefused(String point) throws Exception {
        assertRefused(
                new SubjectPublicKeyInfo(
                                new AlgorithmIdentifier(EdECObjectIdentifiers.id_Ed25519),
                                HexFormat.of().parseHex(point))
                        .getEncoded(ASN1Encoding.DER),
                "key_point");
    }

    @ParameterizedTest
    @EnumSource(KeySpec.class)
    void soundKey_isRead(KeySpec spec) {
        SubjectKey key = SubjectKey.of(spec.generate(new SecureRandom()).getPublic());
        assertThat(SubjectKey.decode(key.encoded())).isEqualTo(key);
    }
}
