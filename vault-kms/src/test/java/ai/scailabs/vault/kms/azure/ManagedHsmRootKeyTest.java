package ai.scailabs.vault.kms.azure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.scailabs.vault.kernel.error.ErrorCode;
import java.time.Duration;
import java.util.Arrays;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ManagedHsmRootKeyTest extends AzureRootKeyContract {
    @Override
    String service() {
        return "managedhsm.azure.net";
    }

    @Override
    String keyType() {
        return "oct-HSM";
    }

    @Override
    String wrapOperation() {
        return "encrypt";
    }

    @Override
    AzureKmsProperties properties(AzureKeyUrl key, Duration patience) {
        return new AzureKmsProperties(key, null, patience);
    }

    @Override
    void prepare(StrictKeyVault vault) {}

    @Test
    void nothingIsAskedButToEncryptAndDecrypt() {
        opens(root, wrapNew(root));
        assertThat(vault.operations()).containsExactly("encrypt root/1", "decrypt root/1");
    }

    @Test
    void wrapped_isOfTheDocumentedForm() {
        byte[] wrapped = wrapNew(root);
        assertThat(wrapped).hasSize(94).startsWith(0x16);
        assertThat(wrapped[17]).isEqualTo((byte) 2);
        assertThat(AzureWrapping.version(wrapped, 18))
                .isEqualTo(vault.key("root", 1).version());
    }

    @Test
    void ciphertextThatTheHsmDoesNotTake_isAnIntegrityFailure_andAskedOnce() {
        byte[] wrapped = wrapNew(root);
        opens(root, wrapped);
        peer.says(400, Map.of(), StrictKeyVault.error(400, "BadParameter", null).body());
        refuses(root, wrapped, ErrorCode.INTEGRITY_FAILURE);
        assertThat(peer.calls()).isEqualTo(1);
        wrapRefused(root);
    }

    /** Whoever can write the checksum anew still cannot change what it covers. */
    @Test
    void flippedBit_withItsChecksumMadeAnew_opensNothing() {
        byte[] wrapped = wrapNew(root);
        for (int i = 17; i < wrapped.length; i += 5) {
            byte[] altered = wrapped.clone();
            altered[i] ^= 1;
            byte[] sum = AzureKmsRootKey.sha256(Arrays.copyOfRange(altered, 17, altered.length));
            System.arraycopy(sum, 0, altered, 9, 8);
            assertThatThrownBy(() -> root.unwrap(altered, CONTEXT).close())
                    .isInstanceOf(ai.scailabs.vault.kernel.error.VaultException.class);
        }
    }
}
