package ai.scailabs.vault.server.wiring;

import ai.scailabs.vault.crypto.envelope.EnvelopeCipher;
import ai.scailabs.vault.crypto.envelope.KeyChain;
import ai.scailabs.vault.crypto.envelope.Rewrapping;
import ai.scailabs.vault.crypto.key.KeyId;
import ai.scailabs.vault.kernel.error.VaultException;
import ai.scailabs.vault.kernel.id.TenantId;
import ai.scailabs.vault.persistence.tenant.SealedKeyRows;
import ai.scailabs.vault.persistence.tenant.TenantTransaction;
import ai.scailabs.vault.persistence.tenant.TenantTransactions;
import ai.scailabs.vault.tenancy.rotation.SealedRows;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;

/** Private keys of one purpose, for the rotation of the key that seals them. */
record RewrappedKeys(String kind, String purpose, SealedKeyRows keys) implements SealedRows {
    private static final KeyId UNKNOWN = KeyId.of(new UUID(0, 0));

    /** The keys of issuers. */
    static RewrappedKeys ofIssuers(TenantTransactions transactions) {
        return new RewrappedKeys(
                "signing_keys", SealedKeys.TOKEN_SIGNING, new SealedKeyRows(transactions, "token_signing_key"));
    }

    /** The keys that sign the heads of audit logs. */
    static RewrappedKeys ofAuditLogs(TenantTransactions transactions) {
        return new RewrappedKeys(
                "checkpoint_keys",
                SealedKeys.CHECKPOINT_SIGNING,
                new SealedKeyRows(transactions, "audit_checkpoint_key"));
    }

    /** The keys of certificate authorities. */
    static RewrappedKeys ofAuthorities(TenantTransactions transactions) {
        return new RewrappedKeys("ca_keys", SealedKeys.CA_SIGNING, new SealedKeyRows(transactions, "ca_signing_key"));
    }

    /** The keys of certificates that roles keep. */
    static RewrappedKeys ofCertificates(TenantTransactions transactions) {
        return new RewrappedKeys(
                "certificate_keys", SealedKeys.CERTIFICATE, new SealedKeyRows(transactions, "certificate_key"));
    }

    /** What DNS providers are used as. */
    static RewrappedKeys ofDnsProviders(TenantTransactions transactions) {
        return new RewrappedKeys(
                "dns_provider_credentials",
                SealedKeys.DNS_PROVIDER,
                new SealedKeyRows(transactions, "dns_provider_credential"));
    }

    /** What events are signed with on their way to webhooks. */
    static RewrappedKeys ofEvents(TenantTransactions transactions) {
        return new RewrappedKeys(
                "webhook_secrets", SealedKeys.EVENT_SIGNING, new SealedKeyRows(transactions, "event_signing_key"));
    }

    /** The keys of accounts at other authorities, and of certificates from there. */
    static RewrappedKeys ofAcme(TenantTransactions transactions) {
        return new RewrappedKeys("acme_keys", SealedKeys.ACME, new SealedKeyRows(transactions, "acme_key"));
    }

    /** The keys with which engines certify keys of SSH. */
    static RewrappedKeys ofSshEngines(TenantTransactions transactions) {
        return new RewrappedKeys(
                "ssh_ca_keys", SealedKeys.SSH_SIGNING, new SealedKeyRows(transactions, "ssh_authority_key"));
    }

    /** Values on their way to accounts. */
    static RewrappedKeys ofRotations(TenantTransactions transactions) {
        return new RewrappedKeys(
                "rotation_values", SealedKeys.ROTATION, new SealedKeyRows(transactions, "rotation_pending"));
    }

    /** What calls were answered that may be sent again. */
    static RewrappedKeys ofIdempotentReplies(TenantTransactions transactions) {
        return new RewrappedKeys(
                "idempotent_replies", SealedKeys.IDEMPOTENT, new SealedKeyRows(transactions, "idempotent_reply"));
    }

    @Override
    public Page page(TenantId tenant, String after, int limit) {
        List<SealedKeyRows.Sealed> found = keys.page(tenant, after, limit);
        List<Row> rows = new ArrayList<>(found.size());
        for (SealedKeyRows.Sealed key : found) {
            rows.add(new Row(key.keyId(), sealedBy(key.privateKey()), key.privateKey(), new byte[0]));
        }
        return new Page(rows, found.size() < limit ? "" : found.getLast().keyId());
    }

    /** Bytes that are no record are under no key, and do not open. */
    private static KeyId sealedBy(byte[] sealed) {
        try {
            return EnvelopeCipher.tenantKeyIdOfRecord(sealed);
        } catch (VaultException malformed) {
            return UNKNOWN;
        }
    }

    @Override
    public byte[] rewrapped(Rewrapping open, KeyChain from, Row row) {
        return open.record(from, purpose, row.position(), row.sealed());
    }

    @Override
    public Set<String> store(TenantTransaction tx, KeyId to, List<Rewrapped> rows) {
        Set<String> stored = new HashSet<>();
        for (Rewrapped row : rows) {
            String keyId = row.row().position();
            if (keys.replace(tx, new SealedKeyRows.Sealed(keyId, row.row().sealed()), row.sealed())) {
                stored.add(keyId);
            }
        }
        return stored;
    }

    @Override
    public Map<KeyId, Long> counts(TenantId tenant) {
        Map<KeyId, Long> counts = new HashMap<>();
        keys.counts(tenant).forEach((id, count) -> counts.put(KeyId.of(id), count));
        return counts;
    }
}
