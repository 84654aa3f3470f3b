package ai.scailabs.vault.crypto.envelope;

import ai.scailabs.vault.crypto.key.KeyId;
import ai.scailabs.vault.crypto.key.KeyMaterial;
import ai.scailabs.vault.crypto.root.RootKey;
import ai.scailabs.vault.crypto.root.WrapContext;
import ai.scailabs.vault.kernel.error.ErrorCode;
import ai.scailabs.vault.kernel.error.VaultException;
import ai.scailabs.vault.kernel.id.Ids;
import ai.scailabs.vault.kernel.id.TenantId;
import ai.scailabs.vault.kernel.sensitive.SensitiveBytes;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.function.Supplier;

/**
 * Seals and opens under the key chain root → partner → tenant → data key. Every call asks the root key once and wipes all keys before it returns. What was altered, or
 * stands at another place than the one it was sealed for, never opens: the call ends with {@code integrity_failure} and names the place. A root key that cannot be reached
 * ends it with {@code kms_unavailable}. Thread-safe.
 */
public final class EnvelopeCipher {
    private static final byte RECORD_FORMAT = 0x03;
    static final int RECORD_CIPHERTEXT_AT = 1 + KeyWrap.BYTES;

    private final RootKey root;
    private final Ids ids;
    private final SecureRandom random;

    public EnvelopeCipher(RootKey root, Ids ids, SecureRandom random) {
        this.root = root;
        this.ids = ids;
        this.random = random;
    }

    /** A new key for a partner, wrapped by the root key. */
    public WrappedKey newPartnerKey(String partnerId) {
        KeyId id = newKeyId();
        try (KeyMaterial key = KeyMaterial.generate(random)) {
            return new WrappedKey(id, root.wrap(key, partnerContext(partnerId, id)));
        }
    }

    /** Opens a partner's key and lets go of it: returns when that is possible. */
    public void checkPartnerKey(String partnerId, KeyId id, byte[] wrapped) {
        named(() -> "The key of partner " + partnerId, () -> {
            root.unwrap(wrapped, partnerContext(partnerId, id)).close();
            return id;
        });
    }

    /** A new key for a tenant, wrapped by the partner's key. */
    public WrappedKey newTenantKey(TenantId tenant, String partnerId, KeyId partnerKeyId, byte[] wrappedPartnerKey) {
        return named(() -> "The key of partner " + partnerId, () -> {
            KeyId id = newKeyId();
            try (KeyMaterial partnerKey = root.unwrap(wrappedPartnerKey, partnerContext(partnerId, partnerKeyId));
                    KeyMaterial key = KeyMaterial.generate(random)) {
                byte[] context = AssociatedData.ofTenantKey(tenant, partnerId, id);
                return new WrappedKey(id, KeyWrap.wrap(partnerKey, key, KeyWrap.header(partnerKeyId), context, random));
            }
        });
    }

    /** Seals a value under a data key of its own, bound to its place. The plaintext stays the caller's to close. */
    public SealedValue seal(KeyChain chain, ValuePlace place, SensitiveBytes plaintext) {
        return named(() -> "The value of " + place, () -> {
            requireSameTenant(chain, place.tenant());
            Aes aes = new Aes();
            KeyId dataKeyId = newKeyId();
            try (KeyMaterial tenantKey = openTenantKey(aes, chain);
                    KeyMaterial dataKey = KeyMaterial.generate(random)) {
                byte[] header = KeyWrap.header(chain.tenantKeyId());
                byte[] wrappedKey = KeyWrap.wrap(
                        aes, tenantKey, dataKey, header, AssociatedData.ofValueKey(place, dataKeyId), random);
                byte[] context = AssociatedData.ofValue(place, dataKeyId);
                return new SealedValue(
                        wrappedKey, Ciphertext.seal(aes, dataKey, dataKeyId, plaintext, context, random));
            }
        });
    }

    /** The plaintext, which the caller closes. The chain is the one that ends in {@link SealedValue#tenantKeyId()}. */
    public SensitiveBytes open(KeyChain chain, ValuePlace place, SealedValue sealed) {
        return named(() -> "The value of " + place, () -> {
            requireSameTenant(chain, place.tenant());
            Aes aes = new Aes();
            KeyId dataKeyId = Ciphertext.dataKeyId(sealed.ciphertext());
            try (KeyMaterial tenantKey = openTenantKey(aes, chain);
                    KeyMaterial dataKey = openValueKey(aes, tenantKey, chain, place, dataKeyId, sealed)) {
                return Ciphertext.open(aes, dataKey, sealed.ciphertext(), AssociatedData.ofValue(place, dataKeyId));
            }
        });
    }

    /**
     * Seals the content of a row other than a secret's value under a data key of its own, as one array.
     *
     * @param purpose what kind of row: 1 to 63 characters a-z, 0-9 and '-'
     * @param recordId which row of that kind, at most 65,535 bytes
     */
    public byte[] sealRecord(KeyChain chain, String purpose, String recordId, SensitiveBytes plaintext) {
        return named(() -> recordName(chain, purpose), () -> {
            Aes aes = new Aes();
            KeyId dataKeyId = newKeyId();
            byte[] keyContext = AssociatedData.ofRecordKey(chain.tenant(), purpose, recordId, dataKeyId);
            byte[] context = AssociatedData.ofRecord(chain.tenant(), purpose, recordId, dataKeyId);
            try (KeyMaterial tenantKey = openTenantKey(aes, chain);
                    KeyMaterial dataKey = KeyMaterial.generate(random)) {
                byte[] header = KeyWrap.header(chain.tenantKeyId());
                byte[] wrappedKey = KeyWrap.wrap(aes, tenantKey, dataKey, header, keyContext, random);
                byte[] ciphertext = Ciphertext.seal(aes, dataKey, dataKeyId, plaintext, context, random);
                return joined(wrappedKey, ciphertext);
            }
        });
    }

    /** The plaintext, which the caller closes. The chain is the one that ends in {@link #tenantKeyIdOfRecord}. */
    public SensitiveBytes openRecord(KeyChain chain, String purpose, String recordId, byte[] sealed) {
        return named(() -> recordName(chain, purpose), () -> {
            Aes aes = new Aes();
            byte[] wrappedKey = wrappedKeyOfRecord(sealed);
            byte[] ciphertext = Ciphertext.tail(sealed, RECORD_CIPHERTEXT_AT);
            KeyId dataKeyId = Ciphertext.dataKeyId(ciphertext);
            byte[] keyContext = AssociatedData.ofRecordKey(chain.tenant(), purpose, recordId, dataKeyId);
            byte[] context = AssociatedData.ofRecord(chain.tenant(), purpose, recordId, dataKeyId);
            byte[] header = KeyWrap.header(chain.tenantKeyId());
            try (KeyMaterial tenantKey = openTenantKey(aes, chain);
                    KeyMaterial dataKey = KeyWrap.unwrap(aes, tenantKey, wrappedKey, header, keyContext)) {
                return Ciphertext.open(aes, dataKey, ciphertext, context);
            }
        });
    }

    /**
     * Which generation of the tenant's key opens a sealed record, as the bytes claim; opening proves the claim.
     *
     * @throws VaultException {@code integrity_failure} when the bytes are not a sealed record
     */
    public static KeyId tenantKeyIdOfRecord(byte[] sealed) {
        return KeyWrap.wrappingKeyId(wrappedKeyOfRecord(sealed));
    }

    /**
     * HMAC-SHA256 under a key derived from the tenant's key for this purpose alone; 32 bytes, to be compared in constant time.
     *
     * @param purpose 1 to 63 characters a-z, 0-9 and '-'
     */
    public byte[] mac(KeyChain chain, String purpose, byte[] message) {
        return named(() -> "The key chain of " + chain.tenant(), () -> {
            byte[] info = AssociatedData.ofMac(chain.tenant(), purpose, chain.tenantKeyId());
            try (KeyMaterial tenantKey = openTenantKey(new Aes(), chain)) {
                return DerivedMac.compute(tenantKey, info, message);
            }
        });
    }

    private KeyMaterial openTenantKey(Aes aes, KeyChain chain) {
        return openTenantKey(root, aes, chain);
    }

    static KeyMaterial openTenantKey(RootKey root, Aes aes, KeyChain chain) {
        WrapContext partnerContext = partnerContext(chain.partnerId(), chain.partnerKeyId());
        byte[] header = KeyWrap.header(chain.partnerKeyId());
        byte[] context = AssociatedData.ofTenantKey(chain.tenant(), chain.partnerId(), chain.tenantKeyId());
        try (KeyMaterial partnerKey = root.unwrap(chain.wrappedPartnerKey(), partnerContext)) {
            return KeyWrap.unwrap(aes, partnerKey, chain.wrappedTenantKey(), header, context);
        }
    }

    private static KeyMaterial openValueKey(
            Aes aes, KeyMaterial tenantKey, KeyChain chain, ValuePlace place, KeyId dataKeyId, SealedValue sealed) {
        byte[] context = AssociatedData.ofValueKey(place, dataKeyId);
        return KeyWrap.unwrap(aes, tenantKey, sealed.wrappedDataKey(), KeyWrap.header(chain.tenantKeyId()), context);
    }

    private KeyId newKeyId() {
        return KeyId.of(ids.nextUuid());
    }

    static WrapContext partnerContext(String partnerId, KeyId partnerKeyId) {
        return new WrapContext(partnerId, partnerKeyId, AssociatedData.PARTNER_KEY);
    }

    static void requireSameTenant(KeyChain chain, TenantId tenant) {
        if (!chain.tenant().equals(tenant)) {
            throw new VaultException(ErrorCode.INTEGRITY_FAILURE, "The key chain belongs to another tenant");
        }
    }

    static byte[] joined(byte[] wrappedKey, byte[] ciphertext) {
        byte[] sealed = new byte[RECORD_CIPHERTEXT_AT + ciphertext.length];
        sealed[0] = RECORD_FORMAT;
        System.arraycopy(wrappedKey, 0, sealed, 1, wrappedKey.length);
        System.arraycopy(ciphertext, 0, sealed, RECORD_CIPHERTEXT_AT, ciphertext.length);
        return sealed;
    }

    static byte[] wrappedKeyOfRecord(byte[] sealed) {
        if (sealed.length < RECORD_CIPHERTEXT_AT || sealed[0] != RECORD_FORMAT) {
            throw new VaultException(ErrorCode.INTEGRITY_FAILURE, "The bytes are not a sealed record");
        }
        return Arrays.copyOfRange(sealed, 1, RECORD_CIPHERTEXT_AT);
    }

    private static String recordName(KeyChain chain, String purpose) {
        return "A " + purpose + " record of " + chain.tenant();
    }

    /** Names the place in the refusal of any step below it; other failures pass. */
    private static <T> T named(Supplier<String> place, Supplier<T> steps) {
        try {
            return steps.get();
        } catch (VaultException e) {
            if (e.code() != ErrorCode.INTEGRITY_FAILURE) {
                throw e;
            }
            throw new VaultException(ErrorCode.INTEGRITY_FAILURE, place.get() + " does not open", e);
        }
    }
}
