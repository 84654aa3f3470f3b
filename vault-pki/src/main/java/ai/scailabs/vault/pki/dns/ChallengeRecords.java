package ai.scailabs.vault.pki.dns;

import ai.scailabs.vault.kernel.id.PartnerId;
import ai.scailabs.vault.kernel.id.TenantId;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * TXT records in the zones of a tenant's DNS providers, as a challenge of RFC 8555 §8.4 asks for them. A set of records at one name may hold values of several orders, and of others: each call adds or removes one value and leaves
 * the rest as it is. No method is called inside a transaction: each asks the root key and other servers, and takes as long as these do, at most a minute. Thread-safe.
 *
 * <p>An order keeps the {@link Placement} before it calls {@link #add}, so that whoever takes it up after an accident knows what to {@link #remove}.
 */
public interface ChallengeRecords {
    /**
     * Where a record is to lie: what {@code _acme-challenge.<name>} is an alias of is followed first (RFC 1034 §3.6.2, at most eight times), then the longest zone wins that a provider of the tenant manages.
     *
     * @param provider the only one that is looked at; null for all that are active
     * @param recordName as {@code _acme-challenge.www.example.org}, in ASCII, without a dot at its end; a wildcard's is that of the name below the asterisk
     * @throws ai.scailabs.vault.kernel.error.VaultException {@code dns_provider_not_found}; {@code dns_zone_not_managed} when no provider has a zone for it; {@code dns_provider_refused}; {@code backend_unavailable} when the
     *     provider, or the name servers that are asked for the alias, do not answer
     */
    Placement locate(TenantId tenant, PartnerId partner, @Nullable UUID provider, String recordName);

    /**
     * Adds the value to the set. Adding one that is there changes nothing.
     *
     * @param value of printable ASCII, 1 to 255 octets; the digest of a challenge has 43
     * @throws ai.scailabs.vault.kernel.error.VaultException {@code dns_provider_not_found} when it was deleted meanwhile; {@code dns_provider_refused}, with {@code details.reason}, when trying again does not help before
     *     somebody changes something there; {@code backend_unavailable} otherwise
     */
    void add(TenantId tenant, PartnerId partner, Placement where, String value);

    /**
     * Removes the value from the set, and the set when nothing else is in it. Removing one that is not there changes nothing, nor does it where the zone is gone.
     *
     * @throws ai.scailabs.vault.kernel.error.VaultException as {@link #add}
     */
    void remove(TenantId tenant, PartnerId partner, Placement where, String value);

    /**
     * Asks every authoritative name server of the zone, by IPv4, or by IPv6 where it has no other address, whether it shows the value. Nothing is waited for: a server that does not answer in two seconds, or may not be asked,
     * does not show it. Where the operator lets no question out, the resolvers are asked instead.
     *
     * @throws ai.scailabs.vault.kernel.error.VaultException {@code backend_unavailable} when it cannot be found out who the zone's name servers are
     */
    Visibility visible(Placement where, String value);
}
