package ai.scailabs.vault.pki.crl;

import ai.scailabs.vault.kernel.error.ErrorCode;
import ai.scailabs.vault.kernel.error.VaultException;
import ai.scailabs.vault.kernel.id.Ids;
import ai.scailabs.vault.kernel.id.TenantId;
import ai.scailabs.vault.persistence.tenant.TenantTransaction;
import ai.scailabs.vault.persistence.tenant.TenantTransactions;
import ai.scailabs.vault.pki.issuer.AuthorityKeys;
import ai.scailabs.vault.pki.issuer.CrlLocations;
import ai.scailabs.vault.pki.x509.CrlFrame;
import ai.scailabs.vault.pki.x509.CrlLint;
import ai.scailabs.vault.pki.x509.CrlSigner;
import ai.scailabs.vault.pki.x509.SignatureProvider;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes the lists of one authority: for each of its keys the complete one, in parts where it has parts, and the list of changes, all under one number. Of all instances one does so at a time. A list takes the place
 * of the one before only when it is whole and signed; whatever is broken off leaves that one where it is. Thread-safe.
 */
public final class CrlBuilder {
    private static final Logger LOG = LoggerFactory.getLogger(CrlBuilder.class);

    static final int PIECE_BYTES = 1024 * 1024;
    /** Of all pieces that are being filled at once. */
    private static final int PIECES_BYTES = 8 * PIECE_BYTES;

    private static final int LEAST_PIECE_BYTES = 32 * 1024;

    /** For transactions that began before a list was read and committed after. */
    private static final Duration LATE_COMMITS = Duration.ofMinutes(5);

    private static final Duration SHORTEST_DELAY = Duration.ofSeconds(5);
    private static final Duration LONGEST_DELAY = Duration.ofMinutes(10);
    /** Making lists takes at most a tenth of the time. */
    private static final int REST = 10;

    private static final Duration BETWEEN_LOOKS = Duration.ofMillis(100);
    private static final int MOST_LOOKS = 30;

    private final CrlRepository lists;
    private final EntryRepository entries;
    private final ScheduleRepository schedule;
    private final AuthorityKeys keys;
    private final CrlSigner signer;
    private final CrlLocations locations;
    private final CrlTerms terms;
    private final CrlTally tally;
    private final Ids ids;
    private final Clock clock;

    public CrlBuilder(
            TenantTransactions transactions,
            AuthorityKeys keys,
            SignatureProvider signatures,
            CrlLocations locations,
            CrlTerms terms,
            CrlTally tally,
            Ids ids,
            Clock clock) {
        this.lists = new CrlRepository(transactions);
        this.entries = new EntryRepository(transactions);
        this.schedule = new ScheduleRepository(transactions);
        this.keys = keys;
        this.signer = new CrlSigner(signatures);
        this.locations = locations;
        this.terms = terms;
        this.tally = tally;
        this.ids = ids;
        this.clock = clock;
    }

    /**
     * Never called inside a transaction: it asks the root key, and takes seconds for a million entries.
     *
     * @param forced also when nothing is due
     * @return what is published now; empty when nothing is due, or another makes them
     * @throws ai.scailabs.vault.kernel.error.VaultException {@code service_unavailable}, {@code kms_unavailable}, {@code hsm_unavailable}; {@code integrity_failure} when the authority's key was altered or destroyed
     */
    public Optional<List<StoredCrl>> build(TenantId tenant, UUID authority, boolean forced) {
        Instant begun = clock.instant();
        Optional<Lease> taken =
                schedule.take(tenant, authority, ids.nextUuid(), forced, begun, begun.plus(terms.interval()));
        if (taken.isEmpty()) {
            return Optional.empty();
        }
        Lease lease = taken.get();
        try {
            List<StoredCrl> made = new ArrayList<>();
            for (CrlIssuer issuer : lists.issuers(tenant, authority, begun)) {
                if (issuer.view().mayRevoke()) {
                    made.addAll(publish(lease, issuer));
                }
            }
            schedule.finished(lease, delay(Duration.between(begun, clock.instant())), clock.instant());
            lists.dispose(tenant, authority, terms.interval(), clock.instant());
            tally.made(made.stream().mapToLong(StoredCrl::entries).sum(), Duration.between(begun, clock.instant()));
            return Optional.of(made);
        } catch (Lease.Lost lost) {
            LOG.info("the lists of {} of {} are made elsewhere", authority, tenant);
            tally.lost();
            return Optional.empty();
        } catch (RuntimeException | Error failure) {
            tally.failed();
            schedule.failed(lease, clock.instant());
            throw failure;
        }
    }

    /**
     * The last lists of keys that are about to leave, which count for longer than others. They are published by the very transaction that does the rest: both happen, or neither.
     *
     * @param rest first in the transaction
     * @return empty when another keeps making lists; nothing was done then
     * @throws ai.scailabs.vault.kernel.error.VaultException as {@link #build}, also when something was revoked after it was read, which the lists would never tell; and what {@code rest} throws
     */
    public Optional<List<StoredCrl>> conclude(
            TenantId tenant, UUID authority, Duration validity, Consumer<TenantTransaction> rest) {
        return await(() -> forced(tenant, authority)).map(lease -> {
            try {
                return conclude(lease, validity, rest);
            } catch (Lease.Lost lost) {
                throw new VaultException(ErrorCode.SERVICE_UNAVAILABLE, "Making the last lists took too long");
            } finally {
                schedule.finished(lease, SHORTEST_DELAY, clock.instant());
            }
        });
    }

    private Optional<Lease> forced(TenantId tenant, UUID authority) {
        Instant begun = clock.instant();
        return schedule.take(tenant, authority, ids.nextUuid(), true, begun, begun.plus(terms.interval()));
    }

    /** What another is about to do, or to be done with, for a moment. */
    static <T> Optional<T> await(Supplier<Optional<T>> what) {
        Optional<T> found = what.get();
        for (int look = 0; look < MOST_LOOKS && found.isEmpty(); look++) {
            LockSupport.parkNanos(BETWEEN_LOOKS.toNanos());
            found = what.get();
        }
        return found;
    }

    private List<StoredCrl> conclude(Lease lease, Duration validity, Consumer<TenantTransaction> rest) {
        List<StoredCrl> made = new ArrayList<>();
        List<CrlScope> scopes = new ArrayList<>();
        String before = lists.transactions().inTransaction(lease.tenant(), tx -> recentChanges(tx, lease));
        for (CrlIssuer issuer : lists.issuers(lease.tenant(), lease.authority(), lease.begun())) {
            if (issuer.view().mayRevoke()) {
                List<CrlWriter> writers = complete(lease, issuer, validity, true);
                made.addAll(signed(lease, issuer, writers.stream()));
                scopes.add(issuer.scope());
            }
        }
        return lists.transactions().inTransaction(lease.tenant(), tx -> {
            rest.accept(tx);
            schedule.renew(tx, lease, clock.instant());
            if (!recentChanges(tx, lease).equals(before)) {
                throw new VaultException(
                        ErrorCode.SERVICE_UNAVAILABLE,
                        "Something was revoked while the last lists were made; nothing was done, try again");
            }
            made.forEach(list -> lists.publish(tx, list, clock.instant()));
            scopes.forEach(scope -> lists.withdraw(tx, scope, 0, clock.instant()));
            return made;
        });
    }

    private String recentChanges(TenantTransaction tx, Lease lease) {
        return entries.recentChanges(tx, lease.authority(), lease.begun().minus(LATE_COMMITS));
    }

    private List<StoredCrl> signed(Lease lease, CrlIssuer issuer, Stream<CrlWriter> writers) {
        return keys.with(
                lease.tenant(),
                issuer.partner(),
                issuer.keyId(),
                issuer.keySpec(),
                issuer.sealedPrivateKey(),
                key -> writers.map(writer -> writer.finish(signer, key)).toList());
    }

    private static Duration delay(Duration took) {
        Duration rest = took.multipliedBy(REST);
        Duration atLeast = rest.compareTo(SHORTEST_DELAY) < 0 ? SHORTEST_DELAY : rest;
        return atLeast.compareTo(LONGEST_DELAY) > 0 ? LONGEST_DELAY : atLeast;
    }

    private List<StoredCrl> publish(Lease lease, CrlIssuer issuer) {
        List<CrlWriter> writers = complete(lease, issuer, terms.validity(), false);
        Optional<CrlWriter> changes = issuer.partitions() == 1 ? changes(lease, issuer) : Optional.empty();
        List<StoredCrl> made = signed(lease, issuer, Stream.concat(writers.stream(), changes.stream()));
        lists.transactions().inTransaction(lease.tenant(), tx -> {
            schedule.renew(tx, lease, clock.instant());
            made.forEach(list -> lists.publish(tx, list, clock.instant()));
            if (changes.isEmpty()) {
                lists.withdraw(tx, issuer.scope(), 0, clock.instant());
            }
            return made;
        });
        return made;
    }

    /** All parts in one pass. */
    private List<CrlWriter> complete(Lease lease, CrlIssuer issuer, Duration validity, boolean last) {
        int partitions = issuer.partitions();
        int pieceBytes = Math.max(LEAST_PIECE_BYTES, Math.min(PIECE_BYTES, PIECES_BYTES / partitions));
        List<CrlWriter> writers = new ArrayList<>();
        Instant keptFrom = Instant.MAX;
        for (int part = 0; part < partitions; part++) {
            writers.add(writer(lease, issuer, part, frame(lease, issuer, part, validity, last), pieceBytes));
            Instant ofPart = keptFrom(base(lease, issuer, part));
            keptFrom = ofPart.isBefore(keptFrom) ? ofPart : keptFrom;
        }
        Instant at = lease.begun();
        if (issuer.revokedAt() == null || issuer.reason() == null) {
            entries.revoked(
                    issuer.scope(),
                    keptFrom,
                    row -> writers.get(row.part(partitions)).add(row.entry(at)));
        } else {
            entries.allOf(
                    issuer.scope(),
                    issuer.reason(),
                    issuer.revokedAt(),
                    keptFrom,
                    row -> writers.get(row.part(partitions)).add(row.entry(at)));
        }
        return writers;
    }

    /** None as long as there is no complete list that somebody could have, and none that would be long: then the complete one serves better. */
    private Optional<CrlWriter> changes(Lease lease, CrlIssuer issuer) {
        Optional<StoredCrl> base = base(lease, issuer, 0);
        if (base.isEmpty() || issuer.revokedAt() != null) {
            return Optional.empty();
        }
        List<EntryRow> changed = entries.changes(
                issuer.scope(), base.get().thisUpdate().minus(LATE_COMMITS), keptFrom(base), CrlLint.MAX_CHANGES + 1);
        if (changed.size() > CrlLint.MAX_CHANGES) {
            return Optional.empty();
        }
        CrlFrame frame = new CrlFrame(
                issuer.view(),
                lease.number(),
                base.get().number(),
                lease.begun(),
                lease.begun().plus(terms.validity()),
                null,
                List.of());
        CrlWriter writer = writer(lease, issuer, 0, frame, PIECE_BYTES);
        changed.forEach(row -> writer.add(row.entry(lease.begun())));
        return Optional.of(writer);
    }

    private CrlFrame frame(Lease lease, CrlIssuer issuer, int part, Duration validity, boolean last) {
        CrlScope scope = issuer.scope();
        boolean alone = issuer.partitions() == 1;
        String place = alone
                ? null
                : locations
                        .part(scope.authority(), scope.generation(), part)
                        .orElseThrow(() -> new IllegalStateException(
                                "this service has no address by http, which lists in parts must name"));
        List<String> freshest = alone && !last
                ? locations.delta(scope.authority(), scope.generation()).stream()
                        .toList()
                : List.of();
        return new CrlFrame(
                issuer.view(),
                lease.number(),
                null,
                lease.begun(),
                lease.begun().plus(validity),
                place,
                freshest);
    }

    private CrlWriter writer(Lease lease, CrlIssuer issuer, int part, CrlFrame frame, int pieceBytes) {
        return new CrlWriter(lists, schedule, lease, ids.nextUuid(), issuer.scope(), part, frame, pieceBytes, clock);
    }

    private Optional<StoredCrl> base(Lease lease, CrlIssuer issuer, int part) {
        return lists.base(issuer.scope(), part, lease.begun().minus(terms.interval()));
    }

    /** What expired after that is in this list: so each entry is in all lists that are made until an interval after its certificate's end, of which one is a regular one (RFC 5280 §3.3). */
    private static Instant keptFrom(Optional<StoredCrl> base) {
        return base.map(StoredCrl::thisUpdate).orElse(Instant.EPOCH);
    }
}
