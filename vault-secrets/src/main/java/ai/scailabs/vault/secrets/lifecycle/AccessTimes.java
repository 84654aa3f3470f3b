package ai.scailabs.vault.secrets.lifecycle;

import ai.scailabs.vault.kernel.id.TenantId;
import ai.scailabs.vault.kernel.path.SecretPath;
import ai.scailabs.vault.persistence.tenant.TenantTransactions;
import ai.scailabs.vault.secrets.secret.AccessListener;
import java.time.Clock;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * When secrets were last read, approximately: at most one write per secret and minute, made by {@link #flush()} and never by a read. What was not flushed is lost with the
 * process; what exceeds the bound is not noted. Thread-safe.
 */
public final class AccessTimes implements AccessListener {
    private static final int MAX_NOTED = 100_000;
    private static final int PATHS_PER_STATEMENT = 1_000;
    private static final long MINUTE_MILLIS = 60_000;

    /** A secret that is gone, or was made anew since, keeps no time of its predecessor. */
    private static final String UPSERT = """
            insert into secret_access as a (tenant_id, path, last_accessed_at)
            select s.tenant_id, s.path, to_timestamp(r.seconds)
            from unnest(?::text[], ?::bigint[]) r (path, seconds)
            join secret s on s.tenant_id = ? and s.path = r.path and s.created_at <= to_timestamp(r.seconds + 1)
            on conflict (tenant_id, path) do update set last_accessed_at = excluded.last_accessed_at
            where a.last_accessed_at <= excluded.last_accessed_at - interval '1 minute'
            """;

    private final TenantTransactions tenants;
    private final Clock clock;
    private final AtomicInteger noted = new AtomicInteger();
    /** Milliseconds of the read that is to be written, or of the one that was: those stay for a minute. */
    private final ConcurrentHashMap<Touched, Read> reads = new ConcurrentHashMap<>();

    public AccessTimes(TenantTransactions tenants, Clock clock) {
        this.tenants = tenants;
        this.clock = clock;
    }

    /** Notes a read that happened now, in a fraction of a microsecond. */
    @Override
    public void revealed(TenantId owner, SecretPath path) {
        Touched touched = new Touched(owner, path.value());
        if (reads.containsKey(touched) || noted.get() >= MAX_NOTED) {
            return;
        }
        if (reads.putIfAbsent(touched, new Read(clock.millis(), false)) == null) {
            noted.incrementAndGet();
        }
    }

    /**
     * Writes what was noted, in one statement per tenant and thousand secrets.
     *
     * @return how many reads were handed to the database
     * @throws RuntimeException the first failure, after every tenant was tried; the times of failed ones are forgotten
     */
    public synchronized int flush() {
        long now = clock.millis();
        Map<TenantId, List<Map.Entry<Touched, Read>>> pending = new HashMap<>();
        for (Map.Entry<Touched, Read> entry : reads.entrySet()) {
            if (!entry.getValue().written()) {
                pending.computeIfAbsent(entry.getKey().owner(), owner -> new ArrayList<>())
                        .add(entry);
            } else if (now - entry.getValue().atMillis() >= MINUTE_MILLIS) {
                forget(entry.getKey());
            }
        }
        return write(pending);
    }

    private int write(Map<TenantId, List<Map.Entry<Touched, Read>>> pending) {
        int handedOver = 0;
        RuntimeException failure = null;
        for (Map.Entry<TenantId, List<Map.Entry<Touched, Read>>> tenant : pending.entrySet()) {
            List<Map.Entry<Touched, Read>> all = tenant.getValue();
            for (int from = 0; from < all.size(); from += PATHS_PER_STATEMENT) {
                var batch = all.subList(from, Math.min(all.size(), from + PATHS_PER_STATEMENT));
                try {
                    upsert(tenant.getKey(), batch);
                    handedOver += batch.size();
                } catch (RuntimeException refused) {
                    batch.forEach(entry -> forget(entry.getKey()));
                    failure = joined(failure, refused);
                }
            }
        }
        if (failure != null) {
            throw failure;
        }
        return handedOver;
    }

    private void upsert(TenantId owner, List<Map.Entry<Touched, Read>> batch) {
        String[] paths = new String[batch.size()];
        String[] seconds = new String[batch.size()];
        for (int i = 0; i < paths.length; i++) {
            paths[i] = batch.get(i).getKey().path();
            seconds[i] = Long.toString(batch.get(i).getValue().atMillis() / 1_000);
        }
        tenants.update(owner, UPSERT, paths, seconds, owner.value());
        batch.forEach(
                entry -> reads.put(entry.getKey(), new Read(entry.getValue().atMillis(), true)));
    }

    private void forget(Touched touched) {
        if (reads.remove(touched) != null) {
            noted.decrementAndGet();
        }
    }

    private static RuntimeException joined(@Nullable RuntimeException first, RuntimeException next) {
        if (first == null) {
            return next;
        }
        first.addSuppressed(next);
        return first;
    }

    private record Touched(TenantId owner, String path) {}

    private record Read(long atMillis, boolean written) {}
}
