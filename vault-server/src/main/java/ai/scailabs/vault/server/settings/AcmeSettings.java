package ai.scailabs.vault.server.settings;

import ai.scailabs.vault.kernel.net.AddressRange;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Certificates from authorities outside.
 *
 * @param httpBind where directories look by HTTP; absent: on the main port alone
 * @param tlsBind where directories look by TLS; absent: nowhere
 * @param addresses where directories that tenants name may be besides the public Internet
 */
public record AcmeSettings(
        @Nullable ListenAddress httpBind, @Nullable ListenAddress tlsBind, List<AddressRange> addresses) {
    /** Null, and problems, when it is not said completely. */
    static @Nullable AcmeSettings read(SettingsReader reader) {
        ListenAddress http = reader.optional(Setting.ACME_HTTP_BIND, ListenAddress::parse);
        ListenAddress tls = reader.optional(Setting.ACME_TLS_ALPN_BIND, ListenAddress::parse);
        List<AddressRange> addresses = reader.required(Setting.ACME_ALLOWED_ADDRESSES, ServerSettings::ranges);
        return addresses == null ? null : new AcmeSettings(http, tls, addresses);
    }
}
