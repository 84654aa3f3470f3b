package ai.scailabs.vault.pki.acme;

import ai.scailabs.vault.kernel.id.TenantId;
import ai.scailabs.vault.persistence.tenant.TenantTransaction;
import ai.scailabs.vault.persistence.tenant.TenantTransactions;
import ai.scailabs.vault.pki.dns.Placement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** The SQL of what directories look for. */
final class ChallengeRepository {
    private final TenantTransactions transactions;

    ChallengeRepository(TenantTransactions transactions) {
        this.transactions = transactions;
    }

    List<PendingChallenge> of(TenantId tenant, UUID order) {
        return transactions.query(tenant, """
                select position, name, challenge_type, challenge_url, token, key_authorization, server_name, record_value, provider_id, zone, record_name, placed,
                    triggered
                from acme_challenge where tenant_id = ? and order_id = ? order by position
                """, (results, index) -> challenge(results), tenant.value(), order);
    }

    /** In the place of those that were there, of which none has been placed. */
    void replace(TenantTransaction tx, UUID order, List<PendingChallenge> challenges, Instant now) {
        deleteAll(tx, order);
        for (PendingChallenge challenge : challenges) {
            tx.update(
                    """
                    insert into acme_challenge (tenant_id, order_id, position, name, challenge_type, challenge_url, token, key_authorization, server_name,
                        record_value, created_at)
                    values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
                    """,
                    tx.tenant().value(),
                    order,
                    challenge.position(),
                    challenge.name(),
                    challenge.type().wireName(),
                    challenge.location(),
                    challenge.token(),
                    challenge.keyAuthorization(),
                    challenge.serverName(),
                    challenge.recordValue(),
                    now);
        }
    }

    /** Before the record is added, so that whoever takes the order up knows what to remove. */
    void located(TenantTransaction tx, UUID order, int position, Placement where) {
        tx.update(
                "update acme_challenge set provider_id = ?, zone = ?, record_name = ? where tenant_id = ? and order_id = ? and position = ?",
                where.provider(),
                where.zone(),
                where.name(),
                tx.tenant().value(),
                order,
                position);
    }

    void placed(TenantTransaction tx, UUID order, int position) {
        tx.update(
                "update acme_challenge set placed = true where tenant_id = ? and order_id = ? and position = ?",
                tx.tenant().value(),
                order,
                position);
    }

    void triggered(TenantTransaction tx, UUID order) {
        tx.update(
                "update acme_challenge set triggered = true where tenant_id = ? and order_id = ?",
                tx.tenant().value(),
                order);
    }

    void delete(TenantTransaction tx, UUID order, int position) {
        tx.update(
                "delete from acme_challenge where tenant_id = ? and order_id = ? and position = ?",
                tx.tenant().value(),
                order,
                position);
    }

    /** Whose answers lie here alone: nothing outside remembers them. */
    void deleteAnswers(TenantTransaction tx, UUID order) {
        tx.update(
                "delete from acme_challenge where tenant_id = ? and order_id = ? and (challenge_type <> 'dns-01' or provider_id is null)",
                tx.tenant().value(),
                order);
    }

    private static void deleteAll(TenantTransaction tx, UUID order) {
        tx.update(
                "delete from acme_challenge where tenant_id = ? and order_id = ?",
                tx.tenant().value(),
                order);
    }

    /** Of whatever tenant; null when nobody is waiting for such a question. */
    @Nullable
    String httpAnswer(String token) {
        return transactions
                .callForMany(
                        "select acme_http_answer(?::text)", (results, index) -> new Found(results.getString(1)), token)
                .getFirst()
                .answer();
    }

    /** As {@link #httpAnswer}, by the name that TLS asks for. */
    @Nullable
    String tlsAnswer(String serverName) {
        return transactions
                .callForMany(
                        "select acme_tls_answer(?::text)",
                        (results, index) -> new Found(results.getString(1)),
                        serverName)
                .getFirst()
                .answer();
    }

    private record Found(@Nullable String answer) {}

    private static PendingChallenge challenge(ResultSet results) throws SQLException {
        UUID provider = results.getObject("provider_id", UUID.class);
        return new PendingChallenge(
                results.getInt("position"),
                results.getString("name"),
                ChallengeType.parse(results.getString("challenge_type")).orElseThrow(OrderRows::newer),
                results.getString("challenge_url"),
                results.getString("token"),
                results.getString("key_authorization"),
                results.getString("server_name"),
                results.getString("record_value"),
                provider == null
                        ? null
                        : new Placement(provider, results.getString("zone"), results.getString("record_name")),
                results.getBoolean("placed"),
                results.getBoolean("triggered"));
    }
}
