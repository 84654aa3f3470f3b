package ai.scailabs.vault.pki.hsm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.scailabs.vault.kernel.error.ErrorCode;
import ai.scailabs.vault.kernel.error.VaultException;
import ai.scailabs.vault.kernel.id.TenantId;
import ai.scailabs.vault.pki.x509.KeySpec;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

class HsmReferenceTest {
    private static final TenantId ACME = new TenantId("tnt_acme");
    private static final HsmReference REFERENCE = HsmReference.fresh(new SecureRandom());

    @Test
    void anotherTenantKeyOrRandom_isAnotherName() {
        assertThat(Stream.of(
                                REFERENCE.name(ACME, "key_1"),
                                REFERENCE.name(new TenantId("tnt_other"), "key_1"),
                                REFERENCE.name(ACME, "key_2"),
                                REFERENCE.name(new TenantId("tnt_acmek"), "ey_1"),
                                HsmReference.fresh(new SecureRandom()).name(ACME, "key_1"))
                        .distinct())
                .hasSize(5);
        assertThat(HsmReference.parse(REFERENCE.bytes()).name(ACME, "key_1")).isEqualTo(REFERENCE.name(ACME, "key_1"));
    }

    static Stream<byte[]> damaged() {
        byte[] whole = REFERENCE.bytes();
        byte[] marked = whole.clone();
        marked[3] ^= 1;
        return Stream.of(
                new byte[0], Arrays.copyOf(whole, whole.length - 1), Arrays.copyOf(whole, whole.length + 1), marked);
    }

    @ParameterizedTest
    @MethodSource("damaged")
    void bytesThatAreNone_areRefused(byte[] damaged) {
        assertThatThrownBy(() -> HsmReference.parse(damaged))
                .isInstanceOfSatisfying(
                        VaultException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.INTEGRITY_FAILURE));
    }

    @ParameterizedTest
    @EnumSource(
            value = KeySpec.class,
            mode = EnumSource.Mode.EXCLUDE,
            names = {"RSA_3072", "RSA_4096"})
    void privateKeys_areNotTakenForReferences(KeySpec spec) {
        byte[] pkcs8 = spec.generate(new SecureRandom()).getPrivate().getEncoded();
        assertThat(HsmAuthorityKeys.isReference(pkcs8)).isFalse();
    }
}
