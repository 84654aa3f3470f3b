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
 */
public record TargetSettings(
        List<AddressRange> addresses, @Nullable Path caFile) {
    /** Null, and problems, when it is not said completely. */
    static @Nullable TargetSettings read(SettingsReader reader) {
        List<AddressRange> addresses = reader.required(Setting.TARGET_ALLOWED_ADDRESSES, ServerSettings::ranges);
        Path caFile = reader.optional(Setting.TARGET_CA_FILE, CertificateFile::parse);
        return addresses == null ? null : new TargetSettings(addresses, caFile);
    }
}
