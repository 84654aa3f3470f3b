package ai.scailabs.vault.api.request;

import ai.scailabs.vault.kernel.net.AddressRange;
import ai.scailabs.vault.kernel.net.IpAddress;
import jakarta.servlet.http.HttpServletRequest;
import java.util.Collections;
import java.util.List;

/**
 * Where a request comes from: the TCP peer, unless that is a trusted proxy; then the right-most address of its header that is none. A header of an untrusted peer is never
 * looked at.
 */
public final class ClientAddress {
    private final List<AddressRange> trustedProxies;
    private final ProxyHeader header;

    /** @param header that the proxies write */
    public ClientAddress(List<AddressRange> trustedProxies, ProxyHeader header) {
        this.trustedProxies = List.copyOf(trustedProxies);
        this.header = header;
    }

    Found of(HttpServletRequest request) {
        String peer = request.getRemoteAddr();
        if (trustedProxies.isEmpty() || !isTrusted(peer)) {
            return new Found(peer, true);
        }
        String client = peer;
        List<String> hops = header.hops(String.join(",", Collections.list(request.getHeaders(header.headerName()))));
        for (int i = hops.size() - 1; i >= 0; i--) {
            String address = hops.get(i).strip();
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
