package ai.scailabs.vault.api.request;

import ai.scailabs.vault.kernel.net.AddressRange;
import ai.scailabs.vault.kernel.net.IpAddress;
import jakarta.servlet.http.HttpServletRequest;
import java.util.Collections;
import java.util.List;

/**
 * Where a request comes from: the TCP peer, unless that is a trusted proxy; then the right-most address of {@code X-Forwarded-For} that is none. A header
 * of an untrusted peer is never looked at.
 */
public final class ClientAddress {
    private final List<AddressRange> trustedProxies;

    public ClientAddress(List<AddressRange> trustedProxies) {
        this.trustedProxies = List.copyOf(trustedProxies);
    }

    Found of(HttpServletRequest request) {
        String peer = request.getRemoteAddr();
        if (trustedProxies.isEmpty() || !isTrusted(peer)) {
            return new Found(peer, true);
        }
        String client = peer;
        List<String> hops = Collections.list(request.getHeaders("X-Forwarded-For"));
        String[] addresses = String.join(",", hops).split(",", -1);
        for (int i = addresses.length - 1; i >= 0; i--) {
            String address = addresses[i].strip();
            if (IpAddress.parse(address).isEmpty()) {
                return new Found(client, false);
            }
            client = address;
            if (!isTrusted(address)) {
                return new Found(client, true);
            }
        }
        return new Found(client, true);
    }

    private boolean isTrusted(String address) {
        return IpAddress.parse(address)
                .filter(parsed -> trustedProxies.stream().anyMatch(range -> range.contains(parsed)))
                .isPresent();
    }

    /**
     * @param address for people to read
     * @param isCaller false when a trusted proxy named nothing, or something else than an address: then it is the proxy's, and where the caller is nobody knows
     */
    record Found(String address, boolean isCaller) {}
}
