package ai.scailabs.vault.api.federation;

import ai.scailabs.vault.federation.backend.BackendChange;
import ai.scailabs.vault.federation.backend.BackendDraft;
import ai.scailabs.vault.federation.sync.Resolution;
import ai.scailabs.vault.kernel.error.VaultException;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/** The bodies of calls about backends. */
final class BackendRequests {
    private BackendRequests() {}

    record Wanted(
            @Nullable String name,
            @Nullable String type,
            @Nullable JsonNode config,
            @Nullable LinkedHashMap<String, @Nullable String> pathMapping,
            @Nullable String mode,
            @Nullable String syncInterval,
            @Nullable Integer syncCallsPerSecond,
            @Nullable Boolean writeThrough) {
        BackendDraft draft() {
            return new BackendDraft(
                    name, type, config, entries(pathMapping), mode, syncInterval, syncCallsPerSecond, writeThrough);
        }
    }

    record Change(
            @Nullable JsonNode config,
            @Nullable LinkedHashMap<String, @Nullable String> pathMapping,
            @Nullable String mode,
            @Nullable String syncInterval,
            @Nullable Integer syncCallsPerSecond,
            @Nullable Boolean writeThrough) {
        BackendChange change() {
            return new BackendChange(
                    config, entries(pathMapping), mode, syncInterval, syncCallsPerSecond, writeThrough);
        }
    }

    record Run(@Nullable Boolean acceptDeletions) {}

    record Settlement(@Nullable String resolution) {
        Resolution parsed() {
            return Resolution.parse(resolution == null ? "" : resolution)
                    .orElseThrow(() -> VaultException.invalidField("resolution", "must be keep_local or keep_remote"));
        }
    }

    private static @Nullable Map<String, String> entries(@Nullable LinkedHashMap<String, @Nullable String> mapping) {
        if (mapping == null) {
            return null;
        }
        Map<String, String> entries = new LinkedHashMap<>();
        mapping.forEach((pattern, template) -> {
            if (template == null) {
                throw VaultException.invalidField("path_mapping", "has an entry that is null");
            }
            entries.put(pattern, template);
        });
        return entries;
    }
}
