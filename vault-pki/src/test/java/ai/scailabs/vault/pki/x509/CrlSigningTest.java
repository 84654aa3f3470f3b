package ai.scailabs.vault.pki.x509;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.scailabs.vault.kernel.error.VaultException;
import ai.scailabs.vault.pki.TestIssuer;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.math.BigInteger;
import java.security.cert.CertificateFactory;
import java.security.cert.X509CRL;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Lists as they are signed, and those that are not. */
class CrlSigningTest {
    private static final Instant NOW = TestIssuer.NOW;
    private static final CrlSigner SIGNER = new CrlSigner(JavaSignatures.ofTheRuntime());

    private static CrlFrame frame(TestIssuer issuer, @Nullable Long base) {
        return new CrlFrame(issuer.view(), 1_777_629_660L, base, NOW, NOW.plus(Duration.ofHours(72)), null, List.of());
    }

    private static byte[] signed(TestIssuer issuer, CrlFrame frame, List<CrlEntry> entries) {
        CrlLint lint = new CrlLint(frame);
        List<byte[]> encoded = new ArrayList<>();
        for (CrlEntry entry : entries) {
            encoded.add(entry.encoded());
            lint.read(entry.encoded());
        }
        SignedCrl list = SIGNER.sign(lint.finish(), issuer.keys().getPrivate(), sink -> {
            for (byte[] each : encoded) {
                sink.take(each);
            }
        });
        ByteArrayOutputStream whole = new ByteArrayOutputStream();
        whole.writeBytes(list.first());
        encoded.forEach(whole::writeBytes);
        whole.writeBytes(list.last());
        assertThat((long) whole.size()).isEqualTo(list.sizeBytes());
        return whole.toByteArray();
    }

    private static X509CRL read(byte[] der) throws Exception {
        return (X509CRL) CertificateFactory.getInstance("X.509").generateCRL(new ByteArrayInputStream(der));
    }

    private static CrlEntry entry(int serial, int reason) {
        return new CrlEntry(BigInteger.valueOf(serial).toByteArray(), reason, NOW.minusSeconds(60), null);
    }

    @ParameterizedTest
    @EnumSource(
            value = KeySpec.class,
            mode = EnumSource.Mode.EXCLUDE,
            names = {"RSA_3072", "RSA_4096"})
    void everyKindOfKey_signsListsThatItsPublicKeyVerifies(KeySpec spec) throws Exception {
        TestIssuer issuer = TestIssuer.root(spec);
        X509CRL list = read(signed(issuer, frame(issuer, null), List.of(entry(1, 0), entry(5, 1), entry(100, 6))));
        list.verify(issuer.keys().getPublic());
        assertThat(list.getRevokedCertificates()).hasSize(3);
        assertThat(read(signed(issuer, frame(issuer, null), List.of())).getRevokedCertificates())
                .isNull();
    }

    @Test
    void longListsAndFarTimes_areEncodedAsTheRuntimeReadsThem() throws Exception {
        TestIssuer issuer = TestIssuer.root(KeySpec.EC_P256);
        List<CrlEntry> entries = new ArrayList<>();
        for (int i = 1; i <= 3_000; i++) {
            Instant invalid = i % 3 == 0 ? NOW.minusSeconds(1_000_000) : null;
            entries.add(new CrlEntry(
                    BigInteger.valueOf(1_000_000L + i).toByteArray(),
                    List.of(0, 1, 2, 3, 4, 5, 6, 9, 10).get(i % 9),
                    NOW.minusSeconds(i),
                    invalid));
        }
        X509CRL list = read(signed(issuer, frame(issuer, null), entries));
        list.verify(issuer.keys().getPublic());
        assertThat(list.getRevokedCertificates()).hasSize(3_000);
        for (int i : List.of(1, 3, 9, 1_500, 3_000)) {
            var found = list.getRevokedCertificate(BigInteger.valueOf(1_000_000L + i));
            assertThat(found.getRevocationDate().toInstant()).isEqualTo(NOW.minusSeconds(i));
            assertThat(found.getExtensionValue("2.5.29.24") != null).isEqualTo(i % 3 == 0);
            assertThat(found.getExtensionValue("2.5.29.21") != null).isEqualTo(i % 9 != 0);
        }
        CrlFrame far = new CrlFrame(
                issuer.view(),
                5,
                null,
                Instant.parse("2051-01-01T00:00:00Z"),
                Instant.parse("2051-01-02T00:00:00Z"),
                null,
                List.of());
        X509CRL late = read(signed(
                issuer, far, List.of(new CrlEntry(new byte[] {9}, 1, Instant.parse("2050-06-01T00:00:00Z"), null))));
        assertThat(late.getRevokedCertificate(BigInteger.valueOf(9))
                        .getRevocationDate()
                        .toInstant())
                .isEqualTo(Instant.parse("2050-06-01T00:00:00Z"));
    }

    @Test
    void changes_tellOfRemovals_andCompleteListsDoNot() throws Exception {
        TestIssuer issuer = TestIssuer.root(KeySpec.EC_P256);
        X509CRL changes =
                read(signed(issuer, frame(issuer, 7L), List.of(entry(9, CrlEntry.REMOVE_FROM_CRL), entry(2, 1))));
        assertThat(changes.getCriticalExtensionOIDs()).containsExactly("2.5.29.27");
        assertThatThrownBy(() -> new CrlLint(frame(issuer, null))
                        .read(entry(9, CrlEntry.REMOVE_FROM_CRL).encoded()))
                .isInstanceOf(VaultException.class)
                .hasMessageContaining("reason 8");
        assertThatThrownBy(() -> new CrlLint(frame(issuer, 1_777_629_661L)).finish())
                .hasMessageContaining("delta_indicator");
    }

    /** By hand, octet by octet. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "30",
                // a number that is negative, zero, padded
                "3012020181170d3236303130313030303030305a",
                "3012020100170d3236303130313030303030305a",
                "301302020001170d3236303130313030303030305a",
                // no such day; without the Z; GeneralizedTime before 2050
                "3012020101170d3236303233303030303030305a",
                "3011020101170c323630313031303030303030",
                "3014020101180f32303236303130313030303030305a",
                // empty extensions; a reason of unspecified; of 7; as INTEGER; critical; twice
                "3014020101170d3236303130313030303030305a3000",
                "3020020101170d3236303130313030303030305a300c300a0603551d1504030a0100",
                "3020020101170d3236303130313030303030305a300c300a0603551d1504030a0107",
                "3020020101170d3236303130313030303030305a300c300a0603551d150403020101",
                "3023020101170d3236303130313030303030305a300f300d0603551d150101ff04030a0101",
                "302c020101170d3236303130313030303030305a3018300a0603551d1504030a0101300a0603551d1504030a0101",
                // octets behind the end
                "3012020101170d3236303130313030303030305a00"
            })
    void entriesThatBreakARule_areNotSigned(String hex) {
        TestIssuer issuer = TestIssuer.root(KeySpec.EC_P256);
        assertThatThrownBy(() ->
                        new CrlLint(frame(issuer, null)).read(HexFormat.of().parseHex(hex)))
                .isInstanceOf(VaultException.class);
    }

    @Test
    void entriesTwiceOrOfTheFuture_andListsOfOthers_areNotSigned() {
        TestIssuer issuer = TestIssuer.root(KeySpec.EC_P256);
        CrlLint lint = new CrlLint(frame(issuer, null));
        lint.read(entry(5, 1).encoded());
        assertThatThrownBy(() -> lint.read(entry(5, 1).encoded())).hasMessageContaining("unique_serials");
        CrlLint changes = new CrlLint(frame(issuer, 1L));
        changes.read(entry(5, 1).encoded());
        assertThatThrownBy(() -> changes.read(entry(5, 2).encoded())).hasMessageContaining("unique_serials");
        assertThatThrownBy(() -> new CrlLint(frame(issuer, null))
                        .read(new CrlEntry(new byte[] {1}, 1, NOW.plusSeconds(1), null).encoded()))
                .hasMessageContaining("after the list");

        CrlFrame backwards = new CrlFrame(issuer.view(), 5, null, NOW, NOW, null, List.of());
        assertThatThrownBy(() -> new CrlLint(backwards).finish()).hasMessageContaining("times");
        CrlFrame freshest =
                new CrlFrame(issuer.view(), 5, 4L, NOW, NOW.plusSeconds(60), null, List.of("http://pki.example/delta"));
        assertThatThrownBy(() -> new CrlLint(freshest).finish()).hasMessageContaining("freshest");
    }

    @Test
    void otherEntriesThanWereLinted_anotherKey_andASecondSignature_areRefused() {
        TestIssuer issuer = TestIssuer.root(KeySpec.EC_P256);
        CrlLint lint = new CrlLint(frame(issuer, null));
        lint.read(entry(5, 1).encoded());
        assertThatThrownBy(() -> SIGNER.sign(
                        lint.finish(),
                        issuer.keys().getPrivate(),
                        sink -> sink.take(entry(6, 1).encoded())))
                .hasMessageContaining("not those that were linted");
        LintedCrl linted = new CrlLint(frame(issuer, null)).finish();
        SIGNER.sign(linted, issuer.keys().getPrivate(), sink -> {});
        assertThatThrownBy(() -> SIGNER.sign(linted, issuer.keys().getPrivate(), sink -> {}))
                .hasMessageContaining("signed before");
        TestIssuer other = issuer.intermediate("Other", KeySpec.EC_P256, CertificateProfile.Authority.unbounded());
        assertThatThrownBy(() -> SIGNER.sign(
                        new CrlLint(frame(issuer, null)).finish(), other.keys().getPrivate(), sink -> {}))
                .hasMessageContaining("not the issuer's");
    }
}
