package ai.scailabs.vault.tenancy.tenant;

import java.util.concurrent.atomic.AtomicBoolean;

/** What one instance remembers of a tenant, and whether somebody is reading it anew. */
final class KnownTenant {
    private final TenantState state;
    private final long readAtNanos;
    private final AtomicBoolean beingReread = new AtomicBoolean();

    KnownTenant(TenantState state, long readAtNanos) {
        this.state = state;
        this.readAtNanos = readAtNanos;
    }

    TenantState state() {
        return state;
    }

    boolean isOlderThan(long ageNanos, long nowNanos) {
        return nowNanos - readAtNanos > ageNanos;
    }

    /** True for one caller only: that one reads, everybody else goes on with what is known. */
    boolean claimReread() {
        return beingReread.compareAndSet(false, true);
    }

    /** After a read that failed, so that the next caller tries. */
    void giveUpReread() {
        beingReread.set(false);
    }
}
