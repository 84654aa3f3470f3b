package ai.scailabs.vault.pki.crl;

import ai.scailabs.vault.kernel.id.PartnerId;
import ai.scailabs.vault.kernel.id.TenantId;
import ai.scailabs.vault.persistence.tenant.TenantTransaction;
import ai.scailabs.vault.persistence.tenant.TenantTransactions;
import ai.scailabs.vault.pki.x509.Issuers;
import ai.scailabs.vault.pki.x509.KeySpec;
import ai.scailabs.vault.pki.x509.SignatureScheme;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** The SQL of lists and their pieces, and of the keys that sign them. */
final class CrlRepository {
    /** For whoever is reading a list while the next takes its place. */
    static final Duration STILL_READ = Duration.ofMinutes(10);

    private static final String COLUMNS = """
            c.crl_id, c.ca_id, c.ca_generation, c.part, c.delta, c.number, c.base_number, c.this_update, c.next_update, c.entries, c.size_bytes, c.sha256,
            c.pieces
            """;

    private final TenantTransactions transactions;

    CrlRepository(TenantTransactions transactions) {
        this.transactions = transactions;
    }

    TenantTransactions transactions() {
        return transactions;
    }

    /** Every key of the authority whose certificate counts, whether the authority signs certificates or not: what it has signed stays to be told of. */
    List<CrlIssuer> issuers(TenantId tenant, UUID authority, Instant now) {
        return transactions.query(
                tenant,
                """
                select g.generation, g.certificate, g.key_id, g.key_type, g.key_size, k.private_key, a.crl_partitions, a.revoked_at, a.revocation_reason,
                    t.partner_id
                from certificate_authority a
                join tenant t on t.tenant_id = a.tenant_id
                join ca_generation g on g.tenant_id = a.tenant_id and g.ca_id = a.ca_id
                join ca_signing_key k on k.tenant_id = g.tenant_id and k.key_id = g.key_id
                where a.tenant_id = ? and a.ca_id = ? and g.not_after > ? order by g.generation
                """,
                (results, index) -> issuer(results, new CrlScopeOf(tenant, authority)),
                tenant.value(),
                authority,
                now);
    }

    private record CrlScopeOf(TenantId tenant, UUID authority) {}

    private static CrlIssuer issuer(ResultSet results, CrlScopeOf of) throws SQLException {
        KeySpec spec = KeySpec.of(results.getString("key_type"), results.getObject("key_size", Integer.class))
                .orElseThrow(() -> new IllegalStateException("a key was written by a newer version"));
        return new CrlIssuer(
                new CrlScope(of.tenant(), of.authority(), results.getInt("generation")),
                new PartnerId(results.getString("partner_id")),
                Issuers.of(results.getBytes("certificate"), List.of(), SignatureScheme.of(spec)),
                spec,
                results.getString("key_id"),
                results.getBytes("private_key"),
                results.getInt("crl_partitions"),
                time(results, "revoked_at"),
                results.getObject("revocation_reason", Integer.class));
    }

    /** The list of that place that counts now. */
    Optional<StoredCrl> current(CrlScope scope, int part, boolean delta) {
        return transactions.queryOne(
                scope.tenant(),
                "select " + COLUMNS
                        + " from crl c where c.tenant_id = ? and c.ca_id = ? and c.ca_generation = ? and c.part = ? and c.delta = ? and c.replaced_at is null",
                (results, index) -> stored(results, scope.tenant()),
                scope.tenant().value(),
                scope.authority(),
                scope.generation(),
                part,
                delta);
    }

    /** The newest complete list that is at least so old, else the oldest that is known: whoever has a list that may still be cached has that one or a newer. */
    Optional<StoredCrl> base(CrlScope scope, int part, Instant before) {
        return transactions.queryOne(
                scope.tenant(),
                "select " + COLUMNS + """
                         from crl c where c.tenant_id = ? and c.ca_id = ? and c.ca_generation = ? and c.part = ? and not c.delta
                        order by c.this_update <= ?::timestamptz desc, case when c.this_update <= ?::timestamptz then -c.number else c.number end limit 1
                        """,
                (results, index) -> stored(results, scope.tenant()),
                scope.tenant().value(),
                scope.authority(),
                scope.generation(),
                part,
                before,
                before);
    }

    void insertPiece(TenantTransaction tx, UUID crl, int piece, byte[] content, Instant now) {
        tx.update(
                "insert into crl_piece (tenant_id, crl_id, piece, content, created_at) values (?, ?, ?, ?, ?)",
                tx.tenant().value(),
                crl,
                piece,
                content,
                now);
    }

    Optional<byte[]> piece(TenantId tenant, UUID crl, int piece) {
        return transactions.queryOne(
                tenant,
                "select content from crl_piece where tenant_id = ? and crl_id = ? and piece = ?",
                (results, index) -> results.getBytes(1),
                tenant.value(),
                crl,
                piece);
    }

    /** Takes the place of what was there. */
    void publish(TenantTransaction tx, StoredCrl crl, Instant now) {
        tx.update("""
                update crl set replaced_at = ?
                where tenant_id = ? and ca_id = ? and ca_generation = ? and part = ? and delta = ? and replaced_at is null
                """, now, tx.tenant().value(), crl.authority(), crl.generation(), crl.part(), crl.isDelta());
        tx.update(
                """
                insert into crl (tenant_id, crl_id, ca_id, ca_generation, part, delta, number, base_number, this_update, next_update, entries, size_bytes,
                    sha256, pieces, created_at)
                values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
                """,
                tx.tenant().value(),
                crl.id(),
                crl.authority(),
                crl.generation(),
                crl.part(),
                crl.isDelta(),
                crl.number(),
                crl.baseNumber(),
                crl.thisUpdate(),
                crl.nextUpdate(),
                crl.entries(),
                crl.sizeBytes(),
                crl.sha256(),
                crl.pieces(),
                now);
    }

    /** A list of changes whose base nobody would find any more. */
    void withdraw(TenantTransaction tx, CrlScope scope, int part, Instant now) {
        tx.update("""
                update crl set replaced_at = ? where tenant_id = ? and ca_id = ? and ca_generation = ? and part = ? and delta and replaced_at is null
                """, now, scope.tenant().value(), scope.authority(), scope.generation(), part);
    }

    /**
     * What nobody reads any more: pieces of lists that gave way, and of those that were never finished; later what was remembered of lists, too.
     *
     * @param interval of lists: one that is older than two of them is the base of none
     */
    void dispose(TenantId tenant, UUID authority, Duration interval, Instant now) {
        transactions.update(tenant, """
                delete from crl_piece p using crl c
                where c.tenant_id = ? and c.ca_id = ? and c.replaced_at < ? and p.tenant_id = c.tenant_id and p.crl_id = c.crl_id
                """, tenant.value(), authority, now.minus(STILL_READ));
        transactions.update(
                tenant,
                "delete from crl where tenant_id = ? and ca_id = ? and replaced_at < ? and replaced_at < ?",
                tenant.value(),
                authority,
                now.minus(interval.multipliedBy(2)),
                now.minus(STILL_READ.multipliedBy(2)));
        transactions.update(tenant, """
                delete from crl_piece p using crl_piece f
                where f.tenant_id = ? and f.piece = 1 and f.created_at < ?
                    and not exists (select from crl c where c.tenant_id = f.tenant_id and c.crl_id = f.crl_id)
                    and p.tenant_id = f.tenant_id and p.crl_id = f.crl_id
                """, tenant.value(), now.minus(Duration.ofHours(1)));
    }

    private static StoredCrl stored(ResultSet results, TenantId tenant) throws SQLException {
        return new StoredCrl(
                tenant,
                results.getObject("crl_id", UUID.class),
                results.getObject("ca_id", UUID.class),
                results.getInt("ca_generation"),
                results.getInt("part"),
                results.getLong("number"),
                results.getObject("base_number", Long.class),
                instant(results, "this_update"),
                instant(results, "next_update"),
                results.getLong("entries"),
                results.getLong("size_bytes"),
                results.getBytes("sha256"),
                results.getInt("pieces"));
    }

    private static Instant instant(ResultSet results, String column) throws SQLException {
        return results.getObject(column, OffsetDateTime.class).toInstant();
    }

    private static @Nullable Instant time(ResultSet results, String column) throws SQLException {
        OffsetDateTime time = results.getObject(column, OffsetDateTime.class);
        return time == null ? null : time.toInstant();
    }
}
