package ai.scailabs.vault.server.settings;

import ai.scailabs.vault.kernel.error.VaultException;
import ai.scailabs.vault.kernel.time.DurationText;
import ai.scailabs.vault.pki.crl.CrlTerms;
import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** How often lists of revoked certificates are made, for how long they count, and for how long certificates are kept. */
final class CrlSettings {
    private static final String KEEP = "off";
    private static final Duration SHORTEST = Duration.ofMinutes(1);
    private static final Duration LONGEST_INTERVAL = Duration.ofDays(7);
    private static final Duration LONGEST_VALIDITY = Duration.ofDays(30);
    private static final Duration SHORTEST_RETENTION = Duration.ofDays(1);
    private static final Duration LONGEST_RETENTION = Duration.ofDays(36_525);

    private CrlSettings() {}

    /** Null, and problems, when it is not said completely. */
    static @Nullable CrlTerms read(SettingsReader reader) {
        Duration interval =
                reader.required(Setting.PKI_CRL_INTERVAL, text -> duration(text, SHORTEST, LONGEST_INTERVAL));
        Duration validity =
                reader.required(Setting.PKI_CRL_VALIDITY, text -> duration(text, SHORTEST, LONGEST_VALIDITY));
        if (interval != null && validity != null && validity.compareTo(interval.multipliedBy(2)) < 0) {
            reader.problem(
                    "PKI_CRL_VALIDITY must be at least twice PKI_CRL_INTERVAL, so that one list that was not made leaves none without");
            return null;
        }
        return interval == null || validity == null ? null : new CrlTerms(interval, validity);
    }

    /** How long certificates are kept after their end; null: always. */
    static @Nullable Duration retention(SettingsReader reader) {
        Optional<Duration> kept = reader.required(
                Setting.PKI_KEEP_EXPIRED,
                text -> text.equals(KEEP)
                        ? Optional.of(Optional.empty())
                        : duration(text, SHORTEST_RETENTION, LONGEST_RETENTION).map(Optional::of));
        return kept == null ? null : kept.orElse(null);
    }

    static Optional<Duration> duration(String text, Duration shortest, Duration longest) {
        try {
            return Optional.of(DurationText.parse("time", text))
                    .filter(time -> time.compareTo(shortest) >= 0 && time.compareTo(longest) <= 0);
        } catch (VaultException malformed) {
            return Optional.empty();
        }
    }
}
