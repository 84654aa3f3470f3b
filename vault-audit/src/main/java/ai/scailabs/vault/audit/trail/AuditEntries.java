package ai.scailabs.vault.audit.trail;

import ai.scailabs.vault.kernel.error.ErrorCode;
import ai.scailabs.vault.kernel.id.Ids;
import java.time.Clock;
import java.time.temporal.ChronoUnit;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Turns an attempt and its outcome into an entry. */
public final class AuditEntries {
    private final Clock clock;
    private final Ids ids;

    public AuditEntries(Clock clock, Ids ids) {
        this.clock = clock;
        this.ids = ids;
    }

    public AuditEntry succeeded(Attempt attempt) {
        return entry(attempt, null);
    }

    public AuditEntry failed(Attempt attempt, ErrorCode code) {
        return entry(attempt, code);
    }

    private AuditEntry entry(Attempt attempt, @Nullable ErrorCode code) {
        return new AuditEntry(
                attempt.tenant(),
                clock.instant().truncatedTo(ChronoUnit.MICROS),
                ids.nextUuid(),
                attempt.action(),
                attempt.identity(),
                attempt.actingTenant(),
                attempt.path(),
                attempt.sourceIp(),
                attempt.userAgent(),
                code,
                (int) ((System.nanoTime() - attempt.startedNanos()) / 1_000_000),
                attempt.requestId(),
                Map.of());
    }
}
