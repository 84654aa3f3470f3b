package ai.scailabs.vault.server.settings;

import ai.scailabs.vault.kernel.net.AddressRange;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Of databases and other targets that tenants name, where accounts are changed.
 *
 * @param addresses where they may be besides the public Internet
 * @param caFile absent: who vouches for them is what the runtime trusts
 * @param mostLeases of a tenant that may be live at once
 */
public record TargetSettings(
        List<AddressRange> addresses, @Nullable Path caFile, int mostLeases) {
    /** Null, and problems, when it is not said completely. */
    static @Nullable TargetSettings read(SettingsReader reader) {
        List<AddressRange> addresses = reader.required(Setting.TARGET_ALLOWED_ADDRESSES, ServerSettings::ranges);
        Path caFile = reader.optional(Setting.TARGET_CA_FILE, CertificateFile::parse);
        Integer mostLeases = reader.required(Setting.LEASES_PER_TENANT, ServerSettings.number(1, 1_000_000));
        return addresses == null || mostLeases == null ? null : new TargetSettings(addresses, caFile, mostLeases);
    }
}
