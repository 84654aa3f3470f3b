package ai.scailabs.vault.pki.dns;

import java.util.List;

/** Some providers, in order. */
public record DnsProviderPage(List<DnsProvider> providers, boolean hasMore) {}
