package ai.scailabs.vault.server.settings;

import ai.scailabs.vault.kernel.id.TenantId;
import ai.scailabs.vault.kernel.net.AddressRange;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Of other vaults that tenants name.
 *
 * @param addresses where they may be besides the public Internet
 * @param caFile absent: who vouches for them is what the runtime trusts
 * @param asService the tenants that may come there as this service
 * @param patience the most that one call of one may take
 */
public record FederationSettings(
        List<AddressRange> addresses, @Nullable Path caFile, Set<TenantId> asService, Duration patience) {
    private static final Duration SHORTEST = Duration.ofSeconds(1);
    private static final Duration LONGEST = Duration.ofSeconds(30);

    /** Null, and problems, when it is not said completely. */
    static @Nullable FederationSettings read(SettingsReader reader) {
        List<AddressRange> addresses = reader.required(Setting.FEDERATION_ALLOWED_ADDRESSES, ServerSettings::ranges);
        Path caFile = reader.optional(Setting.FEDERATION_CA_FILE, CertificateFile::parse);
        Set<TenantId> asService = reader.required(Setting.FEDERATION_OWN_IDENTITY_TENANTS, DnsSettings::tenants);
        Duration patience =
                reader.required(Setting.FEDERATION_TIMEOUT, text -> CrlSettings.duration(text, SHORTEST, LONGEST));
        return addresses == null || asService == null || patience == null
                ? null
                : new FederationSettings(addresses, caFile, asService, patience);
    }
}
