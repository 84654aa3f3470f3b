package ai.scailabs.vault.pki.validation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assertions.assertTimeout;

import java.io.IOException;
import java.math.BigInteger;
import java.security.KeyPair;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import org.bouncycastle.asn1.ASN1Primitive;
import org.bouncycastle.asn1.DERGeneralizedTime;
import org.bouncycastle.asn1.DERNull;
import org.bouncycastle.asn1.DEROctetString;
import org.bouncycastle.asn1.DERUTCTime;
import org.bouncycastle.asn1.edec.EdECObjectIdentifiers;
import org.bouncycastle.asn1.pkcs.PKCSObjectIdentifiers;
import org.bouncycastle.asn1.pkcs.RSAPublicKey;
import org.bouncycastle.asn1.x509.AlgorithmIdentifier;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.SubjectPublicKeyInfo;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** What was made to cost whoever validates: each is answered, within two seconds on a machine that does other things as well. */
class HostileChainsTest {
    private static final Duration PATIENCE = Duration.ofSeconds(2);
    private static final SecureRandom RANDOM = new SecureRandom();
    private static final Crafted ROOT = Crafted.root("Root");

    @BeforeAll
    static void warm() {
        assertThat(Question.of(Crafted.leaf(ROOT).make()).to(ROOT).errors()).isEmpty();
    }

    private static <T> T quick(Supplier<T> work) {
        return assertTimeout(PATIENCE, work::get);
    }

    @Test
    void manyOfTheSameNameAndKey_areTriedWithinBounds() {
        KeyPair keys = Crafted.ec();
        Crafted nobody = Crafted.root("Nobody");
        Crafted[] twins = IntStream.range(0, 99)
                .mapToObj(i -> Crafted.authority("Same", nobody).keys(keys).make())
                .toArray(Crafted[]::new);
        Crafted leaf = Crafted.leaf(twins[0]).make();
        assertThat(quick(() -> Question.of(leaf).through(twins).to(ROOT).errors()))
                .containsAnyOf("no_path@1", "limit_exceeded@0");
    }

    @Test
    void manyOfTheSameNameWithOtherKeys_areTriedWithinBounds() {
        Crafted[] others = IntStream.range(0, 99)
                .mapToObj(i -> Crafted.authority("Same", ROOT).make())
                .toArray(Crafted[]::new);
        Crafted good = Crafted.authority("Same", ROOT).make();
        Crafted leaf = Crafted.leaf(good).anonymous().make();
        assertThat(quick(() -> Question.of(leaf).through(others).to(ROOT).errors()))
                .isNotEmpty();
        Crafted identified = Crafted.leaf(good).make();
        assertThat(quick(() -> Question.of(identified)
                        .through(others)
                        .through(good)
                        .to(ROOT)
                        .errors()))
                .isEmpty();
    }

    @Test
    void meshOfAuthorities_isSearchedWithinBounds_andItsWayOutIsFound() {
        int size = 20;
        List<KeyPair> keys =
                IntStream.range(0, size).mapToObj(i -> Crafted.ec()).toList();
        List<Crafted> own = new ArrayList<>();
        for (int i = 0; i < size; i++) {
            own.add(Crafted.authority("Mesh " + i, null).keys(keys.get(i)).make());
        }
        List<Crafted> mesh = new ArrayList<>();
        for (int i = 0; i < size; i++) {
            for (int by = 0; by < size; by++) {
                if (i != by) {
                    mesh.add(Crafted.authority("Mesh " + i, own.get(by))
                            .keys(keys.get(i))
                            .make());
                }
            }
        }
        Crafted leaf = Crafted.leaf(own.getFirst()).make();
        Crafted[] all = mesh.toArray(new Crafted[0]);
        assertThat(quick(() -> Question.of(leaf).through(all).to(ROOT).errors()))
                .contains("limit_exceeded@0");
        Crafted exit = Crafted.authority("Mesh 1", ROOT).keys(keys.get(1)).make();
        assertThat(quick(() ->
                        Question.of(leaf).through(all).through(exit).to(ROOT).errors()))
                .isEmpty();
    }

    @Test
    void ring_endsNowhere() {
        KeyPair one = Crafted.ec();
        KeyPair two = Crafted.ec();
        Crafted first = Crafted.authority("One", null).keys(one).make();
        Crafted second = Crafted.authority("Two", first).keys(two).make();
        Crafted back = Crafted.authority("One", second).keys(one).make();
        Crafted leaf = Crafted.leaf(second).make();
        assertThat(quick(() ->
                        Question.of(leaf).through(second, back, first).to(ROOT).errors()))
                .containsExactly("no_path@2");
    }

    @Test
    void namesWithoutEnd_againstConstraintsWithoutEnd_areNotComparedToTheEnd() {
        GeneralName[] names = IntStream.range(0, 12_000)
                .mapToObj(i -> new GeneralName(GeneralName.dNSName, "n" + i + ".example.test"))
                .toArray(GeneralName[]::new);
        String[] domains = IntStream.range(0, 6_000)
                .mapToObj(i -> "d" + i + ".example.test")
                .toArray(String[]::new);
        Crafted issuer = Crafted.authority("Narrow", ROOT).excludes(domains).make();
        Crafted leaf = Crafted.leaf(issuer).names(names).make();
        assertThat(quick(() -> Question.of(leaf).through(issuer).to(ROOT).errors()))
                .containsExactly("limit_exceeded@0");
    }

    @Test
    void certificateOfAMegabyte_isNotRead() {
        GeneralName[] names = IntStream.range(0, 60_000)
                .mapToObj(i -> new GeneralName(GeneralName.dNSName, "n" + i + ".example.test"))
                .toArray(GeneralName[]::new);
        byte[] der = Crafted.leaf(ROOT).names(names).make().der();
        assertThat(der.length).isGreaterThan(1_000_000);
        assertThat(quick(() -> PathCertificate.read(der))).isEmpty();
    }

    @Test
    void hugeNumbersOfRsa_areNotComputedWith() {
        BigInteger odd = BigInteger.ONE;
        for (SubjectPublicKeyInfo key : List.of(
                rsa(new BigInteger(16_384, RANDOM).setBit(16_383).or(odd), new BigInteger(16_000, RANDOM).or(odd)),
                rsa(new BigInteger(16_384, RANDOM).setBit(16_383).or(odd), BigInteger.valueOf(65_537)),
                rsa(
                        new BigInteger(2_048, RANDOM).setBit(2_047).or(odd),
                        new BigInteger(2_000, RANDOM).setBit(1_999).or(odd)),
                rsa(new BigInteger(2_048, RANDOM).setBit(2_047).clearBit(0), BigInteger.valueOf(65_537)),
                rsa(new BigInteger(2_048, RANDOM).setBit(2_047).or(odd), BigInteger.ONE))) {
            Crafted issuer = Crafted.authority("Huge", ROOT).key(key).make();
            // Signed by another key of the name: what matters is that nobody computes.
            Crafted leaf = Crafted.leaf(issuer).signedWith("SHA256withECDSA").make();
            assertThat(quick(() -> Question.of(leaf).through(issuer).to(ROOT).errors()))
                    .contains("key_invalid@1");
        }
    }

    /** Anybody could have signed what such a key seems to have signed. */
    @Test
    void keysThatProveNothing_vouchForNothing() {
        byte[] identity = new byte[32];
        identity[0] = 1;
        BigInteger prime = BigInteger.probablePrime(1_024, RANDOM).setBit(1_022).nextProbablePrime();
        SubjectPublicKeyInfo smallOrder =
                new SubjectPublicKeyInfo(new AlgorithmIdentifier(EdECObjectIdentifiers.id_Ed25519), identity);
        SubjectPublicKeyInfo closePrimes = rsa(prime.multiply(prime.nextProbablePrime()), BigInteger.valueOf(65_537));
        Crafted anybody = Crafted.authority("Anybody", ROOT).key(smallOrder).make();
        assertThat(Question.of(Crafted.leaf(anybody).make())
                        .through(anybody)
                        .to(ROOT)
                        .errors())
                .contains("key_invalid@1");
        Crafted factored = Crafted.authority("Factored", ROOT).key(closePrimes).make();
        assertThat(Question.of(Crafted.leaf(factored).make())
                        .through(factored)
                        .to(ROOT)
                        .errors())
                .contains("key_weak@1");
    }

    /** As other verifiers refuse them; whoever reads them leniently reads another moment, or another address. */
    @Test
    void timesAndAddressesInOtherForms_areNoneOfTheProfile() {
        for (ASN1Primitive time : List.of(
                new DERUTCTime("2501010000Z"),
                new DERUTCTime("250101000000+0100"),
                new DERGeneralizedTime("20250101000000.5Z"),
                new DERGeneralizedTime("20250101000000"))) {
            Crafted leaf = Crafted.leaf(ROOT).begin(time).make();
            assertThat(PathCertificate.read(leaf.der())
                            .map(_ -> Question.of(leaf).to(ROOT).errors()))
                    .as(time.toString())
                    .satisfiesAnyOf(
                            read -> assertThat(read).isEmpty(),
                            read -> assertThat(read.orElseThrow()).contains("profile_violation@0"));
        }
        Crafted address = Crafted.leaf(ROOT)
                .names(new GeneralName(GeneralName.iPAddress, new DEROctetString(new byte[3])))
                .make();
        assertThat(Question.of(address).to(ROOT).errors()).containsExactly("profile_violation@0");
    }

    private static SubjectPublicKeyInfo rsa(BigInteger modulus, BigInteger exponent) {
        try {
            return new SubjectPublicKeyInfo(
                    new AlgorithmIdentifier(PKCSObjectIdentifiers.rsaEncryption, DERNull.INSTANCE),
                    new RSAPublicKey(modulus, exponent));
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    @Test
    void deepNesting_isNotFollowed() {
        byte[] deep = nested(20_000);
        assertThat(quick(() -> PathCertificate.read(deep))).isEmpty();
        assertThat(quick(() -> RevocationList.read(deep))).isEmpty();
        Crafted leaf = Crafted.leaf(ROOT)
                .raw(Extension.subjectAlternativeName, false, nested(5_000))
                .make();
        assertThat(quick(() -> Question.of(leaf).to(ROOT).errors())).contains("malformed_extension@0");
    }

    /** Sequences in sequences. */
    private static byte[] nested(int levels) {
        byte[] whole = new byte[levels * 6];
        int at = whole.length;
        for (int i = 0; i < levels; i++) {
            int length = whole.length - at;
            whole[--at] = (byte) length;
            whole[--at] = (byte) (length >> 8);
            whole[--at] = (byte) (length >> 16);
            whole[--at] = (byte) 0x83;
            whole[--at] = 0x30;
        }
        return Arrays.copyOfRange(whole, at, whole.length);
    }

    @Test
    void bytesThatAreCutOrChanged_areAnswered() {
        Crafted leaf = Crafted.leaf(ROOT).make();
        byte[] der = leaf.der();
        for (int length = 0; length < der.length; length++) {
            assertThat(PathCertificate.read(Arrays.copyOf(der, length))).isEmpty();
        }
        PathValidator validator = new PathValidator(ValidationRules.STRICT);
        for (int i = 0; i < der.length; i += 3) {
            byte[] changed = der.clone();
            changed[i] ^= 0x21;
            PathCertificate.read(changed)
                    .ifPresent(certificate -> assertThat(validator
                                    .validate(new ValidationQuestion(
                                            certificate,
                                            List.of(),
                                            List.of(ROOT.read()),
                                            Crafted.NOW,
                                            List.of(),
                                            null,
                                            PolicyInputs.ANY,
                                            false,
                                            List.of(),
                                            KnownStatus.NONE))
                                    .isValid())
                            .isFalse());
        }
    }

    @Test
    void listOfAMegabyte_isLookedThrough() {
        Crafted leaf = Crafted.leaf(ROOT).serial(7).make();
        List<BigInteger> many =
                IntStream.range(100, 30_000).mapToObj(BigInteger::valueOf).toList();
        byte[] der = ROOT.listOf(many, Crafted.NOW.plus(Duration.ofDays(1)));
        assertThat(der.length).isGreaterThan(1_000_000);
        assertThat(quick(() -> Question.of(leaf)
                        .to(ROOT)
                        .unrevoked(RevocationList.read(der).orElseThrow())
                        .errors()))
                .isEmpty();
        Crafted last = Crafted.leaf(ROOT).serial(29_999).make();
        assertThat(Question.of(last)
                        .to(ROOT)
                        .unrevoked(RevocationList.read(der).orElseThrow())
                        .errors())
                .containsExactly("revoked@0");
    }
}
