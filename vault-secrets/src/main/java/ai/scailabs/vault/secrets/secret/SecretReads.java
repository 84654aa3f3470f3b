package ai.scailabs.vault.secrets.secret;

import ai.scailabs.vault.crypto.envelope.SealedValue;
import ai.scailabs.vault.crypto.key.KeyId;
import ai.scailabs.vault.kernel.id.TenantId;
import ai.scailabs.vault.kernel.path.SecretPath;
import ai.scailabs.vault.persistence.tenant.TenantTransactions;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** The statements that read. Each starts at the tenant's row, so that the epoch is known even when the secret is missing. */
final class SecretReads {
    private static final String FOUND =
            "select t.epoch, t.status = 'active', v.version, v.secret_type, v.tenant_key_id, v.wrapped_data_key, "
                    + "v.ciphertext, v.created_at, s.revision, " + SecretColumns.VIEW;
    private static final int VIEW_IN_FOUND = 10;

    /**
     * All three columns of the key are looked up in the index, so that a read costs the same however many versions there are: the offset keeps the planner from joining first
     * and comparing versions afterwards, and a coalesce in place of the case would count as leaky behind row-level security and not reach the index.
     */
    private static final String WANTED_VERSION = " left join lateral (select * from secret_version v"
            + " where v.tenant_id = s.tenant_id and v.path = s.path"
            + " and v.version = case ? when 0 then s.current_version else ? end"
            + " and (v.readable_until is null or v.readable_until > now()) offset 0) v on true";

    /** What most reads ask for; a tenth cheaper to the database than naming the version. */
    private static final String CURRENT = FOUND + " from tenant t"
            + " left join secret s on s.tenant_id = t.tenant_id and s.path = ?"
            + " left join secret_version v on v.tenant_id = s.tenant_id and v.path = s.path and v.version = s.current_version"
            + " where t.tenant_id = ?";

    private static final String ONE = FOUND + " from tenant t"
            + " left join secret s on s.tenant_id = t.tenant_id and s.path = ?"
            + WANTED_VERSION + " where t.tenant_id = ?";

    /** Also one that nobody reads any more, and that is not destroyed yet. */
    private static final String UNREAD = FOUND + " from tenant t"
            + " left join secret s on s.tenant_id = t.tenant_id and s.path = ?"
            + " left join secret_version v on v.tenant_id = s.tenant_id and v.path = s.path and v.version = ?"
            + " where t.tenant_id = ?";

    /** One look into the index for each path: joined without the limit, all that a large tenant has may be read for it. */
    private static final String MANY = FOUND + ", p.path from tenant t"
            + " left join unnest(?::text[]) p (path) on true"
            + " left join lateral (select * from secret s where s.tenant_id = t.tenant_id and s.path = p.path limit 1) s on true"
            + WANTED_VERSION + " where t.tenant_id = ?";

    private static final int PATH_IN_MANY = VIEW_IN_FOUND + SecretColumns.COUNT;

    private static final String STATE =
            "select t.epoch, t.status = 'active', t.soft_delete_days, s.revision, " + SecretColumns.VIEW
                    + " from tenant t left join secret s on s.tenant_id = t.tenant_id and s.path = ? where t.tenant_id = ?";

    private static final String METADATA =
            "select t.epoch, t.status = 'active', a.last_accessed_at, v.stored, v.oldest, " + SecretColumns.VIEW
                    + " from tenant t"
                    + " left join secret s on s.tenant_id = t.tenant_id and s.path = ?"
                    + " left join secret_access a on a.tenant_id = s.tenant_id and a.path = s.path"
                    + " left join lateral (select count(*)::integer as stored, min(v.version) as oldest from secret_version v"
                    + " where v.tenant_id = s.tenant_id and v.path = s.path) v on true"
                    + " where t.tenant_id = ?";

    /** A version that was replaced and whose end at a target is still to come. */
    private static final String LET_IN_UNTIL =
            "select v.readable_until from secret_version v where v.tenant_id = ? and v.path = ? and v.version = ?"
                    + " and v.readable_until is not null and v.destroyed_at is null and secret_is_connected(v)";

    private final TenantTransactions tenants;

    SecretReads(TenantTransactions tenants) {
        this.tenants = tenants;
    }

    /** Empty when the space has no row of its own, and so no secret. */
    Optional<StoredSecret> one(TenantId owner, SecretPath path, @Nullable Integer version) {
        if (version == null) {
            return tenants.queryOne(owner, CURRENT, (row, number) -> stored(row, path), path.value(), owner.value());
        }
        return tenants.queryOne(
                owner, ONE, (row, number) -> stored(row, path), path.value(), version, version, owner.value());
    }

    /** As {@link #one} of a version, also when it may not be read any more: for what is done about it, never to show it. */
    Optional<StoredSecret> unread(TenantId owner, SecretPath path, int version) {
        return tenants.queryOne(
                owner, UNREAD, (row, number) -> stored(row, path), path.value(), version, owner.value());
    }

    /** Until when at least what a replaced version holds is let in where it is used; empty when it is not, or nobody here takes it away. */
    Optional<Instant> letInUntil(TenantId owner, SecretPath path, int version) {
        return tenants.queryOne(
                owner,
                LET_IN_UNTIL,
                (row, number) -> row.getObject(1, OffsetDateTime.class).toInstant(),
                owner.value(),
                path.value(),
                version);
    }

    /** As {@link #one} for every path; one round trip. */
    FoundMany many(TenantId owner, List<SecretPath> paths, @Nullable Integer version) {
        String[] texts = paths.stream().map(SecretPath::value).toArray(String[]::new);
        List<NamedSecret> rows = tenants.query(
                owner,
                MANY,
                (row, number) -> NamedSecret.of(row),
                texts,
                wanted(version),
                wanted(version),
                owner.value());
        Map<SecretPath, StoredSecret> found = new LinkedHashMap<>();
        for (NamedSecret row : rows) {
            if (row.path() != null) {
                found.put(row.path(), row.secret());
            }
        }
        return rows.isEmpty()
                ? new FoundMany(0, true, found)
                : new FoundMany(
                        rows.getFirst().secret().epoch(),
                        rows.getFirst().secret().active(),
                        found);
    }

    Optional<SecretState> state(TenantId owner, SecretPath path) {
        return tenants.queryOne(
                owner,
                STATE,
                (row, number) -> new SecretState(
                        row.getLong(1),
                        row.getBoolean(2),
                        row.getInt(3),
                        row.getLong(4),
                        SecretColumns.view(row, 5, path, null)),
                path.value(),
                owner.value());
    }

    Optional<StoredMetadata> metadata(TenantId owner, SecretPath path) {
        return tenants.queryOne(
                owner,
                METADATA,
                (row, number) -> {
                    SecretView secret = SecretColumns.view(row, 6, path, SecretColumns.instantOrNull(row, 3));
                    return new StoredMetadata(
                            row.getLong(1),
                            row.getBoolean(2),
                            secret == null ? null : new MetadataView(secret, row.getInt(4), row.getInt(5)));
                },
                path.value(),
                owner.value());
    }

    /** Of a space that has no row of its own: nothing lies in it, and nobody is told more. */
    Standing standing(TenantId owner) {
        return tenants.queryOne(
                        owner,
                        "select epoch, status = 'active' from tenant where tenant_id = ?",
                        (row, number) -> new Standing(row.getLong(1), row.getBoolean(2)),
                        owner.value())
                .orElse(new Standing(0, true));
    }

    /** Versions count from 1, so 0 stands for the current one: a null would have no type to the driver. */
    private static int wanted(@Nullable Integer version) {
        return version == null ? 0 : version;
    }

    private static StoredSecret stored(ResultSet row, SecretPath path) throws SQLException {
        return new StoredSecret(
                row.getLong(1),
                row.getBoolean(2),
                row.getLong(9),
                SecretColumns.view(row, VIEW_IN_FOUND, path, null),
                version(row));
    }

    private static @Nullable StoredVersion version(ResultSet row) throws SQLException {
        int version = row.getInt(3);
        if (version == 0) {
            return null;
        }
        byte[] wrappedDataKey = row.getBytes(6);
        byte[] ciphertext = row.getBytes(7);
        SealedValue sealed =
                wrappedDataKey == null || ciphertext == null ? null : new SealedValue(wrappedDataKey, ciphertext);
        return new StoredVersion(
                version,
                SecretType.parse(row.getString(4)),
                KeyId.of(row.getObject(5, UUID.class)),
                sealed,
                SecretColumns.instant(row, 8));
    }

    /** @param active false while the space's tenant is suspended */
    record Standing(long epoch, boolean active) {}

    /** @param metadata absent when there is no secret */
    record StoredMetadata(
            long epoch, boolean active, @Nullable MetadataView metadata) {}

    /**
     * What one statement found at several paths.
     *
     * @param active false while the space's tenant is suspended
     * @param secrets every path that was asked for, unless the space has no row of its own
     */
    record FoundMany(long epoch, boolean active, Map<SecretPath, StoredSecret> secrets) {}

    private record NamedSecret(@Nullable SecretPath path, StoredSecret secret) {
        static NamedSecret of(ResultSet row) throws SQLException {
            String text = row.getString(PATH_IN_MANY);
            if (text == null) {
                return new NamedSecret(null, new StoredSecret(row.getLong(1), row.getBoolean(2), 0, null, null));
            }
            SecretPath path = new SecretPath(text);
            return new NamedSecret(path, stored(row, path));
        }
    }
}
