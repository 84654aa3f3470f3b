package ai.scailabs.vault.credentials.connector;

import ai.scailabs.vault.outbound.http.AddressRule;
import java.net.InetAddress;
import java.net.UnknownHostException;
import javax.net.ssl.TrustManagerFactory;

/**
 * What holds for connections to targets, wherever they are. Thread-safe.
 *
 * @param rule to which addresses their names may lead
 * @param trust who vouches for those that name no authorities
 */
public record TargetNetwork(AddressRule rule, TrustManagerFactory trust, TargetLimits limits) {
    /**
     * A way to a target, with its name resolved and every address checked; one that is not permitted is enough to refuse the name. Nothing is connected yet.
     *
     * @throws TargetException {@link TargetFailure#ADDRESS_REFUSED}; a name that leads nowhere is no other to whoever chose it
     */
    public Route route(TargetConfig config) throws TargetException {
        InetAddress[] addresses;
        try {
            addresses = InetAddress.getAllByName(config.host());
            for (int i = 0; i < addresses.length; i++) {
                if (!rule.permits(addresses[i])) {
                    throw new TargetException(TargetFailure.ADDRESS_REFUSED);
                }
                // With the name that was asked for, whatever the resolver calls it: certificates are held against it.
                addresses[i] = InetAddress.getByAddress(config.host(), addresses[i].getAddress());
            }
        } catch (UnknownHostException unknown) {
            throw new TargetException(TargetFailure.ADDRESS_REFUSED);
        }
        return new Route(addresses, config, limits, TargetTls.of(config.caPem(), trust));
    }
}
