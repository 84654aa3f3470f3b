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
 * Of tokens for workloads.
 *
 * @param keysSignFor after which a key of our own issuers gives way to the next
 * @param addresses where issuers that tenants trust may be besides the public Internet
 * @param caFile absent: who vouches for them is what the runtime trusts
 */
public record ExchangeSettings(
        Duration keysSignFor,
        List<AddressRange> addresses,
        @Nullable Path caFile) {
    private static final Duration SHORTEST_ROTATION = Duration.ofHours(1);
    private static final Duration LONGEST_ROTATION = Duration.ofDays(365);

    /** Null, and problems, when it is not said completely. */
    static @Nullable ExchangeSettings read(SettingsReader reader) {
        Duration keysSignFor = reader.required(Setting.TOKEN_SIGNING_KEY_ROTATION, ExchangeSettings::rotation);
        List<AddressRange> addresses = reader.required(Setting.EXCHANGE_ALLOWED_ADDRESSES, ServerSettings::ranges);
        Path caFile = reader.optional(Setting.EXCHANGE_CA_FILE, CertificateFile::parse);
        return keysSignFor == null || addresses == null ? null : new ExchangeSettings(keysSignFor, addresses, caFile);
    }

    private static Optional<Duration> rotation(String text) {
        try {
            return Optional.of(DurationText.parse("rotation", text))
                    .filter(duration ->
                            duration.compareTo(SHORTEST_ROTATION) >= 0 && duration.compareTo(LONGEST_ROTATION) <= 0);
        } catch (VaultException malformed) {
            return Optional.empty();
        }
    }
}
