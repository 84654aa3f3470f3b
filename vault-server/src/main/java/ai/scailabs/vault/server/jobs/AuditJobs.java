package ai.scailabs.vault.server.jobs;

import ai.scailabs.vault.audit.proof.CheckpointJob;
import ai.scailabs.vault.audit.proof.Sequencer;
import ai.scailabs.vault.audit.retention.RetentionJob;
import java.time.Duration;

/** Lets the trees over the audit log grow every second, signs them every minute, and ends entries that are kept no longer. On threads of their own: whoever waits for a root key, or writes a month anew,
 * holds up no tree. */
public final class AuditJobs implements AutoCloseable {
    private static final Duration GROW_EVERY = Duration.ofSeconds(1);
    private static final Duration SIGN_EVERY = Duration.ofMinutes(1);
    private static final Duration END_EVERY = Duration.ofDays(1);
    private static final Duration FIRST_END = Duration.ofMinutes(5);

    private final Sequencer sequencer;
    private final CheckpointJob checkpoints;
    private final BackgroundJobs growing = new BackgroundJobs();
    private final BackgroundJobs signing = new BackgroundJobs();
    private final BackgroundJobs ending = new BackgroundJobs();

    private AuditJobs(Sequencer sequencer, CheckpointJob checkpoints) {
        this.sequencer = sequencer;
        this.checkpoints = checkpoints;
    }

    public static AuditJobs start(Sequencer sequencer, CheckpointJob checkpoints, RetentionJob retention) {
        AuditJobs started = new AuditJobs(sequencer, checkpoints);
        started.growing.every(GROW_EVERY, GROW_EVERY, "audit-sequencer", sequencer::run);
        started.signing.every(SIGN_EVERY, SIGN_EVERY, "audit-checkpoints", checkpoints::run);
        started.ending.every(END_EVERY, FIRST_END, "audit-retention", retention::run);
        return started;
    }

    /** Waits for the step and the signature that are being made. */
    @Override
    public void close() {
        sequencer.stop();
        checkpoints.stop();
        growing.close();
        signing.close();
        ending.close();
    }
}
