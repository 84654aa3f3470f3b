package ai.scailabs.vault.pki.dns;

import java.util.List;

/**
 * What a provider has.
 *
 * @param zones those of it that are used, in order
 * @param missing those that are named and that it does not have
 */
public record ProviderTrial(DnsProvider provider, List<String> zones, List<String> missing) {}
