package ai.scailabs.vault.server.settings;

import ai.scailabs.vault.kernel.error.VaultException;
import ai.scailabs.vault.kernel.net.AddressRange;
import ai.scailabs.vault.kernel.time.DurationText;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Of events, and of those who are told of them.
 *
 * @param retention after which they are not kept
 * @param addresses where webhooks that tenants name may be besides the public Internet
 * @param caFile absent: who vouches for them is what the runtime trusts
 * @param concurrency how many targets are sent to at the same time
 */
public record EventSettings(
        Duration retention,
        List<AddressRange> addresses,
        @Nullable Path caFile,
        int concurrency) {
    private static final Duration SHORTEST = Duration.ofDays(1);
    private static final Duration LONGEST = Duration.ofDays(90);
    private static final int MOST_AT_ONCE = 1_000;

    /** Null, and problems, when it is not said completely. */
    static @Nullable EventSettings read(SettingsReader reader) {
        Duration retention = reader.required(Setting.EVENT_RETENTION, EventSettings::retention);
        List<AddressRange> addresses = reader.required(Setting.WEBHOOK_ALLOWED_ADDRESSES, ServerSettings::ranges);
        Path caFile = reader.optional(Setting.WEBHOOK_CA_FILE, CertificateFile::parse);
        Integer concurrency = reader.required(Setting.WEBHOOK_CONCURRENCY, ServerSettings.number(1, MOST_AT_ONCE));
        return retention == null || addresses == null || concurrency == null
                ? null
                : new EventSettings(retention, addresses, caFile, concurrency);
    }

    private static Optional<Duration> retention(String text) {
        try {
            return Optional.of(DurationText.parse("retention", text))
                    .filter(duration -> duration.compareTo(SHORTEST) >= 0 && duration.compareTo(LONGEST) <= 0);
        } catch (VaultException malformed) {
            return Optional.empty();
        }
    }
}
