package ai.scailabs.vault.pki.issuer;

import ai.scailabs.vault.kernel.id.IdentityId;
import ai.scailabs.vault.kernel.id.TenantId;
import ai.scailabs.vault.persistence.tenant.TenantTransaction;
import ai.scailabs.vault.persistence.tenant.TenantTransactions;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** The SQL of the keys of an authority: those that are certified, and the one that waits for it. */
final class GenerationRepository {
    /** Between a revocation and the list that tells of it, until it is known how long making that takes. */
    private static final int FIRST_DELAY_MILLIS = 5_000;

    private final TenantTransactions transactions;

    GenerationRepository(TenantTransactions transactions) {
        this.transactions = transactions;
    }

    void insert(TenantTransaction tx, UUID authority, AuthorityGeneration generation, Instant now) {
        tx.update(
                """
                insert into ca_generation (tenant_id, ca_id, generation, key_id, key_type, key_size, certificate_id, certificate, chain, serial, subject,
                    subject_key_id, max_path_length, name_constraints, issuer_ca_id, issuer_generation, not_before, not_after, created_at, key_storage)
                values (?, ?, ?, ?, ?, ?, ?, ?, ?::bytea[], ?, ?, ?, ?, ?::jsonb, ?, ?, ?, ?, ?, ?)
                """,
                tx.tenant().value(),
                authority,
                generation.number(),
                generation.keyId(),
                generation.keySpec().keyType(),
                generation.keySpec().keySize(),
                generation.certificateId(),
                generation.certificate(),
                generation.chain().toArray(byte[][]::new),
                generation.serial().contentOctets(),
                generation.subject(),
                generation.subjectKeyId(),
                generation.maxPathLength(),
                generation.constraints().isEmpty() ? null : ConstraintsJson.write(generation.constraints()),
                generation.issuerId(),
                generation.issuerGeneration(),
                generation.notBefore(),
                generation.notAfter(),
                now,
                generation.storage().wireName());
    }

    /** From now on lists are made, with numbers after that one. */
    void schedule(TenantTransaction tx, UUID authority, Instant now, long lastNumber) {
        tx.update(
                "insert into crl_schedule (tenant_id, ca_id, due_at, delay_ms, last_number) values (?, ?, ?, ?, ?)",
                tx.tenant().value(),
                authority,
                now,
                FIRST_DELAY_MILLIS,
                lastNumber);
    }

    void insertPending(TenantTransaction tx, UUID authority, PendingKey pending) {
        tx.update(
                """
                insert into ca_pending_key (tenant_id, ca_id, key_id, key_type, key_size, key_storage, subject, request, max_path_length, name_constraints, created_at)
                values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?::jsonb, ?)
                """,
                tx.tenant().value(),
                authority,
                pending.keyId(),
                pending.keySpec().keyType(),
                pending.keySpec().keySize(),
                pending.storage().wireName(),
                pending.subject(),
                pending.request(),
                pending.maxPathLength(),
                pending.constraints().isEmpty() ? null : ConstraintsJson.write(pending.constraints()),
                pending.createdAt());
    }

    void deletePending(TenantTransaction tx, UUID authority) {
        tx.update(
                "delete from ca_pending_key where tenant_id = ? and ca_id = ?",
                tx.tenant().value(),
                authority);
    }

    /** The generation signs from now on. What was pending begins to; what is disabled stays so. */
    void promote(TenantTransaction tx, UUID authority, int generation, @Nullable UUID parent, Instant now) {
        tx.update(
                """
                update certificate_authority
                set generation = ?, parent_ca_id = ?, status = case when status = 'pending' then 'active' else status end, updated_at = """ + AuthorityRepository.LATER + " where tenant_id = ? and ca_id = ?",
                generation,
                parent,
                now,
                tx.tenant().value(),
                authority);
        lookAnew(tx, authority, now);
    }

    /** When its key is to give way is found anew, and what went wrong before is over. */
    void lookAnew(TenantTransaction tx, UUID authority, Instant now) {
        tx.update("""
                insert into ca_rotation (tenant_id, ca_id, look_at) values (?, ?, ?)
                on conflict (tenant_id, ca_id) do update
                set rotate_at = null, look_at = excluded.look_at, attempts = 0, error_code = null, error_message = null
                """, tx.tenant().value(), authority, now);
    }

    /** All that the authority has had, the newest first. */
    List<AuthorityGeneration> all(TenantId tenant, UUID authority) {
        return transactions.query(
                tenant, """
                select generation, key_id, key_type, key_size, key_storage, certificate_id, certificate, chain, serial, subject, subject_key_id, max_path_length,
                    name_constraints::text as name_constraints, issuer_ca_id, issuer_generation, not_before, not_after
                from ca_generation where tenant_id = ? and ca_id = ? order by generation desc
                """, (results, index) -> AuthorityRows.generation(results), tenant.value(), authority);
    }

    /** Lists are due at once: the new key has none. */
    void hurry(TenantTransaction tx, UUID authority, Instant now) {
        tx.update(
                "update crl_schedule set due_at = least(due_at, ?::timestamptz) where tenant_id = ? and ca_id = ?",
                now,
                tx.tenant().value(),
                authority);
    }

    /** A key that was to be certified and will not be. */
    void discardKey(TenantTransaction tx, String keyId) {
        tx.update(
                "delete from ca_signing_key where tenant_id = ? and key_id = ?",
                tx.tenant().value(),
                keyId);
    }

    /** Which authority has, or waits for the certificate of, this key. */
    Optional<Named> ofKey(TenantTransaction tx, byte[] keyInfo) {
        return tx.queryOne(
                """
                select a.ca_id, a.name from certificate_authority a
                where a.tenant_id = ? and (
                    exists (select from ca_generation g where g.tenant_id = a.tenant_id and g.ca_id = a.ca_id and position(?::bytea in g.certificate) > 0)
                    or exists (select from ca_pending_key p where p.tenant_id = a.tenant_id and p.ca_id = a.ca_id and position(?::bytea in p.request) > 0))
                limit 1
                """,
                (results, index) -> new Named(results.getObject(1, UUID.class), results.getString(2)),
                tx.tenant().value(),
                keyInfo,
                keyInfo);
    }

    record Named(UUID id, String name) {}

    /** Of all authorities of the tenant, the keys that go by that identifier; those of one that was revoked are none. */
    List<Holder> holders(TenantId tenant, byte[] subjectKeyId) {
        return transactions.query(
                tenant,
                """
                select g.ca_id, g.generation, g.certificate from ca_generation g
                join certificate_authority a on a.tenant_id = g.tenant_id and a.ca_id = g.ca_id
                where g.tenant_id = ? and g.subject_key_id = ? and a.status <> 'revoked' order by g.ca_id, g.generation limit 20
                """,
                (results, index) -> new Holder(
                        results.getObject("ca_id", UUID.class),
                        results.getInt("generation"),
                        results.getBytes("certificate")),
                tenant.value(),
                subjectKeyId);
    }

    /** A certificate that an authority of ours signed elsewhere is one of its certificates like any other. Empty when it gave that number to another one. */
    Optional<UUID> enter(
            TenantTransaction tx,
            UUID certificate,
            Holder issuer,
            UUID subject,
            AuthorityGeneration made,
            String commonName,
            IdentityId by,
            Instant now) {
        return tx.queryOne(
                """
                insert into certificate (tenant_id, certificate_id, ca_id, ca_generation, serial, status, subject_ca_id, common_name, subject, not_before, not_after,
                    certificate, created_at, created_by)
                values (?, ?, ?, ?, ?, 'issued', ?, ?, ?, ?, ?, ?, ?, ?)
                on conflict (tenant_id, serial, ca_id) do nothing returning certificate_id
                """,
                (results, index) -> results.getObject(1, UUID.class),
                tx.tenant().value(),
                certificate,
                issuer.authority(),
                issuer.generation(),
                made.serial().contentOctets(),
                subject,
                commonName,
                made.subject(),
                made.notBefore(),
                made.notAfter(),
                made.certificate(),
                now,
                by.value());
    }

    /** A key of an authority of ours. */
    record Holder(UUID authority, int generation, byte[] certificate) {
        @Override
        public String toString() {
            return "Holder[" + authority + "]";
        }
    }
}
