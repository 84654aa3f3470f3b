package ai.scailabs.vault.server.settings;

import java.net.InetAddress;
import java.util.Optional;

/** Where to listen; names are not looked up. */
public record ListenAddress(InetAddress address, int port) {
    /** Empty when the text is not {@code address:port}; IPv6 addresses in brackets. */
    public static Optional<ListenAddress> parse(String text) {
        int colon = text.lastIndexOf(':');
        if (colon < 1 || !text.substring(colon + 1).matches("[0-9]{1,5}")) {
            return Optional.empty();
        }
        int port = Integer.parseInt(text.substring(colon + 1));
        String host = text.substring(0, colon);
        if (host.startsWith("[") && host.endsWith("]")) {
            host = host.substring(1, host.length() - 1);
        }
        if (port > 65_535) {
            return Optional.empty();
        }
        try {
            return Optional.of(new ListenAddress(InetAddress.ofLiteral(host), port));
        } catch (IllegalArgumentException notAnAddress) {
            return Optional.empty();
        }
    }

    public boolean isLoopback() {
        return address.isLoopbackAddress();
    }
}
