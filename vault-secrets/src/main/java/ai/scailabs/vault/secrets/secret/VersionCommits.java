package ai.scailabs.vault.secrets.secret;

import ai.scailabs.vault.audit.trail.AuditColumns;
import ai.scailabs.vault.audit.trail.AuditEntry;
import ai.scailabs.vault.kernel.error.VaultException;
import ai.scailabs.vault.kernel.id.TenantId;
import ai.scailabs.vault.kernel.path.SecretPath;
import ai.scailabs.vault.persistence.jdbc.GroupedCalls;
import ai.scailabs.vault.persistence.tenant.TenantTransactions;
import ai.scailabs.vault.secrets.secret.SecretChanges.StoredChange;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.IntFunction;
import org.jspecify.annotations.Nullable;

/** Adds the next versions of secrets, of whatever tenants, in groups, each with its audit entry. Thread-safe. */
final class VersionCommits implements AutoCloseable {
    private static final int GROUPS_AT_ONCE = 2;
    /** Larger ones go alone: a group is held in memory whole. */
    private static final int MAX_CIPHERTEXT_IN_GROUP = 64 * 1024;

    private static final String PATIENCE_OF_GROUP = "250ms";
    /** Bounded by the time that any statement may take. */
    private static final String PATIENCE_ALONE = "0";

    private static final String ADD = "select number, stored_metadata, stored_revision from secret_add_versions("
            + "?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)";

    private final TenantTransactions tenants;
    private final GroupedCalls<NextVersion, StoredChange> calls;

    VersionCommits(TenantTransactions tenants) {
        this.tenants = tenants;
        this.calls = new GroupedCalls<>("version-committer", GROUPS_AT_ONCE, this::call);
    }

    /**
     * Returns when it is durable; empty when the secret or its tenant is no longer as it was seen.
     *
     * @throws VaultException {@code service_unavailable}, after which nobody knows whether it was added
     */
    Optional<StoredChange> add(NextVersion next) {
        return next.added().sealed().ciphertext().length > MAX_CIPHERTEXT_IN_GROUP
                ? calls.alone(next)
                : calls.make(next);
    }

    private List<Optional<StoredChange>> call(List<NextVersion> group, boolean alone) {
        List<Optional<StoredChange>> changes = new ArrayList<>(Collections.nCopies(group.size(), Optional.empty()));
        tenants.callForMany(
                        ADD,
                        (row, index) -> new Added(row.getInt(1), new StoredChange(row.getString(2), row.getLong(3))),
                        arguments(group, alone ? PATIENCE_ALONE : PATIENCE_OF_GROUP))
                .forEach(added -> changes.set(added.number() - 1, Optional.of(added.change())));
        return changes;
    }

    private static @Nullable Object[] arguments(List<NextVersion> group, String patience) {
        List<@Nullable Object> columns = new ArrayList<>();
        columns.add(texts(group, next -> next.owner().value()));
        columns.add(texts(group, next -> next.path().value()));
        columns.add(column(group, Long[]::new, NextVersion::seenRevision));
        columns.add(column(group, Long[]::new, NextVersion::seenEpoch));
        columns.add(texts(group, next -> next.added().type().wireName()));
        columns.add(texts(group, next -> next.added().metadataJson()));
        columns.add(column(group, Integer[]::new, next -> next.added().options().maxVersions()));
        columns.add(column(group, Long[]::new, next -> next.added().lifetimeSeconds()));
        columns.add(texts(group, next -> next.added().options().expireAction().wireName()));
        columns.add(
                texts(group, next -> SecretColumns.text(next.added().options().notifyBefore())));
        columns.add(column(group, Long[]::new, next -> micros(next.added().at())));
        columns.add(
                texts(group, next -> next.added().sealed().tenantKeyId().value().toString()));
        columns.add(column(group, byte[][]::new, next -> next.added().sealed().wrappedDataKey()));
        columns.add(column(group, byte[][]::new, next -> next.added().sealed().ciphertext()));
        columns.add(texts(group, next -> next.added().by()));
        columns.add(texts(group, next -> next.added().client()));
        columns.add(texts(group, next -> next.added().reason()));
        columns.addAll(AuditColumns.of(group.stream().map(NextVersion::entry).toList()));
        columns.add(patience);
        return columns.toArray();
    }

    private static @Nullable String[] texts(List<NextVersion> group, Function<NextVersion, @Nullable String> cell) {
        return column(group, String[]::new, cell);
    }

    private static <T> @Nullable T[] column(
            List<NextVersion> group, IntFunction<@Nullable T[]> empty, Function<NextVersion, @Nullable T> cell) {
        return group.stream().map(cell).toArray(empty);
    }

    private static long micros(Instant instant) {
        return instant.getEpochSecond() * 1_000_000 + instant.getNano() / 1_000;
    }

    /** Commits what is queued, then stops. */
    @Override
    public void close() {
        calls.close();
    }

    /**
     * What one write wants.
     *
     * @param seenRevision of the secret, and
     * @param seenEpoch of its tenant, as they must still be
     */
    record NextVersion(
            TenantId owner, SecretPath path, long seenRevision, long seenEpoch, NewVersion added, AuditEntry entry) {}

    /** @param number its place in the group, from 1 */
    private record Added(int number, StoredChange change) {}
}
