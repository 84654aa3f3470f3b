package ai.scailabs.vault.server.settings;

import ai.scailabs.vault.kernel.error.VaultException;
import ai.scailabs.vault.kernel.time.DurationText;
import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Of exports of the audit log.
 *
 * @param fileEntries the most that a file of entries has
 * @param interval after which a continuous export writes what there is
 */
public record ExportSettings(int fileEntries, Duration interval) {
    private static final Duration SHORTEST = Duration.ofMinutes(1);
    private static final Duration LONGEST = Duration.ofDays(1);

    /** Null, and problems, when it is not said completely. */
    static @Nullable ExportSettings read(SettingsReader reader, boolean dev) {
        Integer fileEntries =
                reader.required(Setting.AUDIT_EXPORT_FILE_ENTRIES, ServerSettings.number(1_000, 1_000_000));
        Duration interval = reader.required(Setting.AUDIT_EXPORT_INTERVAL, text -> interval(text, dev));
        return fileEntries == null || interval == null ? null : new ExportSettings(fileEntries, interval);
    }

    private static Optional<Duration> interval(String text, boolean dev) {
        try {
            return Optional.of(DurationText.parse("interval", text))
                    .filter(interval -> (dev || interval.compareTo(SHORTEST) >= 0) && interval.compareTo(LONGEST) <= 0);
        } catch (VaultException malformed) {
            return Optional.empty();
        }
    }
}
