package ai.scailabs.vault.server.settings;

import ai.scailabs.vault.kernel.id.TenantId;
import ai.scailabs.vault.kernel.net.AddressRange;
import ai.scailabs.vault.kernel.net.IpAddress;
import ai.scailabs.vault.pki.dns.lookup.LookupSettings;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Of DNS providers that tenants name, and of questions about their zones.
 *
 * @param addresses where servers of their own, and the name servers of their zones, may be besides the public Internet
 * @param caFile absent: who vouches for them is what the runtime trusts
 * @param asService the tenants that may use Route 53 as this service
 */
public record DnsSettings(
        List<AddressRange> addresses, @Nullable Path caFile, Set<TenantId> asService, LookupSettings lookups) {
    private static final Pattern RESOLVER =
            Pattern.compile("(?:\\[([0-9A-Fa-f:.]{2,45})]|([0-9.]{7,15})):([1-9][0-9]{0,4})");
    private static final Pattern TENANT = Pattern.compile("tnt_[A-Za-z0-9_-]{1,64}");

    /** Null, and problems, when it is not said completely. */
    static @Nullable DnsSettings read(SettingsReader reader) {
        List<AddressRange> addresses = reader.required(Setting.DNS_PROVIDER_ALLOWED_ADDRESSES, ServerSettings::ranges);
        Path caFile = reader.optional(Setting.DNS_PROVIDER_CA_FILE, CertificateFile::parse);
        Set<TenantId> asService = reader.required(Setting.DNS_ROUTE53_OWN_IDENTITY_TENANTS, DnsSettings::tenants);
        List<InetSocketAddress> resolvers = reader.required(Setting.DNS_RESOLVERS, DnsSettings::resolvers);
        Boolean only = reader.required(Setting.DNS_RESOLVERS_ONLY, ServerSettings::flag);
        if (addresses == null || asService == null || resolvers == null || only == null) {
            return null;
        }
        return new DnsSettings(addresses, caFile, asService, new LookupSettings(resolvers, only));
    }

    static Optional<Set<TenantId>> tenants(String text) {
        Set<TenantId> tenants = new LinkedHashSet<>();
        for (String part : parts(text)) {
            if (!TENANT.matcher(part.strip()).matches()) {
                return Optional.empty();
            }
            tenants.add(new TenantId(part.strip()));
        }
        return Optional.of(Set.copyOf(tenants));
    }

    private static Optional<List<InetSocketAddress>> resolvers(String text) {
        List<InetSocketAddress> resolvers = new ArrayList<>();
        for (String part : parts(text)) {
            Optional<InetSocketAddress> resolver = resolver(part.strip());
            if (resolver.isEmpty()) {
                return Optional.empty();
            }
            resolvers.add(resolver.get());
        }
        return Optional.of(resolvers);
    }

    /** Addresses only: a name would have to be looked up by whom it names. */
    private static Optional<InetSocketAddress> resolver(String text) {
        Matcher matcher = RESOLVER.matcher(text);
        if (!matcher.matches()) {
            return Optional.empty();
        }
        String address = matcher.group(1) == null ? matcher.group(2) : matcher.group(1);
        int port = Integer.parseInt(matcher.group(3));
        if (port > 65_535 || IpAddress.parse(address).isEmpty()) {
            return Optional.empty();
        }
        try {
            return Optional.of(new InetSocketAddress(InetAddress.getByName(address), port));
        } catch (UnknownHostException none) {
            return Optional.empty();
        }
    }

    private static String[] parts(String text) {
        return text.isBlank() ? new String[0] : text.split(",", -1);
    }
}
