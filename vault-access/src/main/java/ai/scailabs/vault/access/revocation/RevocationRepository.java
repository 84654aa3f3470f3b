package ai.scailabs.vault.access.revocation;

import ai.scailabs.vault.access.revocation.TenantRevocations.Kind;
import ai.scailabs.vault.access.revocation.TenantRevocations.Row;
import ai.scailabs.vault.audit.trail.AuditEntry;
import ai.scailabs.vault.audit.trail.AuditRows;
import ai.scailabs.vault.kernel.id.IdentityId;
import ai.scailabs.vault.kernel.id.TenantId;
import ai.scailabs.vault.persistence.tenant.TenantTransaction;
import ai.scailabs.vault.persistence.tenant.TenantTransactions;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** The SQL of the list. */
final class RevocationRepository {
    /** With what the mirror of ScaiKey says of the tenant and its people, which lies elsewhere: the function is its owner's way to tell. */
    private static final String READ = """
            select kind, subject, not_before, null as detail from token_revocation where tenant_id = ? and expires_at >= ?
            union all
            select kind, subject, null, detail from identity_standings(?)
            """;

    private final TenantTransactions transactions;

    RevocationRepository(TenantTransactions transactions) {
        this.transactions = transactions;
    }

    TenantTransactions transactions() {
        return transactions;
    }

    /** What concerns tokens that can still be valid, and those whose tokens they are. */
    TenantRevocations read(TenantId tenant, Instant now) {
        return TenantRevocations.of(transactions.query(
                tenant, READ, (results, index) -> row(results), tenant.value(), now, tenant.value()));
    }

    private static Row row(ResultSet results) throws SQLException {
        OffsetDateTime notBefore = results.getObject(3, OffsetDateTime.class);
        return new Row(
                Kind.valueOf(results.getString(1).toUpperCase(Locale.ROOT)),
                results.getString(2),
                notBefore == null ? 0 : notBefore.toInstant().toEpochMilli(),
                results.getString(4));
    }

    /** Never earlier than what is there, and never shorter. */
    void save(
            TenantTransaction tx,
            Kind kind,
            String subject,
            @Nullable Instant notBefore,
            Instant now,
            IdentityId by,
            Instant expiresAt) {
        tx.update("""
                insert into token_revocation as known (tenant_id, kind, subject, not_before, revoked_at, revoked_by, expires_at)
                values (?, ?, ?, ?, ?, ?, ?)
                on conflict (tenant_id, kind, subject) do update
                set not_before = greatest(known.not_before, excluded.not_before), revoked_at = excluded.revoked_at,
                    revoked_by = excluded.revoked_by, expires_at = greatest(known.expires_at, excluded.expires_at)
                """, tx.tenant().value(), kind.sqlName(), subject, notBefore, now, by.value(), expiresAt);
    }

    /** Those that somebody made by hand: what the identity provider says must not use up their room. */
    int countByHand(TenantTransaction tx) {
        return tx.queryOne(
                        "select count(*) from token_revocation where tenant_id = ? and revoked_by not like 'system:%'",
                        (results, index) -> results.getInt(1), tx.tenant().value())
                .orElseThrow();
    }

    void record(TenantTransaction tx, AuditEntry entry) {
        tx.update(AuditRows.INSERT, AuditRows.arguments(entry));
    }
}
