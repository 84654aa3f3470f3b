package ai.scailabs.vault.pki.issuer;

import ai.scailabs.vault.crypto.envelope.KeySeal;
import ai.scailabs.vault.kernel.error.VaultException;
import ai.scailabs.vault.kernel.id.PartnerId;
import ai.scailabs.vault.kernel.id.TenantId;
import ai.scailabs.vault.kernel.sensitive.SensitiveBytes;
import ai.scailabs.vault.persistence.tenant.TenantTransaction;
import ai.scailabs.vault.pki.hsm.HsmAuthorityKeys;
import ai.scailabs.vault.pki.x509.HsmPrivateKey;
import ai.scailabs.vault.pki.x509.KeySpec;
import ai.scailabs.vault.pki.x509.SignatureProvider;
import java.security.KeyPair;
import java.security.PrivateKey;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The private keys of authorities. Of each something is sealed by the tenant's key: the key itself, or what names it in the HSM. So a rotation or an erasure of the tenant's key reaches both alike, and nobody
 * signs by either for another tenant. Thread-safe.
 */
public final class AuthorityKeys {
    private final KeyPairs keyPairs;
    private final SignatureProvider signatures;
    private final KeySeal seal;
    private final HsmAuthorityKeys hsm;
    private final KeyStorage usual;

    /** @param usual where keys lie of whose place the caller says nothing */
    public AuthorityKeys(
            KeyPairs keyPairs, SignatureProvider signatures, KeySeal seal, HsmAuthorityKeys hsm, KeyStorage usual) {
        this.keyPairs = keyPairs;
        this.signatures = signatures;
        this.seal = seal;
        this.hsm = hsm;
        this.usual = usual;
    }

    /**
     * Where a new key of this kind is to lie.
     *
     * @param wanted null where the caller left it open
     * @throws VaultException {@code validation_error} when there is no HSM, or it makes no such keys
     */
    KeyStorage storage(@Nullable KeyStorage wanted, KeySpec spec) {
        KeyStorage chosen = wanted == null ? usual : wanted;
        if (chosen == KeyStorage.HSM && !hsm.isThere()) {
            throw VaultException.invalidField(
                    "key_storage", "must be vault: this installation has no HSM for keys of certificate authorities");
        }
        if (chosen == KeyStorage.HSM && HsmPrivateKey.kind(spec).isEmpty()) {
            throw VaultException.invalidField("key_storage", "must be vault for a key that is neither rsa nor ec");
        }
        return chosen;
    }

    /**
     * A new key, of which what is to be stored is sealed. Never inside a transaction.
     *
     * @throws VaultException {@code rate_limited}; {@code service_unavailable}; {@code hsm_unavailable}; {@code kms_unavailable}
     */
    Made make(Maker maker, String keyId, KeySpec spec, KeyStorage storage) {
        return switch (storage) {
            case VAULT -> {
                KeyPair pair = keyPairs.make(maker.tenant(), spec);
                yield sealed(
                        maker,
                        keyId,
                        pair,
                        SensitiveBytes.owning(pair.getPrivate().getEncoded()));
            }
            case HSM -> {
                HsmAuthorityKeys.Made made = hsm.make(maker.tenant(), keyId, spec);
                yield sealed(maker, keyId, made.pair(), made.reference());
            }
        };
    }

    private Made sealed(Maker maker, String keyId, KeyPair pair, SensitiveBytes content) {
        try (content) {
            return new Made(pair, seal.seal(maker.tenant(), maker.partner(), keyId, content));
        }
    }

    /** What is to be stored of a key that somebody brought. Never inside a transaction. */
    byte[] sealed(Maker maker, String keyId, SensitiveBytes privateKey) {
        return seal.seal(maker.tenant(), maker.partner(), keyId, privateKey);
    }

    /** In the transaction that stores the authority whose key it is. */
    void keep(TenantTransaction tx, KeyStorage storage, String keyId) {
        if (storage == KeyStorage.HSM) {
            hsm.keep(tx, keyId);
        }
    }

    /** In the transaction from which on nothing needs the key any more. */
    void discard(TenantTransaction tx, KeyStorage storage, String keyId) {
        if (storage == KeyStorage.HSM) {
            hsm.discard(tx, keyId);
        }
    }

    /**
     * Signs with a key while it is open. Asks the root key, and the HSM where the key lies there: never inside a transaction.
     *
     * @param work uses the key and does not keep it
     * @throws VaultException {@code kms_unavailable}; {@code hsm_unavailable}; {@code integrity_failure} when the key was altered, moved or destroyed
     */
    public <T> T with(
            TenantId tenant,
            PartnerId partner,
            String keyId,
            KeySpec spec,
            byte[] sealed,
            Function<PrivateKey, T> work) {
        try (SensitiveBytes opened = seal.open(tenant, partner, keyId, sealed)) {
            byte[] content = opened.expose();
            return work.apply(
                    HsmAuthorityKeys.isReference(content)
                            ? hsm.open(tenant, keyId, spec, content)
                            : signatures.read(content, spec));
        }
    }

    /** @param sealed what is stored of the private key */
    record Made(KeyPair pair, byte[] sealed) {
        @Override
        public String toString() {
            return "Made[…]";
        }
    }
}
