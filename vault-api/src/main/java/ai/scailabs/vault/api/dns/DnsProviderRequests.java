package ai.scailabs.vault.api.dns;

import ai.scailabs.vault.api.request.SecretData;
import ai.scailabs.vault.kernel.error.VaultException;
import ai.scailabs.vault.pki.dns.ProviderChange;
import ai.scailabs.vault.pki.dns.ProviderDraft;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The bodies of calls about DNS providers. Whoever reads one closes it. */
final class DnsProviderRequests {
    private DnsProviderRequests() {}

    record Provider(
            @Nullable String name,
            @Nullable String providerType,
            @Nullable SecretData credentials,
            @Nullable List<@Nullable String> managedZones,
            @Nullable Boolean isActive,
            @Nullable Boolean verify)
            implements AutoCloseable {
        ProviderDraft draft() {
            return new ProviderDraft(
                    name,
                    providerType,
                    credentials == null ? null : credentials.json(),
                    zones(managedZones == null ? List.of() : managedZones),
                    isActive,
                    verify);
        }

        @Override
        public void close() {
            wipe(credentials);
        }
    }

    record Change(
            @Nullable SecretData credentials,
            @Nullable List<@Nullable String> managedZones,
            @Nullable Boolean isActive,
            @Nullable Boolean verify)
            implements AutoCloseable {
        ProviderChange change() {
            return new ProviderChange(
                    credentials == null ? null : credentials.json(),
                    managedZones == null ? null : zones(managedZones),
                    isActive,
                    verify);
        }

        @Override
        public void close() {
            wipe(credentials);
        }
    }

    private static List<String> zones(List<@Nullable String> entries) {
        List<String> present = new ArrayList<>();
        for (String entry : entries) {
            if (entry == null) {
                throw VaultException.invalidField("managed_zones", "has an entry that is null");
            }
            present.add(entry);
        }
        return present;
    }

    private static void wipe(@Nullable SecretData credentials) {
        if (credentials != null) {
            credentials.json().close();
        }
    }
}
