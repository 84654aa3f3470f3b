package ai.scailabs.vault.tenancy.keyring;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.scailabs.vault.crypto.envelope.EnvelopeCipher;
import ai.scailabs.vault.kernel.error.ErrorCode;
import ai.scailabs.vault.kernel.error.VaultException;
import ai.scailabs.vault.kernel.id.Ids;
import ai.scailabs.vault.kernel.id.PartnerId;
import ai.scailabs.vault.kernel.id.TenantId;
import ai.scailabs.vault.kernel.sensitive.SensitiveBytes;
import ai.scailabs.vault.kms.local.LocalFileRootKey;
import ai.scailabs.vault.tenancy.TenancyDatabase;
import ai.scailabs.vault.tenancy.tenant.TenantRegistry;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Clock;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TenantMacTest {
    private static final PartnerId PARTNER = new PartnerId("ptn_acme");
    private static final TenantId TENANT = new TenantId("tnt_acme");
    private static final TenantId SIBLING = new TenantId("tnt_acme_two");
    private static final byte[] MESSAGE = "page after app/db".getBytes(UTF_8);

    @TempDir
    static Path folder;

    private static TenancyDatabase database;
    private static FaultyRootKey root;
    private static TenantMac mac;
    private static TenantSeal seal;

    @BeforeAll
    static void open() {
        database = TenancyDatabase.open();
        SecureRandom random = new SecureRandom();
        root = new FaultyRootKey(LocalFileRootKey.openOrCreate(folder.resolve("root.key"), random));
        EnvelopeCipher cipher = new EnvelopeCipher(root, new Ids(Clock.systemUTC(), random), random);
        TenantRegistry registry = new TenantRegistry(database.tenants(), Clock.systemUTC());
        StoredKeyrings keyrings = new StoredKeyrings(database.tenants(), cipher, Clock.systemUTC());
        mac = new TenantMac(registry, keyrings, cipher);
        seal = new TenantSeal(registry, keyrings, cipher);
    }

    @AfterAll
    static void close() {
        database.close();
    }

    @Test
    void signature_holdsForItsTenantPurposeAndMessageOnly() {
        byte[] signature = mac.sign(TENANT, PARTNER, "cursor", MESSAGE);

        assertThat(signature).hasSize(TenantMac.BYTES);
        assertThat(mac.verify(TENANT, PARTNER, "cursor", MESSAGE, signature)).isTrue();
        assertThat(mac.verify(TENANT, PARTNER, "other", MESSAGE, signature)).isFalse();
        assertThat(mac.verify(SIBLING, PARTNER, "cursor", MESSAGE, signature)).isFalse();
        assertThat(mac.verify(TENANT, PARTNER, "cursor", "page after app/dc".getBytes(UTF_8), signature))
                .isFalse();
    }

    @Test
    void everyFlippedBit_breaksTheSignature() {
        byte[] signature = mac.sign(TENANT, PARTNER, "cursor", MESSAGE);

        for (int bit = 0; bit < 8 * signature.length; bit++) {
            byte[] forged = signature.clone();
            forged[bit / 8] ^= (byte) (1 << (bit % 8));
            assertThat(mac.verify(TENANT, PARTNER, "cursor", MESSAGE, forged))
                    .as("bit %d", bit)
                    .isFalse();
        }
    }

    @Test
    void otherLengths_areNoSignature() {
        byte[] signature = mac.sign(TENANT, PARTNER, "cursor", MESSAGE);

        for (int length : new int[] {0, 1, 16, 32, TenantMac.BYTES - 1, TenantMac.BYTES + 1}) {
            assertThat(mac.verify(TENANT, PARTNER, "cursor", MESSAGE, java.util.Arrays.copyOf(signature, length)))
                    .isFalse();
        }
    }

    @Test
    void wrongPartner_signsAndVerifiesNothing() {
        byte[] signature = mac.sign(TENANT, PARTNER, "cursor", MESSAGE);
        PartnerId stranger = new PartnerId("ptn_stranger");

        assertCode(ErrorCode.TENANT_ACCESS_DENIED, () -> mac.sign(TENANT, stranger, "cursor", MESSAGE));
        assertCode(ErrorCode.TENANT_ACCESS_DENIED, () -> mac.verify(TENANT, stranger, "cursor", MESSAGE, signature));
    }

    @Test
    void rootKeyDown_isNotAWrongSignature() {
        byte[] signature = mac.sign(TENANT, PARTNER, "cursor", MESSAGE);
        root.goDownAfter(0);
        try {
            assertCode(ErrorCode.KMS_UNAVAILABLE, () -> mac.verify(TENANT, PARTNER, "cursor", MESSAGE, signature));
        } finally {
            root.recover();
        }
    }

    @Test
    void sealedRecord_opensAtItsPlaceOnly() {
        byte[] sealed = seal.seal(TENANT, PARTNER, "reply", "idem_1", plaintext("kept"));

        try (SensitiveBytes opened = seal.open(TENANT, PARTNER, "reply", "idem_1", sealed)) {
            assertThat(new String(opened.expose(), UTF_8)).isEqualTo("kept");
        }
        assertCode(ErrorCode.INTEGRITY_FAILURE, () -> seal.open(TENANT, PARTNER, "reply", "idem_2", sealed));
        assertCode(ErrorCode.INTEGRITY_FAILURE, () -> seal.open(TENANT, PARTNER, "other", "idem_1", sealed));
        assertCode(ErrorCode.INTEGRITY_FAILURE, () -> seal.open(SIBLING, PARTNER, "reply", "idem_1", sealed));
        assertCode(ErrorCode.INTEGRITY_FAILURE, () -> seal.open(TENANT, PARTNER, "reply", "idem_1", new byte[] {3}));
        assertThat(new String(sealed, UTF_8)).doesNotContain("kept");
    }

    private static SensitiveBytes plaintext(String text) {
        return SensitiveBytes.owning(text.getBytes(UTF_8));
    }

    private static void assertCode(ErrorCode code, org.assertj.core.api.ThrowableAssert.ThrowingCallable call) {
        assertThatThrownBy(call)
                .isInstanceOfSatisfying(
                        VaultException.class, e -> assertThat(e.code()).isEqualTo(code));
    }
}
