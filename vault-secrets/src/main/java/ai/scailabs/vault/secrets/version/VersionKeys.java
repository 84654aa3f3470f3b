package ai.scailabs.vault.secrets.version;

import ai.scailabs.vault.crypto.envelope.KeyChain;
import ai.scailabs.vault.crypto.envelope.Rewrapping;
import ai.scailabs.vault.crypto.envelope.ValuePlace;
import ai.scailabs.vault.crypto.key.KeyId;
import ai.scailabs.vault.kernel.id.TenantId;
import ai.scailabs.vault.kernel.path.SecretPath;
import ai.scailabs.vault.persistence.tenant.TenantTransaction;
import ai.scailabs.vault.persistence.tenant.TenantTransactions;
import ai.scailabs.vault.tenancy.rotation.SealedRows;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;

/**
 * The data keys of versions, for the rotation of their tenant's key: those of soft-deleted secrets too, and none that was destroyed. A ciphertext is never written. Writers take a secret before its
 * versions, and so does this; what somebody holds is left for another time, so that nobody waits for a rotation for longer than a batch is stored.
 */
public final class VersionKeys implements SealedRows {
    /** Of the ciphertext: what names the data key. */
    private static final String PAGE = """
            select path, version, tenant_key_id, wrapped_data_key, substring(ciphertext from 1 for 17) from secret_version
            where tenant_id = ? and (path, version) > (?, ?) order by path, version limit ?
            """;

    private static final String FREE = """
            select path, current_version from secret where tenant_id = ? and path = any(?::text[]) order by path for update skip locked
            """;

    private static final String STORE = """
            update secret_version v set tenant_key_id = ?::uuid, wrapped_data_key = free.anew
            from (
                select x.path, x.version, w.anew
                from unnest(?::text[], ?::integer[], ?::bytea[], ?::bytea[]) w (path, version, before, anew)
                join secret_version x on x.tenant_id = ? and x.path = w.path and x.version = w.version and x.wrapped_data_key = w.before
                for update of x skip locked
            ) free
            where v.tenant_id = ? and v.path = free.path and v.version = free.version
            returning v.path, v.version
            """;

    /** What is remembered of a secret holds the key of its current version. */
    private static final String RENEW =
            "update secret set revision = nextval('secret_revision') where tenant_id = ? and path = any(?::text[])";

    private static final char BETWEEN = ':';

    private final TenantTransactions tenants;

    public VersionKeys(TenantTransactions tenants) {
        this.tenants = tenants;
    }

    @Override
    public String kind() {
        return "secret_versions";
    }

    @Override
    public Page page(TenantId tenant, String after, int limit) {
        Place behind = after.isEmpty() ? new Place("", 0) : Place.of(after);
        List<Found> found = tenants.query(
                tenant, PAGE, (row, number) -> Found.of(row), tenant.value(), behind.path(), behind.version(), limit);
        List<Row> rows = new ArrayList<>(found.size());
        for (Found each : found) {
            if (each.hasKey()) {
                rows.add(each.row());
            }
        }
        return new Page(rows, found.size() < limit ? "" : found.getLast().row().position());
    }

    @Override
    public byte[] rewrapped(Rewrapping keys, KeyChain from, Row row) {
        Place place = Place.of(row.position());
        return keys.valueKey(
                from,
                new ValuePlace(from.tenant(), new SecretPath(place.path()), place.version()),
                row.head(),
                row.sealed());
    }

    @Override
    public Set<String> store(TenantTransaction tx, KeyId to, List<Rewrapped> rows) {
        Map<String, Integer> current = free(tx, rows);
        List<Rewrapped> wanted = rows.stream()
                .filter(row ->
                        current.containsKey(Place.of(row.row().position()).path()))
                .toList();
        Set<String> stored = new HashSet<>();
        Set<String> renewed = new HashSet<>();
        for (Place place : stored(tx, to, wanted)) {
            stored.add(place.position());
            if (current.getOrDefault(place.path(), 0) == place.version()) {
                renewed.add(place.path());
            }
        }
        if (!renewed.isEmpty()) {
            tx.update(RENEW, tx.tenant().value(), renewed.toArray(String[]::new));
        }
        return stored;
    }

    /** The current versions of those secrets that nobody else holds; they are held from here on. */
    private static Map<String, Integer> free(TenantTransaction tx, List<Rewrapped> rows) {
        String[] paths = rows.stream()
                .map(row -> Place.of(row.row().position()).path())
                .distinct()
                .toArray(String[]::new);
        Map<String, Integer> current = new HashMap<>();
        tx.query(
                        FREE,
                        (row, number) -> Map.entry(row.getString(1), row.getInt(2)),
                        tx.tenant().value(),
                        paths)
                .forEach(secret -> current.put(secret.getKey(), secret.getValue()));
        return current;
    }

    private static List<Place> stored(TenantTransaction tx, KeyId to, List<Rewrapped> rows) {
        if (rows.isEmpty()) {
            return List.of();
        }
        List<Place> places =
                rows.stream().map(row -> Place.of(row.row().position())).toList();
        return tx.query(
                STORE,
                (row, number) -> new Place(row.getString(1), row.getInt(2)),
                to.value(),
                places.stream().map(Place::path).toArray(String[]::new),
                places.stream().map(Place::version).toArray(Integer[]::new),
                rows.stream().map(row -> row.row().sealed()).toArray(byte[][]::new),
                rows.stream().map(Rewrapped::sealed).toArray(byte[][]::new),
                tx.tenant().value(),
                tx.tenant().value());
    }

    @Override
    public Map<KeyId, Long> counts(TenantId tenant) {
        Map<KeyId, Long> counts = new HashMap<>();
        tenants.query(
                        tenant,
                        "select tenant_key_id, count(*) from secret_version where tenant_id = ? and wrapped_data_key is not null group by tenant_key_id",
                        (row, number) -> Map.entry(KeyId.of(row.getObject(1, UUID.class)), row.getLong(2)),
                        tenant.value())
                .forEach(count -> counts.put(count.getKey(), count.getValue()));
        return counts;
    }

    private record Place(String path, int version) {
        /** No path has a colon. */
        static Place of(String position) {
            int colon = position.lastIndexOf(BETWEEN);
            return new Place(position.substring(0, colon), Integer.parseInt(position.substring(colon + 1)));
        }

        String position() {
            return path + BETWEEN + version;
        }
    }

    private record Found(Row row, boolean hasKey) {
        static Found of(ResultSet row) throws SQLException {
            byte[] wrapped = row.getBytes(4);
            byte[] head = row.getBytes(5);
            Place place = new Place(row.getString(1), row.getInt(2));
            return new Found(
                    new Row(
                            place.position(),
                            KeyId.of(row.getObject(3, UUID.class)),
                            wrapped == null ? new byte[0] : wrapped,
                            head == null ? new byte[0] : head),
                    wrapped != null);
        }
    }
}
