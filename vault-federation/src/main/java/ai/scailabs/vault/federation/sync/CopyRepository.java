package ai.scailabs.vault.federation.sync;

import ai.scailabs.vault.kernel.id.TenantId;
import ai.scailabs.vault.kernel.path.SecretPath;
import ai.scailabs.vault.persistence.tenant.TenantTransaction;
import ai.scailabs.vault.persistence.tenant.TenantTransactions;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Collection;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.json.JsonMapper;

/** The SQL of copies and conflicts. Thread-safe. */
final class CopyRepository {
    private static final JsonMapper JSON = JsonMapper.shared();

    private final TenantTransactions transactions;

    CopyRepository(TenantTransactions transactions) {
        this.transactions = transactions;
    }

    TenantTransactions transactions() {
        return transactions;
    }

    /** Those of some paths. */
    Map<SecretPath, Copy> copies(TenantId tenant, UUID backend, Collection<SecretPath> paths) {
        Map<SecretPath, Copy> found = new HashMap<>();
        transactions
                .query(tenant, """
                        select path, state, remote_version, value_mac, metadata_mac, mark, local_version, until, change
                        from federation_copy where tenant_id = ? and backend_id = ? and path = any (?)
                        """, (results, index) -> copy(results), tenant.value(), backend, texts(paths))
                .forEach(copy -> found.put(copy.path(), copy));
        return found;
    }

    /** The state of every path of which something is known, in the order of paths. */
    Map<SecretPath, Copy.State> states(TenantId tenant, UUID backend) {
        Map<SecretPath, Copy.State> states = new LinkedHashMap<>();
        transactions.query(
                tenant,
                "select path, state from federation_copy where tenant_id = ? and backend_id = ? order by path",
                (results, index) ->
                        states.put(new SecretPath(results.getString("path")), state(results.getString("state"))),
                tenant.value(),
                backend);
        return states;
    }

    private static Copy copy(ResultSet results) throws SQLException {
        OffsetDateTime until = results.getObject("until", OffsetDateTime.class);
        return new Copy(
                new SecretPath(results.getString("path")),
                state(results.getString("state")),
                results.getInt("remote_version"),
                results.getBytes("value_mac"),
                results.getBytes("metadata_mac"),
                results.getString("mark"),
                results.getInt("local_version"),
                until == null ? null : until.toInstant(),
                Copy.Change.valueOf(results.getString("change").toUpperCase(Locale.ROOT)));
    }

    private static Copy.State state(String text) {
        return Copy.State.valueOf(text.toUpperCase(Locale.ROOT));
    }

    void put(TenantTransaction tx, UUID backend, UUID run, List<Copy> copies) {
        if (copies.isEmpty()) {
            return;
        }
        List<Map<String, @Nullable Object>> rows = new ArrayList<>(copies.size());
        for (Copy copy : copies) {
            Map<String, @Nullable Object> row = new LinkedHashMap<>();
            row.put("path", copy.path().value());
            row.put("state", text(copy.state()));
            row.put("remote_version", copy.remoteVersion());
            row.put("value_mac", base64(copy.valueMac()));
            row.put("metadata_mac", base64(copy.metadataMac()));
            row.put("mark", copy.mark());
            row.put("local_version", copy.localVersion());
            row.put("until", copy.until() == null ? null : copy.until().toString());
            row.put("change", text(copy.change()));
            rows.add(row);
        }
        // What a run did first is what it counts: seeing it again, in another turn, is no change.
        tx.update("""
                insert into federation_copy (tenant_id, backend_id, path, state, remote_version, value_mac, metadata_mac, mark, local_version, until, run_id, change)
                select ?, ?, r.path, r.state, r.remote_version, decode(r.value_mac, 'base64'), decode(r.metadata_mac, 'base64'), r.mark, r.local_version, r.until, ?, r.change
                from jsonb_to_recordset(?::jsonb) as r (path text, state text, remote_version integer, value_mac text, metadata_mac text, mark text, local_version integer,
                    until timestamptz, change text)
                on conflict (tenant_id, backend_id, path) do update
                set state = excluded.state, remote_version = excluded.remote_version, value_mac = excluded.value_mac, metadata_mac = excluded.metadata_mac,
                    mark = excluded.mark, local_version = excluded.local_version, until = excluded.until, run_id = excluded.run_id,
                    change = case
                        when federation_copy.run_id = excluded.run_id and federation_copy.change <> 'none' and excluded.change <> 'deleted' then federation_copy.change
                        else excluded.change
                    end
                """, tx.tenant().value(), backend, run, JSON.writeValueAsString(rows));
    }

    void forget(TenantTransaction tx, UUID backend, Collection<SecretPath> paths) {
        tx.update(
                "delete from federation_copy where tenant_id = ? and backend_id = ? and path = any (?)",
                tx.tenant().value(),
                backend,
                texts(paths));
    }

    /** Of what is gone for good on both sides. */
    void forgetGone(TenantTransaction tx, UUID backend, Instant now) {
        tx.update(
                "delete from federation_copy where tenant_id = ? and backend_id = ? and state = 'gone' and until < ?",
                tx.tenant().value(),
                backend,
                now);
    }

    /** What a run did to how many. */
    Map<Copy.Change, Long> changes(TenantTransaction tx, UUID backend, UUID run) {
        Map<Copy.Change, Long> changes = new EnumMap<>(Copy.Change.class);
        tx.query(
                "select change, count(*) as copies from federation_copy where tenant_id = ? and backend_id = ? and run_id = ? group by change",
                (results, index) -> changes.put(
                        Copy.Change.valueOf(results.getString("change").toUpperCase(Locale.ROOT)),
                        results.getLong("copies")),
                tx.tenant().value(),
                backend,
                run);
        return changes;
    }

    /** Those of some paths. */
    Map<SecretPath, Conflict> conflicts(TenantId tenant, UUID backend, Collection<SecretPath> paths) {
        Map<SecretPath, Conflict> found = new HashMap<>();
        transactions
                .query(tenant, """
                        select conflict_id, path, detected_at, remote_version, remote_mac, local_version, local_mac
                        from federation_conflict where tenant_id = ? and backend_id = ? and path = any (?)
                        """, (results, index) -> conflict(results), tenant.value(), backend, texts(paths))
                .forEach(conflict -> found.put(conflict.path(), conflict));
        return found;
    }

    /** In the order of paths. */
    List<Conflict> conflicts(TenantId tenant, UUID backend, String after, int rows) {
        return transactions.query(
                tenant, """
                select conflict_id, path, detected_at, remote_version, remote_mac, local_version, local_mac
                from federation_conflict where tenant_id = ? and backend_id = ? and path > ? order by path limit ?
                """, (results, index) -> conflict(results), tenant.value(), backend, after, rows);
    }

    Optional<Conflict> conflict(TenantId tenant, UUID backend, UUID id) {
        return transactions.queryOne(tenant, """
                select conflict_id, path, detected_at, remote_version, remote_mac, local_version, local_mac
                from federation_conflict where tenant_id = ? and backend_id = ? and conflict_id = ?
                """, (results, index) -> conflict(results), tenant.value(), backend, id);
    }

    long countConflicts(TenantId tenant, UUID backend) {
        return transactions
                .queryOne(
                        tenant,
                        "select count(*) from federation_conflict where tenant_id = ? and backend_id = ?",
                        (results, index) -> results.getLong(1),
                        tenant.value(),
                        backend)
                .orElse(0L);
    }

    long countConflicts(TenantTransaction tx, UUID backend) {
        return tx.queryOne(
                        "select count(*) from federation_conflict where tenant_id = ? and backend_id = ?",
                        (results, index) -> results.getLong(1),
                        tx.tenant().value(),
                        backend)
                .orElse(0L);
    }

    private static Conflict conflict(ResultSet results) throws SQLException {
        return new Conflict(
                results.getObject("conflict_id", UUID.class),
                new SecretPath(results.getString("path")),
                results.getObject("detected_at", OffsetDateTime.class).toInstant(),
                results.getInt("remote_version"),
                results.getBytes("remote_mac"),
                results.getInt("local_version"),
                results.getBytes("local_mac"));
    }

    void put(TenantTransaction tx, UUID backend, UUID run, Conflict conflict) {
        tx.update(
                """
                insert into federation_conflict (tenant_id, backend_id, path, conflict_id, run_id, detected_at, remote_version, remote_mac, local_version, local_mac)
                values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
                on conflict (tenant_id, backend_id, path) do update
                set conflict_id = excluded.conflict_id, run_id = excluded.run_id, detected_at = excluded.detected_at, remote_version = excluded.remote_version,
                    remote_mac = excluded.remote_mac, local_version = excluded.local_version, local_mac = excluded.local_mac
                """,
                tx.tenant().value(),
                backend,
                conflict.path().value(),
                conflict.id(),
                run,
                conflict.detectedAt(),
                conflict.remoteVersion(),
                conflict.remoteMac(),
                conflict.localVersion(),
                conflict.localMac());
    }

    void settle(TenantTransaction tx, UUID backend, Collection<SecretPath> paths) {
        tx.update(
                "delete from federation_conflict where tenant_id = ? and backend_id = ? and path = any (?)",
                tx.tenant().value(),
                backend,
                texts(paths));
    }

    /** False when it is another by now, or none any more. */
    boolean settle(TenantTransaction tx, UUID backend, UUID id) {
        return tx.update(
                        "delete from federation_conflict where tenant_id = ? and backend_id = ? and conflict_id = ?",
                        tx.tenant().value(),
                        backend,
                        id)
                > 0;
    }

    /** Of paths that a run that saw all of them did not find so. */
    void settleAllBut(TenantTransaction tx, UUID backend, UUID run) {
        tx.update(
                "delete from federation_conflict where tenant_id = ? and backend_id = ? and run_id <> ?",
                tx.tenant().value(),
                backend,
                run);
    }

    private static String[] texts(Collection<SecretPath> paths) {
        return paths.stream().map(SecretPath::value).toArray(String[]::new);
    }

    private static String text(Enum<?> constant) {
        return constant.name().toLowerCase(Locale.ROOT);
    }

    private static String base64(byte[] bytes) {
        return Base64.getEncoder().encodeToString(bytes);
    }
}
