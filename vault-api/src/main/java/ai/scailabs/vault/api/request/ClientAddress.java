package ai.scailabs.vault.api.request;

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

    String of(HttpServletRequest request) {
        String peer = request.getRemoteAddr();
        if (trustedProxies.isEmpty() || !isTrusted(peer)) {
            return peer;
        }
        String client = peer;
        List<String> hops = Collections.list(request.getHeaders("X-Forwarded-For"));
        String[] addresses = String.join(",", hops).split(",", -1);
        for (int i = addresses.length - 1; i >= 0; i--) {
            String address = addresses[i].strip();
            if (!AddressRange.isAddress(address)) {
                return client;
            }
            client = address;
            if (!isTrusted(address)) {
                return client;
            }
        }
        return client;
    }

    private boolean isTrusted(String address) {
        return trustedProxies.stream().anyMatch(range -> range.contains(address));
    }
}
