package ai.scailabs.vault.secrets.secret;

import ai.scailabs.vault.audit.trail.AuditEntry;
import ai.scailabs.vault.audit.trail.AuditRows;
import ai.scailabs.vault.kernel.id.TenantId;
import ai.scailabs.vault.kernel.path.SecretPath;
import ai.scailabs.vault.persistence.tenant.TenantTransactions;
import ai.scailabs.vault.secrets.secret.VersionCommits.NextVersion;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The statements that change. Each is one statement and so all or nothing: it does nothing unless the secret's revision and the tenant's epoch are still what the
 * caller saw, and it writes its audit row from the row that it changed.
 */
final class SecretChanges implements AutoCloseable {
    /** Parameters: tenant, path, revision, epoch. */
    private static final String STILL_AS_SEEN =
            " s.tenant_id = ? and s.path = ? and s.revision = ? and t.tenant_id = s.tenant_id and t.epoch = ? and t.status = 'active' ";

    private static final String AUDITED = ", audited as (" + AuditRows.INSERT_SELECT + " from changed)";

    private static final String CREATE = """
            with changed as (
                insert into secret as s
                    (tenant_id, path, current_version, secret_type, metadata, max_versions, expires_in_seconds, expires_at, expire_action,
                    notify_before, updated_at, created_at, created_by, secret_policy_id)
                select t.tenant_id, ?, 1, ?, coalesce(nullif(?, ''), '{}')::jsonb, ?, nullif(?::bigint, 0),
                    ?::timestamptz + nullif(?::bigint, 0) * interval '1 second', ?, string_to_array(?, ','), ?::timestamptz, ?::timestamptz, ?, nullif(?, '')
                from tenant t
                where t.tenant_id = ? and t.epoch = ? and t.status = 'active'
                on conflict (tenant_id, path) do nothing
                returning s.tenant_id, s.path, s.current_version, s.secret_type, s.updated_at, s.revision, s.metadata::text as metadata_text
            ), added as (
                insert into secret_version
                    (tenant_id, path, version, secret_type, tenant_key_id, wrapped_data_key, ciphertext, created_at, created_by, client, reason)
                select c.tenant_id, c.path, c.current_version, c.secret_type, ?::uuid, ?::bytea, ?::bytea, c.updated_at, ?, nullif(?, ''), nullif(?, '')
                from changed c
            )""" + AUDITED + " select metadata_text, revision from changed";

    /**
     * What the grouped function does for one secret, and which secret policy made the value. The grace of what is replaced begins after the statement, so that of a connected secret it is spared by its
     * number.
     */
    private static final String ADD_MADE =
            """
            with changed as (
                update secret s
                set current_version = s.current_version + 1, revision = nextval('secret_revision'), secret_type = ?,
                    metadata = coalesce(nullif(?, '')::jsonb, s.metadata), max_versions = ?, expires_in_seconds = nullif(?::bigint, 0),
                    expires_at = ?::timestamptz + nullif(?::bigint, 0) * interval '1 second', expire_action = ?,
                    notify_before = string_to_array(?, ','), updated_at = ?::timestamptz, secret_policy_id = ?
                from tenant t
                where""" + STILL_AS_SEEN + """
                returning s.tenant_id, s.path, s.current_version, s.secret_type, s.updated_at, s.revision, s.max_versions, s.metadata::text as metadata_text
            ), added as (
                insert into secret_version
                    (tenant_id, path, version, secret_type, tenant_key_id, wrapped_data_key, ciphertext, created_at, created_by, client, reason)
                select c.tenant_id, c.path, c.current_version, c.secret_type, ?::uuid, ?::bytea, ?::bytea, c.updated_at, ?, nullif(?, ''), nullif(?, '')
                from changed c
            ), pruned as (
                delete from secret_version v using changed c
                where v.tenant_id = c.tenant_id and v.path = c.path and v.version <= c.current_version - c.max_versions
                    and (v.readable_until is null and v.version < c.current_version - 1 or v.destroyed_at is not null or not secret_is_connected(v))
            )""" + AUDITED + " select metadata_text, revision from changed";

    private static final String SET_METADATA = "with changed as (update secret s"
            + " set metadata = ?::jsonb, updated_at = ?, revision = nextval('secret_revision') from tenant t where"
            + STILL_AS_SEEN + "returning s.metadata::text as metadata_text)" + AUDITED
            + " select metadata_text from changed";

    private static final String COUNT_VERSIONS =
            " select (select count(*)::integer from secret_version v where v.tenant_id = c.tenant_id and v.path = c.path) from changed c";

    private static final String SOFT_DELETE = "with changed as (update secret s"
            + " set deleted_at = ?, deleted_by = ?, recoverable_until = ?, revision = nextval('secret_revision') from tenant t where"
            + STILL_AS_SEEN + "returning s.tenant_id, s.path)" + AUDITED + COUNT_VERSIONS;

    private static final String RESTORE = "with changed as (update secret s"
            + " set deleted_at = null, deleted_by = null, recoverable_until = null, revision = nextval('secret_revision') from tenant t where"
            + STILL_AS_SEEN + "returning s.tenant_id, s.path)" + AUDITED + COUNT_VERSIONS;

    /** The versions go with the secret, by their foreign key; the count is of the statement's start. */
    private static final String DESTROY = "with changed as (delete from secret s using tenant t where" + STILL_AS_SEEN
            + "returning s.tenant_id, s.path, s.current_version), forgotten as ("
            + "delete from secret_access a using changed c where a.tenant_id = c.tenant_id and a.path = c.path), remembered as ("
            + "insert into secret_tombstone (tenant_id, path, destroyed_at, destroyed_by, last_version)"
            + " select c.tenant_id, c.path, ?::timestamptz, ?, c.current_version from changed c)" + AUDITED
            + COUNT_VERSIONS;

    private static final String DESTROY_VERSION = "with changed as (update secret_version v"
            + " set wrapped_data_key = null, ciphertext = null, destroyed_at = ?, destroyed_by = ? from secret s, tenant t where"
            + STILL_AS_SEEN
            + "and v.tenant_id = s.tenant_id and v.path = s.path and v.version = ? and v.destroyed_at is null"
            + " returning v.tenant_id, v.path, v.version), renewed as (update secret s set revision = nextval('secret_revision')"
            + " from changed c where s.tenant_id = c.tenant_id and s.path = c.path)" + AUDITED
            + " select version from changed";

    private final TenantTransactions tenants;
    private final VersionCommits versions;

    SecretChanges(TenantTransactions tenants) {
        this.tenants = tenants;
        this.versions = new VersionCommits(tenants);
    }

    /** Empty when somebody else was first or the epoch has moved on. */
    Optional<StoredChange> create(TenantId owner, SecretPath path, long epoch, NewVersion added, AuditEntry entry) {
        return tenants.queryOne(
                owner,
                CREATE,
                StoredChange::of,
                AuditRows.after(
                        entry,
                        path.value(),
                        added.type().wireName(),
                        orEmpty(added.metadataJson()),
                        added.options().maxVersions(),
                        seconds(added.options()),
                        added.at(),
                        seconds(added.options()),
                        added.options().expireAction().wireName(),
                        SecretColumns.text(added.options().notifyBefore()),
                        added.at(),
                        added.at(),
                        added.by(),
                        orEmpty(added.secretPolicyId()),
                        owner.value(),
                        epoch,
                        added.sealed().tenantKeyId().value(),
                        added.sealed().wrappedDataKey(),
                        added.sealed().ciphertext(),
                        added.by(),
                        orEmpty(added.client()),
                        orEmpty(added.reason())));
    }

    /** As {@link #create} for the version after the current one of {@code seen}. */
    Optional<StoredChange> addVersion(
            TenantId owner, SecretPath path, SecretState seen, NewVersion added, AuditEntry entry) {
        return added.secretPolicyId() == null
                ? versions.add(new NextVersion(owner, path, seen.revision(), seen.epoch(), added, entry))
                : addMade(owner, path, seen, added, added.secretPolicyId(), entry);
    }

    private Optional<StoredChange> addMade(
            TenantId owner,
            SecretPath path,
            SecretState seen,
            NewVersion added,
            String secretPolicyId,
            AuditEntry entry) {
        return tenants.queryOne(
                owner,
                ADD_MADE,
                StoredChange::of,
                AuditRows.after(
                        entry,
                        added.type().wireName(),
                        orEmpty(added.metadataJson()),
                        added.options().maxVersions(),
                        seconds(added.options()),
                        added.at(),
                        seconds(added.options()),
                        added.options().expireAction().wireName(),
                        SecretColumns.text(added.options().notifyBefore()),
                        added.at(),
                        secretPolicyId,
                        owner.value(),
                        path.value(),
                        seen.revision(),
                        seen.epoch(),
                        added.sealed().tenantKeyId().value(),
                        added.sealed().wrappedDataKey(),
                        added.sealed().ciphertext(),
                        added.by(),
                        orEmpty(added.client()),
                        orEmpty(added.reason())));
    }

    /** The metadata as stored. */
    Optional<String> setMetadata(
            TenantId owner, SecretPath path, SecretState seen, String metadataJson, Instant at, AuditEntry entry) {
        return tenants.queryOne(
                owner,
                SET_METADATA,
                (row, number) -> row.getString(1),
                AuditRows.after(entry, metadataJson, at, owner.value(), path.value(), seen.revision(), seen.epoch()));
    }

    /** How many versions the secret has. */
    Optional<Integer> softDelete(
            TenantId owner, SecretPath path, SecretState seen, Instant at, String by, Instant until, AuditEntry entry) {
        return tenants.queryOne(
                owner,
                SOFT_DELETE,
                (row, number) -> row.getInt(1),
                AuditRows.after(entry, at, by, until, owner.value(), path.value(), seen.revision(), seen.epoch()));
    }

    Optional<Integer> restore(TenantId owner, SecretPath path, SecretState seen, AuditEntry entry) {
        return tenants.queryOne(
                owner,
                RESTORE,
                (row, number) -> row.getInt(1),
                AuditRows.after(entry, owner.value(), path.value(), seen.revision(), seen.epoch()));
    }

    /** How many versions the secret had. */
    Optional<Integer> destroy(
            TenantId owner, SecretPath path, SecretState seen, Instant at, String by, AuditEntry entry) {
        return tenants.queryOne(
                owner,
                DESTROY,
                (row, number) -> row.getInt(1),
                AuditRows.after(entry, owner.value(), path.value(), seen.revision(), seen.epoch(), at, by));
    }

    Optional<Integer> destroyVersion(
            TenantId owner, SecretPath path, SecretState seen, int version, Instant at, String by, AuditEntry entry) {
        return tenants.queryOne(
                owner,
                DESTROY_VERSION,
                (row, number) -> row.getInt(1),
                AuditRows.after(entry, at, by, owner.value(), path.value(), seen.revision(), seen.epoch(), version));
    }

    @Override
    public void close() {
        versions.close();
    }

    private static String orEmpty(@Nullable String text) {
        return text == null ? "" : text;
    }

    private static long seconds(SecretOptions options) {
        Duration expiresIn = options.expiresIn();
        return expiresIn == null ? 0 : expiresIn.toSeconds();
    }

    /** What the database made of a write. @param metadataJson as it is stored */
    record StoredChange(String metadataJson, long revision) {
        static StoredChange of(ResultSet row, int number) throws SQLException {
            return new StoredChange(row.getString(1), row.getLong(2));
        }
    }
}
