package ai.scailabs.vault.server.jobs;

import ai.scailabs.vault.events.delivery.Dispatcher;
import ai.scailabs.vault.events.outbox.EventCleaner;
import ai.scailabs.vault.events.subscription.PollWaiters;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** Looks twice a second whether somebody is to be told of something, whether something is about to expire, and takes away what is kept no longer. On threads of their own: who waits is woken whatever else there is to do. */
public final class EventJobs implements AutoCloseable {
    private static final Duration LOOK_EVERY = Duration.ofMillis(500);
    private static final Duration CLEAN_EVERY = Duration.ofSeconds(30);
    private static final Duration WARN_EVERY = Duration.ofMinutes(1);
    private static final Duration FIRST_WARNING = Duration.ofSeconds(2);

    private final PollWaiters waiters;
    private final @Nullable Dispatcher dispatcher;
    private final BackgroundJobs waking = new BackgroundJobs();
    private final BackgroundJobs sending = new BackgroundJobs();
    private final BackgroundJobs cleaning = new BackgroundJobs();

    private EventJobs(PollWaiters waiters, @Nullable Dispatcher dispatcher) {
        this.waiters = waiters;
        this.dispatcher = dispatcher;
    }

    /** @param dispatcher absent, like what follows, where there is no login for jobs: calls that wait come to their end all the same */
    public static EventJobs start(
            PollWaiters waiters,
            @Nullable Dispatcher dispatcher,
            @Nullable EventCleaner cleaner,
            @Nullable ExpiryJob expiry) {
        EventJobs started = new EventJobs(waiters, dispatcher);
        started.waking.every(LOOK_EVERY, LOOK_EVERY, "event-polls", waiters::run);
        if (dispatcher != null) {
            started.sending.every(LOOK_EVERY, LOOK_EVERY, "event-dispatch", dispatcher::run);
        }
        if (cleaner != null) {
            started.cleaning.every(CLEAN_EVERY, LOOK_EVERY, "event-cleaning", cleaner::run);
        }
        if (expiry != null) {
            started.cleaning.every(WARN_EVERY, FIRST_WARNING, "expiry-warnings", expiry::run);
        }
        return started;
    }

    /** Waits for the events that are being sent; whoever waits for some is woken. */
    @Override
    public void close() {
        waking.close();
        sending.close();
        waiters.wakeAll();
        if (dispatcher != null) {
            dispatcher.close();
        }
        cleaning.close();
    }
}
