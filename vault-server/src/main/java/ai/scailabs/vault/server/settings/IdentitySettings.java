package ai.scailabs.vault.server.settings;

import ai.scailabs.vault.identity.event.EventSecrets;
import ai.scailabs.vault.identity.sync.SyncSettings;
import ai.scailabs.vault.kernel.error.VaultException;
import ai.scailabs.vault.kernel.time.DurationText;
import java.net.URI;
import java.time.Duration;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * How the service hears from ScaiKey who there is.
 *
 * @param directory below which ScaiKey's lists are
 * @param secrets that ScaiKey signs its events with
 */
public record IdentitySettings(URI directory, EventSecrets secrets, SyncSettings sync) {
    private static final Duration SHORTEST = Duration.ofMinutes(1);
    private static final Duration LONGEST = Duration.ofDays(7);
    private static final String SECRET = "[!-~]{" + EventSecrets.MIN_LENGTH + ",512}";

    static @Nullable IdentitySettings read(SettingsReader reader, boolean dev, @Nullable URI scaiKey) {
        URI directory = reader.optional(Setting.SCAIKEY_DIRECTORY_URL, ServerSettings.outbound(dev));
        String secret = reader.optional(Setting.SCAIKEY_WEBHOOK_SECRET, ServerSettings.matching(SECRET));
        String previous = reader.optional(Setting.SCAIKEY_WEBHOOK_PREVIOUS_SECRET, ServerSettings.matching(SECRET));
        Boolean enabled = reader.required(Setting.IDENTITY_SYNC_ENABLED, ServerSettings::flag);
        Duration interval = reader.required(Setting.IDENTITY_SYNC_INTERVAL, IdentitySettings::interval);
        if (previous != null && secret == null) {
            reader.problem("SCAIKEY_WEBHOOK_PREVIOUS_SECRET needs SCAIKEY_WEBHOOK_SECRET");
        }
        if (enabled == null || interval == null || scaiKey == null) {
            return null;
        }
        return new IdentitySettings(
                directory == null ? below(scaiKey) : bare(directory),
                new EventSecrets(Stream.of(secret, previous)
                        .flatMap(value -> Optional.ofNullable(value).stream())
                        .toList()),
                new SyncSettings(enabled, interval));
    }

    private static URI below(URI scaiKey) {
        return URI.create(bare(scaiKey) + "/api/v1/directory");
    }

    private static URI bare(URI uri) {
        return URI.create(uri.toString().replaceAll("/+$", ""));
    }

    private static Optional<Duration> interval(String text) {
        try {
            Duration interval = DurationText.parse("interval", text);
            boolean sensible = interval.compareTo(SHORTEST) >= 0 && interval.compareTo(LONGEST) <= 0;
            return sensible ? Optional.of(interval) : Optional.empty();
        } catch (VaultException malformed) {
            return Optional.empty();
        }
    }
}
