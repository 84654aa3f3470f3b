package ai.scailabs.vault.audit.proof;

import ai.scailabs.vault.kernel.id.TenantId;
import java.sql.SQLException;
import java.util.List;
import java.util.function.BooleanSupplier;
import java.util.function.Function;

/**
 * Passes over logs in the order of their tenants, each of which begins behind where the last one ended. A pass gives up after a few failures in a row, as then it is not the logs that are at fault;
 * where it is them, the logs behind them have their turn with the next. Not thread-safe.
 */
public final class Turns<T> {
    private static final int MAX_FAILURES = 3;

    private final Function<T, TenantId> tenant;
    private String last = "";

    /** @param tenant of a log */
    public Turns(Function<T, TenantId> tenant) {
        this.tenant = tenant;
    }

    /** Once round, unless it is given up or stopped. */
    public void pass(Source<T> source, Attempt<T> attempt, BooleanSupplier stopping)
            throws SQLException, InterruptedException {
        String start = last;
        int inARow = 0;
        boolean isFromFirst = start.isEmpty();
        List<T> page = source.after(start);
        while (!page.isEmpty() || !isFromFirst) {
            if (page.isEmpty()) {
                isFromFirst = true;
                page = source.after("");
            }
            for (T log : page) {
                String id = tenant.apply(log).value();
                boolean isRound = isFromFirst && !start.isEmpty() && id.compareTo(start) > 0;
                if (isRound || inARow >= MAX_FAILURES || stopping.getAsBoolean()) {
                    return;
                }
                last = id;
                inARow = attempt.succeeds(log) ? 0 : inARow + 1;
            }
            page = page.isEmpty() ? page : source.after(last);
        }
    }

    /** The logs that there is something to do for. */
    @FunctionalInterface
    public interface Source<T> {
        /** The next few, in the order of their tenants; none when there are no more. */
        List<T> after(String tenant) throws SQLException, InterruptedException;
    }

    /** Does for one log what there is to do. */
    @FunctionalInterface
    public interface Attempt<T> {
        boolean succeeds(T log) throws SQLException, InterruptedException;
    }
}
