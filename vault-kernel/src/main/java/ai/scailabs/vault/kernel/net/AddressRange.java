package ai.scailabs.vault.kernel.net;

import java.util.Arrays;
import java.util.Optional;

/**
 * A CIDR range of IPv4 or IPv6 addresses. No IPv6 range holds an IPv4 address, except that one of IPv4-mapped addresses ({@code ::ffff:10.0.0.0/104}) is the
 * range of those IPv4 addresses.
 */
public final class AddressRange {
    private static final int MAPPED_PREFIX = 96;

    private final String text;
    private final byte[] network;
    private final int prefixLength;

    private AddressRange(String text, byte[] network, int prefixLength) {
        this.text = text;
        this.network = network;
        this.prefixLength = prefixLength;
    }

    /** Empty when the text is not {@code address/length}; a bare address is a range of one. */
    public static Optional<AddressRange> parse(String text) {
        String[] parts = text.split("/", -1);
        Optional<IpAddress> address = IpAddress.parse(parts[0]);
        if (address.isEmpty() || parts.length > 2) {
            return Optional.empty();
        }
        byte[] network = address.get().bytes();
        int bits = network.length * 8;
        int skipped = bits == 32 && parts[0].indexOf(':') >= 0 ? MAPPED_PREFIX : 0;
        int length = bits;
        if (parts.length == 2) {
            if (!parts[1].matches("0|[1-9][0-9]{0,2}")) {
                return Optional.empty();
            }
            length = Integer.parseInt(parts[1]) - skipped;
        }
        return length < 0 || length > bits ? Optional.empty() : Optional.of(new AddressRange(text, network, length));
    }

    /** Whether the address before the slash lies inside the network rather than at its beginning: {@code 10.0.0.1/8}, which may be a slip. */
    public boolean hasHostBits() {
        for (int bit = prefixLength; bit < network.length * 8; bit++) {
            if ((network[bit / 8] >> (7 - bit % 8) & 1) != 0) {
                return true;
            }
        }
        return false;
    }

    public boolean contains(IpAddress address) {
        byte[] candidate = address.bytes();
        if (candidate.length != network.length) {
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

    @Override
    public boolean equals(Object other) {
        return other instanceof AddressRange range && range.text.equals(text);
    }

    @Override
    public int hashCode() {
        return text.hashCode();
    }

    /** As it was written. */
    @Override
    public String toString() {
        return text;
    }
}
