package ai.scailabs.vault.pki.revocation;

import ai.scailabs.vault.audit.trail.AuditEntry;
import ai.scailabs.vault.audit.trail.AuditRows;
import ai.scailabs.vault.kernel.id.TenantId;
import ai.scailabs.vault.persistence.tenant.TenantTransaction;
import ai.scailabs.vault.persistence.tenant.TenantTransactions;
import ai.scailabs.vault.pki.issuer.CertificateAuthority;
import ai.scailabs.vault.pki.x509.RevocationReason;
import ai.scailabs.vault.pki.x509.SerialNumber;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** The SQL of revocations. A change, its audit row and the moment of the next list are one statement; the lists themselves are made elsewhere. */
final class RevocationRepository {
    private static final String TARGETS = """
            select c.ca_id, a.name, c.ca_generation as generation, c.certificate_id, c.role, c.subject_ca_id, c.not_after,
                r.reason, r.revoked_at, r.invalidity_date, a.revoked_at as ca_revoked_at, a.revocation_reason as ca_reason
            from certificate c
            join certificate_authority a on a.tenant_id = c.tenant_id and a.ca_id = c.ca_id
            left join certificate_revocation r on r.tenant_id = c.tenant_id and r.ca_id = c.ca_id and r.ca_generation = c.ca_generation
                and r.serial = c.serial and not r.released
            where c.tenant_id = ? and c.serial = ? and (?::uuid is null or c.ca_id = ?::uuid)
            order by c.ca_id limit 20
            """;

    /** The first moment stays when a certificate goes from hold to revoked; one that was released begins anew. */
    private static final String REVOKE = """
            with kept as (
                insert into certificate_revocation as r (tenant_id, ca_id, ca_generation, serial, certificate_id, reason, revoked_at, invalidity_date,
                    not_after, changed_at)
                values (?::text, ?::uuid, ?::integer, ?::bytea, ?::uuid, ?::smallint, ?::timestamptz, ?::timestamptz, ?::timestamptz, ?::timestamptz)
                on conflict (tenant_id, ca_id, ca_generation, serial) do update set
                    reason = excluded.reason,
                    revoked_at = case when r.released then excluded.revoked_at else r.revoked_at end,
                    invalidity_date = case when r.released then excluded.invalidity_date else coalesce(excluded.invalidity_date, r.invalidity_date) end,
                    released = false,
                    changed_at = excluded.changed_at
                where r.reason = 6 and (r.released or excluded.reason <> 6)
                returning r.tenant_id, r.ca_id, r.certificate_id, r.revoked_at, r.changed_at
            ), marked as (
                update certificate c set status = 'revoked' from kept k
                where c.tenant_id = k.tenant_id and c.certificate_id = k.certificate_id and c.status = 'issued'
            ), due as (
                update crl_schedule s set due_at = k.changed_at + s.delay_ms * interval '1 millisecond' from kept k
                where s.tenant_id = k.tenant_id and s.ca_id = k.ca_id and s.due_at > k.changed_at + s.delay_ms * interval '1 millisecond'
            ), recorded as (
            """ + AuditRows.INSERT_SELECT + " from kept) select revoked_at from kept";

    private static final String RELEASE = """
            with kept as (
                update certificate_revocation r set released = true, changed_at = ?::timestamptz
                where r.tenant_id = ? and r.ca_id = ? and r.ca_generation = ? and r.serial = ? and r.reason = 6 and not r.released
                returning r.tenant_id, r.ca_id, r.certificate_id, r.revoked_at, r.changed_at
            ), marked as (
                update certificate c set status = 'issued' from kept k
                where c.tenant_id = k.tenant_id and c.certificate_id = k.certificate_id and c.status = 'revoked'
            ), due as (
                update crl_schedule s set due_at = k.changed_at + s.delay_ms * interval '1 millisecond' from kept k
                where s.tenant_id = k.tenant_id and s.ca_id = k.ca_id and s.due_at > k.changed_at + s.delay_ms * interval '1 millisecond'
            ), recorded as (
            """ + AuditRows.INSERT_SELECT + " from kept) select revoked_at from kept";

    private final TenantTransactions transactions;

    RevocationRepository(TenantTransactions transactions) {
        this.transactions = transactions;
    }

    TenantTransactions transactions() {
        return transactions;
    }

    /** Of a number that authorities of the tenant gave: one, or few by accident or because they were imported. */
    List<Target> targets(TenantId tenant, SerialNumber serial, @Nullable UUID authority) {
        return transactions.query(
                tenant,
                TARGETS,
                (results, index) -> target(results, serial),
                tenant.value(),
                serial.contentOctets(),
                authority,
                authority);
    }

    /** Whose key that may be; DER of their certificates. Bounded: keys differ. */
    List<KeyHolder> holders(TenantId tenant, byte[] keyId) {
        return transactions.query(
                tenant,
                """
                select g.ca_id, a.name, g.generation, g.certificate, g.key_type, g.key_size
                from ca_generation g join certificate_authority a on a.tenant_id = g.tenant_id and a.ca_id = g.ca_id
                where g.tenant_id = ? and g.subject_key_id = ? order by g.ca_id, g.generation limit 20
                """,
                (results, index) -> new KeyHolder(
                        results.getObject("ca_id", UUID.class),
                        results.getString("name"),
                        results.getInt("generation"),
                        results.getBytes("certificate"),
                        results.getString("key_type"),
                        results.getObject("key_size", Integer.class)),
                tenant.value(),
                keyId);
    }

    /** When it was revoked first; empty when it is revoked for good already, and nothing was done. */
    Optional<Instant> revoke(
            TenantId tenant,
            Target target,
            RevocationReason reason,
            @Nullable Instant invalidityDate,
            Instant now,
            AuditEntry entry) {
        return transactions.queryOne(
                tenant,
                REVOKE,
                (results, index) -> results.getObject(1, OffsetDateTime.class).toInstant(),
                AuditRows.after(
                        entry,
                        tenant.value(),
                        target.authority(),
                        target.generation(),
                        target.serial().contentOctets(),
                        target.certificateId(),
                        reason.code(),
                        now,
                        invalidityDate,
                        target.notAfter(),
                        now));
    }

    /** False when it is not on hold. */
    boolean release(TenantId tenant, Target target, Instant now, AuditEntry entry) {
        return transactions
                .queryOne(
                        tenant,
                        RELEASE,
                        (results, index) -> true,
                        AuditRows.after(
                                entry,
                                now,
                                tenant.value(),
                                target.authority(),
                                target.generation(),
                                target.serial().contentOctets()))
                .isPresent();
    }

    /**
     * Once a change is committed: a list that was begun before that may have been read without it, and whoever began it put the next one off. Changes nothing when it is due soon.
     */
    void due(TenantId tenant, UUID authority, Instant now) {
        transactions.update(tenant, """
                update crl_schedule set due_at = ?::timestamptz + delay_ms * interval '1 millisecond'
                where tenant_id = ? and ca_id = ? and due_at > ?::timestamptz + delay_ms * interval '1 millisecond'
                """, now, tenant.value(), authority, now);
    }

    /** Of an authority that was revoked. */
    Optional<CertificateAuthority.Revocation> revocation(TenantTransaction tx, UUID authority) {
        return tx.queryOne(
                "select revocation_reason, revoked_at from certificate_authority where tenant_id = ? and ca_id = ? and revoked_at is not null",
                (results, index) -> new CertificateAuthority.Revocation(
                        RevocationReason.of(results.getInt(1)),
                        results.getObject(2, OffsetDateTime.class).toInstant()),
                tx.tenant().value(),
                authority);
    }

    /** The authority and all below it; tells how many were not revoked before. */
    int revokeAuthorities(TenantTransaction tx, UUID authority, RevocationReason reason, Instant now) {
        return tx.update(
                """
                with recursive below as (
                    select a.ca_id from certificate_authority a where a.tenant_id = ?::text and a.ca_id = ?::uuid
                    union
                    select a.ca_id from certificate_authority a join below b on a.parent_ca_id = b.ca_id where a.tenant_id = ?::text
                ), due as (
                    update crl_schedule s set due_at = least(s.due_at, ?::timestamptz) from below b where s.tenant_id = ?::text and s.ca_id = b.ca_id
                )
                update certificate_authority a set status = 'revoked', revoked_at = ?::timestamptz, revocation_reason = ?::smallint, updated_at = ?::timestamptz
                from below b where a.tenant_id = ?::text and a.ca_id = b.ca_id and a.status <> 'revoked'
                """,
                tx.tenant().value(),
                authority,
                tx.tenant().value(),
                now,
                tx.tenant().value(),
                now,
                reason.code(),
                now,
                tx.tenant().value());
    }

    /**
     * The certificates of the authority and of all below it, of every key that they had, at those of ours that signed them or vouched for them: a cross certificate counts below another than the authority. One that is on
     * hold is so for good now, from its first moment on.
     */
    void revokeOwnCertificates(TenantTransaction tx, UUID authority, RevocationReason reason, Instant now) {
        tx.update(
                """
                with recursive below as (
                    select a.ca_id from certificate_authority a where a.tenant_id = ?::text and a.ca_id = ?::uuid
                    union
                    select a.ca_id from certificate_authority a join below b on a.parent_ca_id = b.ca_id where a.tenant_id = ?::text
                ), kept as (
                    insert into certificate_revocation as r (tenant_id, ca_id, ca_generation, serial, certificate_id, reason, revoked_at, not_after,
                        changed_at)
                    select g.tenant_id, g.issuer_ca_id, g.issuer_generation, g.serial, g.certificate_id, ?::smallint, ?::timestamptz, g.not_after,
                        ?::timestamptz
                    from (
                        select o.tenant_id, o.issuer_ca_id, o.issuer_generation, o.serial, o.certificate_id, o.not_after
                        from ca_generation o join below b on b.ca_id = o.ca_id where o.tenant_id = ?::text and o.issuer_ca_id is not null
                        union
                        select c.tenant_id, c.ca_id, c.ca_generation, c.serial, c.certificate_id, c.not_after
                        from ca_cross_certificate x
                        join below b on b.ca_id = x.ca_id
                        join certificate c on c.tenant_id = x.tenant_id and c.certificate_id = x.certificate_id
                        where x.tenant_id = ?::text
                    ) g
                    on conflict (tenant_id, ca_id, ca_generation, serial) do update set
                        reason = excluded.reason,
                        revoked_at = case when r.released then excluded.revoked_at else r.revoked_at end,
                        invalidity_date = case when r.released then null else r.invalidity_date end,
                        released = false,
                        changed_at = excluded.changed_at
                    where r.reason = 6
                    returning r.tenant_id, r.ca_id, r.certificate_id
                ), due as (
                    update crl_schedule s set due_at = least(s.due_at, ?::timestamptz) from kept k where s.tenant_id = k.tenant_id and s.ca_id = k.ca_id
                )
                update certificate c set status = 'revoked' from kept k
                where c.tenant_id = k.tenant_id and c.certificate_id = k.certificate_id and c.status = 'issued'
                """,
                tx.tenant().value(),
                authority,
                tx.tenant().value(),
                reason.code(),
                now,
                now,
                tx.tenant().value(),
                tx.tenant().value(),
                now);
    }

    /** Of a call that changed nothing. */
    void record(TenantId tenant, AuditEntry entry) {
        transactions.update(tenant, AuditRows.INSERT, AuditRows.arguments(entry));
    }

    void record(TenantTransaction tx, AuditEntry entry) {
        tx.update(AuditRows.INSERT, AuditRows.arguments(entry));
    }

    private static Target target(ResultSet results, SerialNumber serial) throws SQLException {
        return new Target(
                results.getObject("ca_id", UUID.class),
                results.getString("name"),
                results.getInt("generation"),
                serial,
                results.getObject("certificate_id", UUID.class),
                results.getString("role"),
                results.getObject("subject_ca_id", UUID.class),
                results.getObject("not_after", OffsetDateTime.class).toInstant(),
                CertificateStatuses.read(results));
    }

    /** An authority whose key has a certain identifier. */
    record KeyHolder(
            UUID authority,
            String name,
            int generation,
            byte[] certificate,
            String keyType,
            @Nullable Integer keySize) {
        @Override
        public String toString() {
            return "KeyHolder[" + name + "]";
        }
    }
}
