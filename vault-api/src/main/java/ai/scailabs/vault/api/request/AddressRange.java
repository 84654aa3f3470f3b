package ai.scailabs.vault.api.request;

import java.net.InetAddress;
import java.util.Arrays;
import java.util.Optional;

/** A CIDR range of IPv4 or IPv6 addresses; an IPv4-mapped IPv6 address counts as the IPv4 address. Names are never looked up. */
public final class AddressRange {
    private final byte[] network;
    private final int prefixLength;

    private AddressRange(byte[] network, int prefixLength) {
        this.network = network;
        this.prefixLength = prefixLength;
    }

    /** Empty when the text is not {@code address/length}; a bare address is a range of one. */
    public static Optional<AddressRange> parse(String text) {
        String[] parts = text.split("/", -1);
        Optional<byte[]> address = bytes(parts[0]);
        if (address.isEmpty() || parts.length > 2) {
            return Optional.empty();
        }
        int bits = address.get().length * 8;
        int length = bits;
        if (parts.length == 2) {
            if (!parts[1].matches("[0-9]{1,3}")) {
                return Optional.empty();
            }
            length = Integer.parseInt(parts[1]);
        }
        return length > bits ? Optional.empty() : Optional.of(new AddressRange(address.get(), length));
    }

    static boolean isAddress(String text) {
        return bytes(text).isPresent();
    }

    boolean contains(String address) {
        byte[] candidate = bytes(address).orElse(null);
        if (candidate == null || candidate.length != network.length) {
            return false;
        }
        int wholeBytes = prefixLength / 8;
        if (!Arrays.equals(candidate, 0, wholeBytes, network, 0, wholeBytes)) {
            return false;
        }
        int rest = prefixLength % 8;
        return rest == 0
                || (candidate[wholeBytes] & 0xff) >>> (8 - rest) == (network[wholeBytes] & 0xff) >>> (8 - rest);
    }

    private static Optional<byte[]> bytes(String text) {
        if (!text.matches("[0-9a-fA-F:.]{2,45}")) {
            return Optional.empty();
        }
        try {
            return Optional.of(InetAddress.ofLiteral(text).getAddress());
        } catch (IllegalArgumentException notAnAddress) {
            return Optional.empty();
        }
    }
}
