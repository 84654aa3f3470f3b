package ai.scailabs.vault.pki.crl;

import ai.scailabs.vault.persistence.tenant.TenantTransaction;
import ai.scailabs.vault.persistence.tenant.TenantTransactions;
import ai.scailabs.vault.pki.x509.CrlEntry;
import java.math.BigInteger;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.List;
import java.util.UUID;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Reads what lists tell of, in the order of their numbers and by pages, so that however many there are take little memory and no long transaction. */
final class EntryRepository {
    static final int PAGE = 10_000;

    private final TenantTransactions transactions;

    EntryRepository(TenantTransactions transactions) {
        this.transactions = transactions;
    }

    /** Those that were revoked by themselves. */
    void revoked(CrlScope scope, Instant keptFrom, Consumer<EntryRow> each) {
        byte[] after = new byte[0];
        List<EntryRow> page;
        do {
            page = transactions.query(
                    scope.tenant(),
                    """
                    select serial, reason, revoked_at, invalidity_date from certificate_revocation
                    where tenant_id = ? and ca_id = ? and ca_generation = ? and serial > ? and not released and not_after >= ? order by serial limit ?
                    """,
                    (results, index) -> row(results),
                    scope.tenant().value(),
                    scope.authority(),
                    scope.generation(),
                    after,
                    keptFrom,
                    PAGE);
            page.forEach(each);
            after = page.isEmpty() ? after : page.getLast().serial();
        } while (page.size() == PAGE);
    }

    /** Everything that a revoked authority signed. What is revoked by itself, for good, keeps its own reason and moment. */
    void allOf(CrlScope scope, int reason, Instant revokedAt, Instant keptFrom, Consumer<EntryRow> each) {
        byte[] after = new byte[0];
        List<EntryRow> page;
        do {
            page = transactions.query(
                    scope.tenant(),
                    """
                    select serial, case when reason is null or reason = 6 then ?::smallint else reason end as reason,
                        least(revoked_at, case when reason is null or reason = 6 then ?::timestamptz end) as revoked_at, invalidity_date
                    from (
                        (select c.serial, r.reason, r.revoked_at, r.invalidity_date
                        from certificate c
                        left join certificate_revocation r on r.tenant_id = c.tenant_id and r.ca_id = c.ca_id and r.ca_generation = c.ca_generation
                            and r.serial = c.serial and not r.released
                        where c.tenant_id = ? and c.ca_id = ? and c.ca_generation = ? and c.serial > ? and c.not_after >= ?
                        order by c.serial limit ?)
                        union all
                        (select r.serial, r.reason, r.revoked_at, r.invalidity_date
                        from certificate_revocation r
                        where r.tenant_id = ? and r.ca_id = ? and r.ca_generation = ? and r.serial > ? and r.certificate_id is null and not r.released
                            and r.not_after >= ?
                        order by r.serial limit ?)
                    ) both_kinds
                    order by serial limit ?
                    """,
                    (results, index) -> row(results),
                    reason,
                    revokedAt,
                    scope.tenant().value(),
                    scope.authority(),
                    scope.generation(),
                    after,
                    keptFrom,
                    PAGE,
                    scope.tenant().value(),
                    scope.authority(),
                    scope.generation(),
                    after,
                    keptFrom,
                    PAGE,
                    PAGE);
            page.forEach(each);
            after = page.isEmpty() ? after : page.getLast().serial();
        } while (page.size() == PAGE);
    }

    /** What changed since, at most so many; those that were released are told of as removed. */
    List<EntryRow> changes(CrlScope scope, Instant after, Instant keptFrom, int most) {
        return transactions.query(
                scope.tenant(),
                """
                select serial, case when released then ?::smallint else reason end as reason, revoked_at,
                    case when released then null else invalidity_date end as invalidity_date
                from certificate_revocation
                where tenant_id = ? and ca_id = ? and ca_generation = ? and changed_at > ? and not_after >= ?
                order by changed_at, serial limit ?
                """,
                (results, index) -> row(results),
                CrlEntry.REMOVE_FROM_CRL,
                scope.tenant().value(),
                scope.authority(),
                scope.generation(),
                after,
                keptFrom,
                most);
    }

    /** What was revoked or released since, and whether the authority was, as one text: equal when nothing was committed in between. */
    String recentChanges(TenantTransaction tx, UUID authority, Instant after) {
        return tx.queryOne(
                        """
                        select concat_ws(' ', a.revoked_at, (
                            select md5(string_agg(concat_ws(',', r.ca_generation, encode(r.serial, 'hex'), r.reason, r.released, r.changed_at), ' '
                                order by r.ca_generation, r.serial))
                            from certificate_revocation r where r.tenant_id = a.tenant_id and r.ca_id = a.ca_id and r.changed_at > ?
                        ))
                        from certificate_authority a where a.tenant_id = ? and a.ca_id = ?
                        """,
                        (results, index) -> results.getString(1),
                        after,
                        tx.tenant().value(),
                        authority)
                .orElse("");
    }

    /** Which of these numbers are those of certificates that count. */
    List<BigInteger> counting(CrlScope scope, List<BigInteger> numbers) {
        return transactions.query(
                scope.tenant(),
                """
                select c.serial from certificate c
                where c.tenant_id = ? and c.ca_id = ? and c.ca_generation = ? and c.serial = any (?::bytea[])
                    and not exists (
                        select from certificate_revocation r
                        where r.tenant_id = c.tenant_id and r.ca_id = c.ca_id and r.ca_generation = c.ca_generation and r.serial = c.serial and not r.released)
                order by c.serial
                """,
                (results, index) -> new BigInteger(results.getBytes(1)),
                scope.tenant().value(),
                scope.authority(),
                scope.generation(),
                numbers.stream().map(BigInteger::toByteArray).toArray(byte[][]::new));
    }

    private static EntryRow row(ResultSet results) throws SQLException {
        Instant revokedAt =
                results.getObject("revoked_at", OffsetDateTime.class).toInstant();
        return new EntryRow(results.getBytes("serial"), results.getInt("reason"), revokedAt, instant(results));
    }

    private static @Nullable Instant instant(ResultSet results) throws SQLException {
        OffsetDateTime time = results.getObject("invalidity_date", OffsetDateTime.class);
        return time == null ? null : time.toInstant();
    }
}
