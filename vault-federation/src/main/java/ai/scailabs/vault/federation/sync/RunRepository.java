package ai.scailabs.vault.federation.sync;

import ai.scailabs.vault.audit.trail.AuditEntry;
import ai.scailabs.vault.audit.trail.AuditRows;
import ai.scailabs.vault.federation.backend.Backend;
import ai.scailabs.vault.federation.backend.Backends;
import ai.scailabs.vault.kernel.id.TenantId;
import ai.scailabs.vault.persistence.tenant.TenantTransaction;
import ai.scailabs.vault.persistence.tenant.TenantTransactions;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The SQL of runs. Methods that take a transaction belong to a change that is one with others. Thread-safe. */
final class RunRepository {
    private static final JsonMapper JSON = JsonMapper.shared();
    /** Of a run, as problems that are told one by one. */
    private static final int MOST_PROBLEMS = 20;

    private final TenantTransactions transactions;
    private final Backends backends;

    RunRepository(TenantTransactions transactions) {
        this.transactions = transactions;
        this.backends = new Backends(transactions);
    }

    TenantTransactions transactions() {
        return transactions;
    }

    /**
     * Takes the run that is due, or begins one. Empty when none is due, or another has it.
     *
     * @param taker of this taking only
     * @param until another may take it unless it is extended
     */
    Optional<CopyRun> take(TenantId tenant, UUID id, UUID taker, UUID newRun, Instant now, Instant until) {
        return transactions
                .queryOne(
                        tenant,
                        """
                        update federation_sync
                        set due_at = ?, taken_by = ?, run_id = coalesce(run_id, ?), run_trigger = coalesce(run_trigger, 'interval'),
                            run_started_at = coalesce(run_started_at, ?)
                        where tenant_id = ? and backend_id = ? and due_at <= ?
                        returning run_id, run_trigger, run_started_at, accept_deletions, position, attempts, runs
                        """,
                        (results, index) -> taken(results, taker),
                        until,
                        taker,
                        newRun,
                        now,
                        tenant.value(),
                        id,
                        now)
                .flatMap(taken -> backends.find(tenant, id)
                        .filter(backend -> backend.copying() != null)
                        .map(taken::of));
    }

    private static Taken taken(ResultSet results, UUID taker) throws SQLException {
        UUID run = results.getObject("run_id", UUID.class);
        String trigger = results.getString("run_trigger");
        Instant startedAt = time(results, "run_started_at");
        boolean acceptDeletions = results.getBoolean("accept_deletions");
        String position = results.getString("position");
        int attempts = results.getInt("attempts");
        long runs = results.getLong("runs");
        return backend ->
                new CopyRun(backend, run, trigger, startedAt, acceptDeletions, position, attempts, runs, taker);
    }

    /** False when somebody else has it, or it is over. */
    boolean extend(CopyRun run, Instant until) {
        return transactions.update(
                        run.backend().tenant(),
                        "update federation_sync set due_at = ? where tenant_id = ? and backend_id = ? and run_id = ? and taken_by = ?",
                        until,
                        run.backend().tenant().value(),
                        run.backend().id(),
                        run.id(),
                        run.taker())
                > 0;
    }

    /** Once all names are known. False as {@link #extend}. */
    boolean listed(CopyRun run, long names) {
        return transactions.update(
                        run.backend().tenant(),
                        "update federation_sync set listed = ? where tenant_id = ? and backend_id = ? and run_id = ? and taken_by = ?",
                        names,
                        run.backend().tenant().value(),
                        run.backend().id(),
                        run.id(),
                        run.taker())
                > 0;
    }

    /**
     * False when somebody else has it, it is over, or the backend is another: then nothing that it did may be written.
     *
     * @param position up to which path it is done; null for as far as it was
     */
    boolean advance(
            TenantTransaction tx, CopyRun run, @Nullable String position, List<Problem> problems, Instant until) {
        return tx.update(
                        """
                        update federation_sync s
                        set due_at = ?, position = coalesce(?, s.position), problem_count = s.problem_count + ?, blocking_count = s.blocking_count + ?,
                            problems = case when jsonb_array_length(s.problems) < ? then s.problems || ?::jsonb else s.problems end
                        where s.tenant_id = ? and s.backend_id = ? and s.run_id = ? and s.taken_by = ?
                            and exists (select from federation_backend b where b.tenant_id = s.tenant_id and b.backend_id = s.backend_id and b.revision = ?)
                        """,
                        until,
                        position,
                        (long) problems.size(),
                        problems.stream().filter(Problem::isBlocking).count(),
                        MOST_PROBLEMS,
                        JSON.writeValueAsString(problems.stream()
                                .limit(MOST_PROBLEMS)
                                .map(Problem::members)
                                .toList()),
                        tx.tenant().value(),
                        run.backend().id(),
                        run.id(),
                        run.taker(),
                        run.backend().revision())
                > 0;
    }

    /** What a run saw, in the transaction that ends it. Empty as {@link #extend}. */
    Optional<Seen> seen(TenantTransaction tx, CopyRun run) {
        return tx.queryOne(
                """
                select s.listed, s.problem_count, s.blocking_count from federation_sync s join federation_backend b on b.tenant_id = s.tenant_id and b.backend_id = s.backend_id
                where s.tenant_id = ? and s.backend_id = ? and s.run_id = ? and s.taken_by = ? and b.revision = ? for no key update of s
                """,
                (results, index) -> new Seen(
                        results.getLong("listed"), results.getLong("problem_count"), results.getLong("blocking_count")),
                tx.tenant().value(),
                run.backend().id(),
                run.id(),
                run.taker(),
                run.backend().revision());
    }

    /** It has come to its end; after {@link #seen}, in the same transaction. */
    void finish(TenantTransaction tx, CopyRun run, Map<String, Long> outcome, Instant now, long millis, Instant next) {
        tx.update(
                """
                update federation_sync
                set due_at = ?, taken_by = null, run_id = null, run_trigger = null, run_started_at = null, accept_deletions = false, position = '', listed = 0,
                    problem_count = 0, blocking_count = 0, problems = '[]', attempts = 0, error_code = null, error_message = null, failed_at = null,
                    last_run_id = ?, last_finished_at = ?, last_millis = ?, last_outcome = ?::jsonb || jsonb_build_object('examples', problems), runs = runs + 1
                where tenant_id = ? and backend_id = ?
                """,
                next,
                run.id(),
                now,
                millis,
                JSON.writeValueAsString(outcome),
                tx.tenant().value(),
                run.backend().id());
    }

    /** From now on its paths are read here. */
    void readCopies(TenantTransaction tx, CopyRun run) {
        tx.update(
                "update federation_backend set reads_live = false where tenant_id = ? and backend_id = ? and revision = ? and reads_live",
                tx.tenant().value(),
                run.backend().id(),
                run.backend().revision());
    }

    /** It goes on later. False as {@link #extend}. */
    boolean fail(TenantTransaction tx, CopyRun run, String code, String message, Instant now, Instant next) {
        return tx.update(
                        """
                        update federation_sync set due_at = ?, taken_by = null, attempts = attempts + 1, error_code = ?, error_message = ?, failed_at = ?
                        where tenant_id = ? and backend_id = ? and run_id = ? and taken_by = ?
                        """,
                        next,
                        code,
                        message,
                        now,
                        tx.tenant().value(),
                        run.backend().id(),
                        run.id(),
                        run.taker())
                > 0;
    }

    /** Another may go on with it at once. */
    void giveBack(CopyRun run, Instant now) {
        transactions.update(
                run.backend().tenant(),
                "update federation_sync set due_at = ?, taken_by = null where tenant_id = ? and backend_id = ? and run_id = ? and taken_by = ?",
                now,
                run.backend().tenant().value(),
                run.backend().id(),
                run.id(),
                run.taker());
    }

    /**
     * Begins a run now, unless one is under way that has not failed. A run that has failed begins anew.
     *
     * @return false when one is under way
     */
    boolean request(TenantTransaction tx, UUID backend, UUID run, boolean acceptDeletions, Instant now) {
        return tx.update("""
                        update federation_sync
                        set due_at = ?, taken_by = null, run_id = ?, run_trigger = 'request', run_started_at = ?, accept_deletions = ?, position = '', listed = 0,
                            problem_count = 0, blocking_count = 0, problems = '[]', attempts = 0
                        where tenant_id = ? and backend_id = ? and (run_id is null or (attempts > 0 and taken_by is null))
                        """, now, run, now, acceptDeletions, tx.tenant().value(), backend) > 0;
    }

    /** How it stands with the copying of each backend of a tenant that is copied. */
    Map<UUID, CopyState> states(TenantId tenant) {
        Map<UUID, CopyState> states = new TreeMap<>();
        transactions.query(
                tenant,
                """
                select backend_id, due_at, taken_by is not null as taken, run_id, run_trigger, run_started_at, attempts, error_code, error_message, failed_at,
                    last_run_id, last_finished_at, last_millis, last_outcome::text as last_outcome
                from federation_sync where tenant_id = ?
                """,
                (results, index) -> states.put(results.getObject("backend_id", UUID.class), state(results)),
                tenant.value());
        return states;
    }

    private static CopyState state(ResultSet results) throws SQLException {
        UUID run = results.getObject("run_id", UUID.class);
        UUID lastRun = results.getObject("last_run_id", UUID.class);
        String outcome = results.getString("last_outcome");
        Map<String, Long> counts = new TreeMap<>();
        List<Problem> problems = new ArrayList<>();
        if (outcome != null) {
            for (Map.Entry<String, JsonNode> member : JSON.readTree(outcome).properties()) {
                if (member.getValue().isIntegralNumber()) {
                    counts.put(member.getKey(), member.getValue().longValue());
                } else {
                    member.getValue().forEach(problem -> problems.add(Problem.of(problem)));
                }
            }
        }
        return new CopyState(
                run == null ? null : CopyRun.text(run),
                results.getString("run_trigger"),
                timeOrNull(results, "run_started_at"),
                results.getBoolean("taken"),
                time(results, "due_at"),
                results.getInt("attempts"),
                results.getString("error_code"),
                results.getString("error_message"),
                timeOrNull(results, "failed_at"),
                lastRun == null ? null : CopyRun.text(lastRun),
                timeOrNull(results, "last_finished_at"),
                outcome == null ? null : results.getLong("last_millis"),
                counts,
                problems);
    }

    void record(TenantTransaction tx, AuditEntry entry) {
        tx.update(AuditRows.INSERT, AuditRows.arguments(entry));
    }

    private static Instant time(ResultSet results, String column) throws SQLException {
        return results.getObject(column, OffsetDateTime.class).toInstant();
    }

    private static @Nullable Instant timeOrNull(ResultSet results, String column) throws SQLException {
        OffsetDateTime found = results.getObject(column, OffsetDateTime.class);
        return found == null ? null : found.toInstant();
    }

    /**
     * @param names that it found there
     * @param problems that cannot be copied
     * @param blocking of these, that could be read there
     */
    record Seen(long names, long problems, long blocking) {}

    /** What was taken, without the backend. */
    @FunctionalInterface
    private interface Taken {
        CopyRun of(Backend backend);
    }
}
