package ai.scailabs.vault.pki.issuer;

import ai.scailabs.vault.audit.trail.AuditColumns;
import ai.scailabs.vault.audit.trail.AuditEntry;
import ai.scailabs.vault.persistence.jdbc.GroupedCalls;
import ai.scailabs.vault.persistence.tenant.TenantTransaction;
import ai.scailabs.vault.persistence.tenant.TenantTransactions;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Function;
import java.util.function.IntFunction;
import org.jspecify.annotations.Nullable;

/** Keeps certificates that were signed, of whatever tenants, in groups, each with its audit entry. Thread-safe. */
final class CertificateCommits implements AutoCloseable {
    /** The larger a group, the less each of it costs, and a certificate waits for more than its commit anyway. */
    private static final int GROUPS_AT_ONCE = 1;

    private static final int AUDIT_COLUMNS = 14;
    private static final String KEEP =
            "select number from pki_keep_certificates(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?,"
                    + " ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)";

    private static final String TELL =
            "select number from pki_tell_certificates(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)";

    private final GroupedCalls<SignedCertificate, UUID> calls;
    /** Of those that are not kept: they wait for no row of others. */
    private final GroupedCalls<SignedCertificate, UUID> entries;

    CertificateCommits(TenantTransactions transactions) {
        this.calls = new GroupedCalls<>(
                "certificate-committer",
                GROUPS_AT_ONCE,
                (group, alone) -> called(
                        group, transactions.callForMany(KEEP, (row, index) -> row.getInt(1) - 1, arguments(group))));
        this.entries = new GroupedCalls<>(
                "certificate-teller",
                GROUPS_AT_ONCE,
                (group, alone) ->
                        called(group, transactions.callForMany(TELL, (row, index) -> row.getInt(1) - 1, told(group))));
    }

    /**
     * Returns when it is durable; false when its number is not reserved, or what it depends on is no longer as it was seen: then nothing was written.
     *
     * @throws ai.scailabs.vault.kernel.error.VaultException {@code service_unavailable}, after which nobody knows whether it was kept
     */
    boolean keep(SignedCertificate signed) {
        return calls.make(signed).isPresent();
    }

    /** As {@link #keep(SignedCertificate)}, of a certificate of which nothing but its entry is written. */
    boolean tell(SignedCertificate signed) {
        return entries.make(signed).isPresent();
    }

    /** The same in the transaction of a caller. */
    static boolean keep(TenantTransaction tx, SignedCertificate signed) {
        return tx.queryOne(KEEP, (row, index) -> true, arguments(List.of(signed)))
                .isPresent();
    }

    /** @param places of those in the group that were written */
    private static List<Optional<UUID>> called(List<SignedCertificate> group, List<Integer> places) {
        List<Optional<UUID>> kept = new ArrayList<>(Collections.nCopies(group.size(), Optional.empty()));
        places.forEach(
                place -> kept.set(place, Optional.of(group.get(place).number().certificateId())));
        return kept;
    }

    private static @Nullable Object[] told(List<SignedCertificate> group) {
        List<@Nullable Object> columns = seen(group);
        columns.addAll(entries(group));
        return columns.toArray();
    }

    /** By what they were allowed, and whose they are. */
    private static List<@Nullable Object> seen(List<SignedCertificate> group) {
        List<@Nullable Object> columns = new ArrayList<>();
        columns.add(texts(group, signed -> signed.number().tenant().value()));
        columns.add(texts(group, signed -> signed.number().authorityId().toString()));
        columns.add(column(group, Integer[]::new, signed -> signed.number().generation()));
        columns.add(column(group, Long[]::new, signed -> micros(signed.number().seen())));
        columns.add(column(
                group,
                Long[]::new,
                signed -> signed.premise() == null ? null : signed.premise().epoch()));
        columns.add(texts(group, signed -> signed.issued().role()));
        columns.add(column(
                group,
                Integer[]::new,
                signed -> signed.premise() == null ? null : signed.premise().revision()));
        columns.add(column(
                group,
                Long[]::new,
                signed -> signed.premise() == null
                        ? null
                        : micros(signed.premise().changedAt())));
        return columns;
    }

    private static @Nullable Object[] arguments(List<SignedCertificate> group) {
        List<@Nullable Object> columns = seen(group);
        columns.add(texts(group, signed -> signed.number().certificateId().toString()));
        columns.add(
                column(group, byte[][]::new, signed -> signed.number().serial().contentOctets()));
        columns.add(column(
                group,
                Long[]::new,
                signed -> micros(signed.keptAt().minus(CertificateRepository.LONGEST_RESERVATION))));
        columns.add(texts(
                group,
                signed -> signed.issued().subjectAuthority() == null
                        ? null
                        : signed.issued().subjectAuthority().toString()));
        columns.add(
                texts(group, signed -> signed.issued().subject().commonName().orElse(null)));
        columns.add(texts(group, signed -> signed.issued().subject().toString()));
        columns.add(texts(group, signed -> signed.issued().nameLines()));
        columns.add(column(
                group, Long[]::new, signed -> micros(signed.issued().validity().notBefore())));
        columns.add(column(
                group, Long[]::new, signed -> micros(signed.issued().validity().notAfter())));
        columns.add(column(group, byte[][]::new, signed -> signed.issued().der()));
        columns.add(column(group, Long[]::new, signed -> micros(signed.keptAt())));
        columns.add(texts(group, signed -> signed.number().by().value()));
        columns.addAll(entries(group));
        return columns.toArray();
    }

    /** In a transaction of a caller's there are none: whoever opened it writes its own. */
    private static List<@Nullable Object[]> entries(List<SignedCertificate> group) {
        List<AuditEntry> entries = new ArrayList<>();
        group.stream()
                .map(SignedCertificate::entry)
                .filter(entry -> entry != null)
                .forEach(entries::add);
        if (!entries.isEmpty()) {
            return AuditColumns.of(entries);
        }
        return Collections.nCopies(AUDIT_COLUMNS, null);
    }

    private static @Nullable String[] texts(
            List<SignedCertificate> group, Function<SignedCertificate, @Nullable String> cell) {
        return column(group, String[]::new, cell);
    }

    private static <T> @Nullable T[] column(
            List<SignedCertificate> group,
            IntFunction<@Nullable T[]> empty,
            Function<SignedCertificate, @Nullable T> cell) {
        return group.stream().map(cell).toArray(empty);
    }

    private static @Nullable Long micros(@Nullable Instant instant) {
        return instant == null ? null : instant.getEpochSecond() * 1_000_000 + instant.getNano() / 1_000;
    }

    /** Keeps what is queued, then stops. */
    @Override
    public void close() {
        calls.close();
        entries.close();
    }

    /**
     * A certificate as it is to be kept.
     *
     * @param premise none where nothing depends on a role
     * @param entry none where whoever keeps it writes its own
     */
    record SignedCertificate(
            ReservedNumber number,
            IssuedCertificate issued,
            Instant keptAt,
            @Nullable RolePremise premise,
            @Nullable AuditEntry entry) {}
}
