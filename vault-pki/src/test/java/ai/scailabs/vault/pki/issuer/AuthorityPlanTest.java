package ai.scailabs.vault.pki.issuer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.scailabs.vault.kernel.error.ErrorCode;
import ai.scailabs.vault.kernel.error.VaultException;
import ai.scailabs.vault.pki.x509.KeySpec;
import ai.scailabs.vault.pki.x509.NameConstraints;
import ai.scailabs.vault.pki.x509.SerialNumber;
import ai.scailabs.vault.pki.x509.Validity;
import java.math.BigInteger;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.OptionalInt;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class AuthorityPlanTest {
    private static final Instant NOW = Instant.parse("2026-11-26T12:00:00.123456Z");
    private static final AuthorityDraft.SubjectFields NOTHING =
            new AuthorityDraft.SubjectFields(null, null, null, null, null, null, null);

    private static AuthorityDraft root(@Nullable String keyType, @Nullable Integer keySize) {
        return new AuthorityDraft(
                "corp-root",
                "Corp Root",
                "root",
                null,
                null,
                keyType,
                keySize,
                null,
                null,
                NOTHING,
                null,
                NameConstraints.NONE,
                null,
                null,
                AuthorityUrls.DEFAULT);
    }

    private static AuthorityPlan intermediate(@Nullable Integer days, @Nullable Integer pathLength) {
        return AuthorityPlan.of(new AuthorityDraft(
                "below",
                "Below",
                "intermediate",
                "ca_01K9Z6F3V4M8Q2T7B5N1C0D9XE",
                null,
                "ec",
                null,
                null,
                days,
                NOTHING,
                pathLength,
                NameConstraints.NONE,
                null,
                null,
                AuthorityUrls.DEFAULT));
    }

    private static AuthorityGeneration parent(Instant notBefore, Instant notAfter, @Nullable Integer pathLength) {
        return new AuthorityGeneration(
                1,
                "key_x",
                KeySpec.EC_P256,
                KeyStorage.VAULT,
                new UUID(1, 1),
                new byte[0],
                List.of(),
                new SerialNumber(BigInteger.ONE),
                "cn=x",
                new byte[20],
                pathLength,
                NameConstraints.NONE,
                null,
                null,
                notBefore,
                notAfter);
    }

    @ParameterizedTest
    @CsvSource({
        ",, RSA_3072",
        "rsa,, RSA_3072",
        "rsa, 2048, RSA_2048",
        "rsa, 4096, RSA_4096",
        "ec,, EC_P256",
        "ec, 384, EC_P384",
        "ed25519,, ED25519",
        "ml-dsa-65,, ML_DSA_65"
    })
    void keys_areOfTheKindAndSizeThatIsMeant(@Nullable String type, @Nullable Integer size, KeySpec expected) {
        assertThat(AuthorityPlan.of(root(type, size)).keySpec()).isEqualTo(expected);
    }

    @ParameterizedTest
    @CsvSource({"rsa, 1024", "rsa, 8192", "ec, 224", "ec, 521", "dsa, 2048", "EC, 256", "'', 256", "ml-dsa-65, 65"})
    void otherKeys_areRefused(String type, int size) {
        assertThatThrownBy(() -> AuthorityPlan.of(root(type, size)))
                .isInstanceOfSatisfying(VaultException.class, refusal -> {
                    assertThat(refusal.code()).isEqualTo(ErrorCode.VALIDATION_ERROR);
                    assertThat(refusal.details().toString()).containsAnyOf("key_type", "key_size");
                });
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "A", "a b", "a/b", "a.b", "-a", "_a", "ca_a", "ä", "a\n", "a*"})
    void namesThatPoliciesCannotSpell_areRefused(String name) {
        AuthorityDraft draft = new AuthorityDraft(
                name,
                "X",
                "root",
                null,
                null,
                "ec",
                null,
                null,
                null,
                NOTHING,
                null,
                NameConstraints.NONE,
                null,
                null,
                AuthorityUrls.DEFAULT);
        assertThatThrownBy(() -> AuthorityPlan.of(draft)).isInstanceOf(VaultException.class);
    }

    @Test
    void validity_isInclusive_andBeginsAMinuteEarlier() {
        Validity validity = AuthorityPlan.of(root("ec", null)).validity(NOW, null);
        assertThat(validity.notBefore()).isEqualTo(Instant.parse("2026-11-26T11:59:00Z"));
        assertThat(validity.notAfter())
                .isEqualTo(Instant.parse("2026-11-26T12:00:00Z")
                        .plus(Duration.ofDays(3650))
                        .minusSeconds(1));
    }

    @Test
    void validity_isWithinTheParents_alsoWhenThatHasJustBegun() {
        AuthorityGeneration young = parent(NOW.minusSeconds(5), NOW.plus(Duration.ofDays(100)), null);
        Validity validity = intermediate(null, null).validity(NOW, young);
        assertThat(validity.notBefore()).isAfterOrEqualTo(young.notBefore().minusSeconds(1));
        assertThat(validity.isWithin(new Validity(young.notBefore(), young.notAfter())))
                .isTrue();
        assertThat(validity.notAfter()).isEqualTo(new Validity(young.notBefore(), young.notAfter()).notAfter());
    }

    @Test
    void explicitlyLongerThanTheParent_isRefused_andTellsHowMuchThereIs() {
        AuthorityGeneration above = parent(NOW.minusSeconds(500), NOW.plus(Duration.ofDays(100)), null);
        assertThatThrownBy(() -> intermediate(101, null).validity(NOW, above))
                .isInstanceOfSatisfying(VaultException.class, refusal -> {
                    assertThat(refusal.code()).isEqualTo(ErrorCode.TTL_EXCEEDED);
                    assertThat(refusal.details()).containsEntry("max_validity_days", 100L);
                });
        assertThat(intermediate(100, null).validity(NOW, above)).isNotNull();
    }

    @Test
    void pathLength_shrinksFromParentToChild() {
        Instant end = NOW.plus(Duration.ofDays(100));
        assertThat(intermediate(null, null).pathLength(parent(NOW, end, null))).isEmpty();
        assertThat(intermediate(null, 0).pathLength(parent(NOW, end, null))).isEqualTo(OptionalInt.of(0));
        assertThat(intermediate(null, null).pathLength(parent(NOW, end, 3))).isEqualTo(OptionalInt.of(2));
        assertThat(intermediate(null, 1).pathLength(parent(NOW, end, 3))).isEqualTo(OptionalInt.of(1));
        assertThatThrownBy(() -> intermediate(null, 3).pathLength(parent(NOW, end, 3)))
                .isInstanceOf(VaultException.class);
        assertThatThrownBy(() -> intermediate(null, null).pathLength(parent(NOW, end, 0)))
                .isInstanceOfSatisfying(
                        VaultException.class,
                        refusal -> assertThat(refusal.code()).isEqualTo(ErrorCode.CONFLICT));
    }
}
