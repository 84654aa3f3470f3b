package ai.scailabs.vault.api.federation;

import ai.scailabs.vault.api.answer.JsonWriter;
import ai.scailabs.vault.federation.backend.Backend;
import ai.scailabs.vault.federation.backend.BackendStatus;
import ai.scailabs.vault.federation.sync.Conflict;
import ai.scailabs.vault.federation.sync.CopyService;
import ai.scailabs.vault.federation.sync.CopyState;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** How it stands with a backend, as the API writes it. */
final class CopyJson {
    private CopyJson() {}

    /** @param standing absent where nothing is copied */
    static void status(JsonWriter json, BackendStatus status, CopyService.@Nullable Standing standing) {
        Backend backend = status.backend();
        CopyState state = standing == null ? null : standing.state();
        json.text("id", backend.text())
                .text("name", backend.name())
                .text("mode", backend.mode().wireName())
                .text("status", status.isHealthy() ? "healthy" : "unavailable")
                .text(
                        "reason",
                        status.failure() == null ? null : status.failure().reason())
                .time("checked_at", status.checkedAt())
                .number("check_duration_ms", status.tookMillis())
                .text("reads", backend.isReadLive() ? "live" : "copies")
                .time("last_sync", state == null ? null : state.lastFinishedAt())
                .value("last_sync_duration_ms", state == null ? null : state.lastMillis());
        if (standing != null && state != null) {
            json.object("sync", sync -> sync(sync, state, standing));
        }
    }

    private static void sync(JsonWriter json, CopyState state, CopyService.Standing standing) {
        json.text("status", status(state))
                .text("sync_id", state.run())
                .text("trigger", state.trigger())
                .time("started_at", state.startedAt())
                .time("next_at", state.underWay() ? null : state.dueAt())
                .text("last_sync_id", state.lastRun())
                .object(
                        "counts",
                        counts -> state.counts().entrySet().stream()
                                .sorted(Map.Entry.comparingByKey())
                                .forEach(count -> counts.number(count.getKey(), count.getValue())))
                .number("open_conflicts", standing.conflicts())
                .objects(
                        "problems",
                        standing.problems(),
                        (problem, each) -> problem.text("path", each.path()).text("code", each.code()))
                .number("failed_attempts", state.attempts());
        if (state.errorCode() != null) {
            json.object(
                    "last_error",
                    error -> error.text("code", state.errorCode())
                            .text("message", state.errorMessage())
                            .time("at", state.failedAt()));
        } else {
            json.value("last_error", null);
        }
    }

    private static String status(CopyState state) {
        if (state.underWay()) {
            return "running";
        }
        if (state.attempts() > 0) {
            return "failing";
        }
        return state.run() == null ? "idle" : "queued";
    }

    static void conflict(JsonWriter json, Conflict conflict) {
        json.text("id", conflict.text())
                .text("path", conflict.path().value())
                .time("detected_at", conflict.detectedAt())
                .object(
                        "local",
                        local -> local.text("state", conflict.localVersion() == 0 ? "deleted" : "active")
                                .value("version", conflict.localVersion() == 0 ? null : conflict.localVersion())
                                .text("hash", conflict.localHash()))
                .object(
                        "remote",
                        remote -> remote.number("version", conflict.remoteVersion())
                                .text("hash", conflict.remoteHash()));
    }
}
