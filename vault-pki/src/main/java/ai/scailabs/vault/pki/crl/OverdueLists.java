package ai.scailabs.vault.pki.crl;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import javax.sql.DataSource;

/** Looks, across tenants, whether lists are made as often as they should be. Thread-safe. */
public final class OverdueLists {
    /** One whose key has left is made by people, who need days for it. The list of a key whose certificate is over stays as it was last; of a tenant that is suspended or erased nothing is signed. */
    private static final String OVERDUE = """
            select
                (select min(case when a.key_destroyed_at is null then c.this_update + ? * interval '1 second' else c.next_update - interval '30 days' end) from crl c
                    join certificate_authority a on a.tenant_id = c.tenant_id and a.ca_id = c.ca_id
                    join ca_generation g on g.tenant_id = c.tenant_id and g.ca_id = c.ca_id and g.generation = c.ca_generation
                    join tenant t on t.tenant_id = c.tenant_id
                    where c.replaced_at is null and not c.delta and g.not_after > ? and t.status = 'active'),
                (select count(*) from crl_schedule s join tenant t on t.tenant_id = s.tenant_id where s.failures > 0 and t.status = 'active')
            """;

    private final DataSource worker;
    private final Duration interval;
    private final Clock clock;
    private volatile double overdueSeconds = Double.NaN;
    private volatile double failing = Double.NaN;

    /**
     * @param worker logs in as the worker role; connections in auto-commit mode
     * @param interval after which each list should have given way to another
     */
    public OverdueLists(DataSource worker, Duration interval, Clock clock) {
        this.worker = worker;
        this.interval = interval;
        this.clock = clock;
    }

    public void look() throws SQLException {
        Instant now = clock.instant();
        try (Connection connection = worker.getConnection();
                PreparedStatement statement = connection.prepareStatement(OVERDUE)) {
            statement.setLong(1, interval.toSeconds());
            statement.setObject(2, now.atOffset(ZoneOffset.UTC));
            try (ResultSet results = statement.executeQuery()) {
                results.next();
                OffsetDateTime due = results.getObject(1, OffsetDateTime.class);
                Duration late = due == null ? Duration.ZERO : Duration.between(due.toInstant(), now);
                overdueSeconds = late.isNegative() ? 0 : late.toMillis() / 1e3;
                failing = results.getLong(2);
            }
        }
    }

    /** For how long the oldest list should have been replaced; 0 when none is late, not a number before the first look. */
    public double overdueSeconds() {
        return overdueSeconds;
    }

    /** Authorities whose lists could not be made when that was tried last; not a number before the first look. */
    public double failing() {
        return failing;
    }
}
