package ai.scailabs.vault.audit.publish;

import ai.scailabs.vault.audit.note.NoteSignature;
import ai.scailabs.vault.audit.proof.Turns;
import ai.scailabs.vault.kernel.error.VaultException;
import ai.scailabs.vault.kernel.id.TenantId;
import ai.scailabs.vault.persistence.jdbc.JobLock;
import java.io.IOException;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.LongAdder;
import java.util.stream.Collectors;
import javax.sql.DataSource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Carries the newest checkpoint of each log to every place that does not have it. Of all instances the one with the lock does so. What a place does not take now is tried again with the next. */
public final class PublishJob {
    private static final Logger LOG = LoggerFactory.getLogger(PublishJob.class);
    private static final JobLock LOCK = new JobLock(0x5CA1_0000_0000_0009L);
    private static final int PAGE = 500;

    private static final String BEHIND = """
            select h.tenant_id, c.tree_size, c.note, coalesce(p.tree_size, 0)
            from audit_tree_head h
            cross join lateral (
                select k.tree_size, k.note from audit_checkpoint k where k.tenant_id = h.tenant_id order by k.tree_size desc limit 1) c
            left join audit_checkpoint_push p on p.tenant_id = h.tenant_id and p.place = ?
            where h.tenant_id > ? and c.tree_size > coalesce(p.tree_size, 0)
            order by h.tenant_id limit ?
            """;

    private static final String PUSHED = """
            insert into audit_checkpoint_push (tenant_id, place, tree_size, pushed_at) values (?, ?, ?, now())
            on conflict (tenant_id, place) do update set tree_size = excluded.tree_size, pushed_at = excluded.pushed_at
            """;

    private static final String COSIGNED = """
            insert into audit_cosignature (tenant_id, tree_size, witness, line, signed_at) values (?, ?, ?, ?, now()) on conflict do nothing
            """;

    private final DataSource worker;
    private final List<Place> places;
    private final Map<String, Outcomes> outcomes;
    private volatile boolean stopping;

    /** @param worker logs in as the worker role; connections in auto-commit mode */
    public PublishJob(DataSource worker, List<Place> places) {
        this.worker = worker;
        this.places = List.copyOf(places);
        this.outcomes = places.stream().collect(Collectors.toMap(Place::name, place -> new Outcomes()));
    }

    /** One pass over all logs, for each place. When several fail in a row the place itself is away, and the rest wait for the next. */
    public void run() throws SQLException, InterruptedException {
        try (Connection connection = worker.getConnection()) {
            if (LOCK.take(connection)) {
                try {
                    for (Place place : places) {
                        pass(connection, place);
                    }
                } finally {
                    LOCK.release(connection);
                }
            }
        }
    }

    /** Ends {@link #run} after the checkpoint that is on its way. */
    public void stop() {
        stopping = true;
    }

    private void pass(Connection connection, Place place) throws SQLException, InterruptedException {
        counted(place.name())
                .turns
                .pass(
                        after -> {
                            JobLock.requireHeld(connection);
                            return behind(connection, place, after);
                        },
                        checkpoint -> carry(connection, place, checkpoint),
                        () -> stopping);
    }

    private boolean carry(Connection connection, Place place, Place.Published checkpoint)
            throws SQLException, InterruptedException {
        Outcomes told = counted(place.name());
        try {
            Optional<NoteSignature> signature = place.publish(checkpoint);
            if (signature.isPresent()) {
                cosigned(connection, checkpoint, signature.get());
            }
            pushed(connection, place, checkpoint);
            told.pushed.increment();
            return true;
        } catch (IOException | VaultException failure) {
            told.failed.increment();
            LOG.warn(
                    "the {} does not have the checkpoint of {} yet: {}",
                    place.name(),
                    checkpoint.tenant(),
                    failure.getMessage());
            return false;
        }
    }

    private static List<Place.Published> behind(Connection connection, Place place, String after) throws SQLException {
        List<Place.Published> page = new ArrayList<>();
        try (PreparedStatement statement = connection.prepareStatement(BEHIND)) {
            statement.setString(1, place.name());
            statement.setString(2, after);
            statement.setInt(3, PAGE);
            try (ResultSet row = statement.executeQuery()) {
                while (row.next()) {
                    page.add(new Place.Published(
                            new TenantId(row.getString(1)), row.getLong(2), row.getString(3), row.getLong(4)));
                }
            }
        }
        return page;
    }

    private static void pushed(Connection connection, Place place, Place.Published checkpoint) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(PUSHED)) {
            statement.setString(1, checkpoint.tenant().value());
            statement.setString(2, place.name());
            statement.setLong(3, checkpoint.size());
            statement.executeUpdate();
        }
    }

    private static void cosigned(Connection connection, Place.Published checkpoint, NoteSignature signature)
            throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(COSIGNED)) {
            statement.setString(1, checkpoint.tenant().value());
            statement.setLong(2, checkpoint.size());
            statement.setString(3, signature.name());
            statement.setString(4, signature.encoded());
            statement.executeUpdate();
        }
    }

    /** What they are called. */
    public List<String> places() {
        return places.stream().map(Place::name).toList();
    }

    /** Checkpoints that the place has taken from this instance since its start. */
    public long pushedCount(String place) {
        return counted(place).pushed.sum();
    }

    /** Attempts that failed. */
    public long failedCount(String place) {
        return counted(place).failed.sum();
    }

    private Outcomes counted(String place) {
        Outcomes counted = outcomes.get(place);
        if (counted == null) {
            throw new IllegalArgumentException("no place is called " + place);
        }
        return counted;
    }

    private static final class Outcomes {
        private final LongAdder pushed = new LongAdder();
        private final LongAdder failed = new LongAdder();
        private final Turns<Place.Published> turns = new Turns<>(Place.Published::tenant);
    }
}
