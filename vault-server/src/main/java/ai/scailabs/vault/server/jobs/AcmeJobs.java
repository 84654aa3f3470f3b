package ai.scailabs.vault.server.jobs;

import ai.scailabs.vault.pki.acme.OrderWorker;
import ai.scailabs.vault.pki.acme.RenewalWorker;
import java.time.Duration;

/** Looks twice a second whether something is due of an order, every five seconds whether a certificate is to be renewed, and every ten when directories want that. On threads of their own: none of it waits for another. */
public final class AcmeJobs implements AutoCloseable {
    private static final Duration ORDERS_EVERY = Duration.ofMillis(500);
    private static final Duration RENEWALS_EVERY = Duration.ofSeconds(5);
    private static final Duration LOOK_EVERY = Duration.ofSeconds(10);

    private final OrderWorker orders;
    private final RenewalWorker renewals;
    private final BackgroundJobs ordering = new BackgroundJobs();
    private final BackgroundJobs renewing = new BackgroundJobs();

    private AcmeJobs(OrderWorker orders, RenewalWorker renewals) {
        this.orders = orders;
        this.renewals = renewals;
    }

    public static AcmeJobs start(OrderWorker orders, RenewalWorker renewals) {
        AcmeJobs started = new AcmeJobs(orders, renewals);
        started.ordering.every(ORDERS_EVERY, ORDERS_EVERY, "acme-orders", orders::run);
        started.renewing.every(RENEWALS_EVERY, RENEWALS_EVERY, "acme-renewals", renewals::begin);
        started.renewing.every(LOOK_EVERY, LOOK_EVERY, "acme-renewal-info", renewals::look);
        return started;
    }

    /** Waits a moment for what is under way; another instance goes on with what is not over. */
    @Override
    public void close() {
        orders.stop();
        renewals.stop();
        ordering.close();
        renewing.close();
        orders.close();
        renewals.close();
    }
}
