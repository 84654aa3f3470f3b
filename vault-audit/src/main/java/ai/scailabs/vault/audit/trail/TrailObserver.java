package ai.scailabs.vault.audit.trail;

/** Hears of every commit of the trail, on the thread that made it: whoever waits for the next commit waits for what is done here. */
public interface TrailObserver {
    /** Hears nothing. */
    TrailObserver NOBODY = new TrailObserver() {
        @Override
        public void committed(int entries, long commitNanos) {}

        @Override
        public void waited(long nanos) {}
    };

    /** @param commitNanos from the statement to the end of its commit */
    void committed(int entries, long commitNanos);

    /** Of one entry, from its place in the queue until it was durable. */
    void waited(long nanos);
}
