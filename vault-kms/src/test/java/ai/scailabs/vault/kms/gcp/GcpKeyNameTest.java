package ai.scailabs.vault.kms.gcp;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class GcpKeyNameTest {
    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "root",
                "projects/p/locations/l/keyRings/r/cryptoKeys/",
                "projects/p/locations/l/keyRings/r/cryptoKeys/k/cryptoKeyVersions/1",
                "projects/p/locations/l/keyRings/r/cryptoKeys/k:encrypt",
                "projects/p/locations/l/keyRings/../cryptoKeys/k",
                "projects/p/locations/l/keyRings/r/cryptoKeys/k?x",
                "/projects/p/locations/l/keyRings/r/cryptoKeys/k",
                "projects/p/locations/l/keyRings/r/cryptoKeys/k\n"
            })
    void whatIsNotTheNameOfAKey_isNone(String text) {
        assertThat(GcpKeyName.parse(text)).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "projects/acme-vault/locations/europe-west3/keyRings/scaivault/cryptoKeys/root-2026",
                "projects/example.com:acme/locations/global/keyRings/R_1/cryptoKeys/K_1"
            })
    void nameOfAKey_isTaken(String text) {
        assertThat(GcpKeyName.parse(text)).map(GcpKeyName::toString).contains(text);
    }
}
