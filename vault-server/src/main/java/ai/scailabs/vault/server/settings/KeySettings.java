package ai.scailabs.vault.server.settings;

import ai.scailabs.vault.kernel.error.VaultException;
import ai.scailabs.vault.kernel.time.DurationText;
import ai.scailabs.vault.tenancy.rotation.KeySchedule;
import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** After how long generations of keys give way by themselves, and their end waits for its confirmation. */
final class KeySettings {
    private static final String OFF = "off";
    private static final Duration SHORTEST = Duration.ofDays(1);
    private static final Duration LONGEST = Duration.ofDays(3_650);
    private static final Duration LONGEST_WAIT = Duration.ofDays(90);

    private KeySettings() {}

    static KeySchedule read(SettingsReader reader) {
        Optional<Duration> tenant = reader.required(Setting.KEY_ROTATION_TENANT, KeySettings::age);
        Optional<Duration> partner = reader.required(Setting.KEY_ROTATION_PARTNER, KeySettings::age);
        return new KeySchedule(orNull(tenant), orNull(partner));
    }

    /** Between the request for the end of keys and the first moment of its confirmation. */
    static @Nullable Duration erasureWait(SettingsReader reader, boolean dev) {
        return reader.required(Setting.KEY_ERASURE_WAIT, text -> {
            try {
                Duration wait = DurationText.parse("wait", text);
                boolean sensible = (dev || wait.compareTo(SHORTEST) >= 0) && wait.compareTo(LONGEST_WAIT) <= 0;
                return sensible ? Optional.of(wait) : Optional.empty();
            } catch (VaultException malformed) {
                return Optional.empty();
            }
        });
    }

    private static Optional<Optional<Duration>> age(String text) {
        if (text.equals(OFF)) {
            return Optional.of(Optional.empty());
        }
        try {
            Duration age = DurationText.parse("age", text);
            boolean sensible = age.compareTo(SHORTEST) >= 0 && age.compareTo(LONGEST) <= 0;
            return sensible ? Optional.of(Optional.of(age)) : Optional.empty();
        } catch (VaultException malformed) {
            return Optional.empty();
        }
    }

    private static @Nullable Duration orNull(@Nullable Optional<Duration> age) {
        return age == null ? null : age.orElse(null);
    }
}
