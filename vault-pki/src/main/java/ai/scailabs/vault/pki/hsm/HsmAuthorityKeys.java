package ai.scailabs.vault.pki.hsm;

import ai.scailabs.vault.crypto.hsm.HsmKeyKind;
import ai.scailabs.vault.crypto.hsm.HsmKeyName;
import ai.scailabs.vault.crypto.hsm.HsmKeys;
import ai.scailabs.vault.kernel.error.ErrorCode;
import ai.scailabs.vault.kernel.error.VaultException;
import ai.scailabs.vault.kernel.id.TenantId;
import ai.scailabs.vault.kernel.sensitive.SensitiveBytes;
import ai.scailabs.vault.persistence.tenant.TenantTransaction;
import ai.scailabs.vault.persistence.tenant.TenantTransactions;
import ai.scailabs.vault.pki.x509.HsmPrivateKey;
import ai.scailabs.vault.pki.x509.KeySpec;
import java.security.KeyPair;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.temporal.ChronoUnit;
import org.jspecify.annotations.Nullable;

/**
 * Keys of authorities in an HSM. Each is announced in the database before it is made, so that none is forgotten there whatever breaks off; and is found by what its tenant's key seals, for that tenant
 * alone. Thread-safe.
 */
public final class HsmAuthorityKeys {
    private final @Nullable HsmKeys hsm;
    private final HsmKeyRepository ledger;
    private final SecureRandom random;
    private final Clock clock;

    /** @param hsm absent: this instance has none */
    public HsmAuthorityKeys(@Nullable HsmKeys hsm, TenantTransactions transactions, SecureRandom random, Clock clock) {
        this.hsm = hsm;
        this.ledger = new HsmKeyRepository(transactions);
        this.random = random;
        this.clock = clock;
    }

    public boolean isThere() {
        return hsm != null;
    }

    /**
     * A new key in the HSM. It is destroyed again when nobody {@linkplain #keep keeps} it for a quarter of an hour. Never inside a transaction.
     *
     * @throws VaultException {@code hsm_unavailable}
     */
    public Made make(TenantId tenant, String keyId, KeySpec spec) {
        HsmKeys module = module();
        HsmKeyKind kind = kind(spec);
        module.probe();
        HsmReference reference = HsmReference.fresh(random);
        ledger.announce(tenant, keyId, reference, clock.instant().truncatedTo(ChronoUnit.MICROS));
        HsmKeyName name = reference.name(tenant, keyId);
        KeyPair pair = new KeyPair(module.make(kind, name), new HsmPrivateKey(module, name, kind));
        return new Made(pair, SensitiveBytes.owning(reference.bytes()));
    }

    /**
     * In the transaction that stores its authority.
     *
     * @throws VaultException {@code service_unavailable} when that comes too late
     */
    public void keep(TenantTransaction tx, String keyId) {
        if (!ledger.keep(tx, keyId)) {
            throw new VaultException(
                    ErrorCode.SERVICE_UNAVAILABLE, "Making the key took too long; it is not kept any more");
        }
    }

    /** In the transaction from which on nothing needs the key any more; it is destroyed after that. */
    public void discard(TenantTransaction tx, String keyId) {
        ledger.end(tx, keyId);
    }

    /** Whether that is what is sealed of a key in an HSM, and not a key. */
    public static boolean isReference(byte[] opened) {
        return HsmReference.isOne(opened);
    }

    /**
     * The key that the reference names for this tenant and id; whether it is there the first signature tells.
     *
     * @throws VaultException {@code hsm_unavailable} when this instance has no HSM; {@code integrity_failure}
     */
    public HsmPrivateKey open(TenantId tenant, String keyId, KeySpec spec, byte[] reference) {
        return new HsmPrivateKey(module(), HsmReference.parse(reference).name(tenant, keyId), kind(spec));
    }

    /** @throws VaultException {@code hsm_unavailable} */
    void destroy(TenantId tenant, String keyId, HsmReference reference) {
        module().destroy(reference.name(tenant, keyId));
    }

    private HsmKeys module() {
        if (hsm == null) {
            throw new VaultException(
                    ErrorCode.HSM_UNAVAILABLE, "This instance has no HSM for keys of certificate authorities");
        }
        return hsm;
    }

    private static HsmKeyKind kind(KeySpec spec) {
        return HsmPrivateKey.kind(spec)
                .orElseThrow(() -> new VaultException(ErrorCode.INTEGRITY_FAILURE, "No key of this kind is in an HSM"));
    }

    /** @param reference what is to be sealed in the place of the private key; whoever receives it closes it */
    public record Made(KeyPair pair, SensitiveBytes reference) {
        @Override
        public String toString() {
            return "Made[…]";
        }
    }
}
