package ai.scailabs.vault.kernel.net;

import java.net.InetAddress;
import java.util.Optional;
import java.util.regex.Pattern;

/** An IPv4 or IPv6 address. An IPv4-mapped IPv6 address such as {@code ::ffff:10.0.0.1} is the IPv4 address: nobody is in two places. */
public final class IpAddress {
    /** The JDK alone would also take short forms of IPv4, and octal-looking numbers that others read differently. */
    private static final Pattern DOTTED_QUAD = Pattern.compile("(0|[1-9][0-9]{0,2})(\\.(0|[1-9][0-9]{0,2})){3}");

    private static final Pattern WITH_COLONS = Pattern.compile("[0-9a-fA-F:.]{2,45}");

    private final byte[] bytes;

    private IpAddress(byte[] bytes) {
        this.bytes = bytes;
    }

    /** Empty for anything but an address: names, zones ({@code fe80::1%eth0}), ports and short forms are none. */
    public static Optional<IpAddress> parse(String text) {
        Pattern form = text.indexOf(':') >= 0 ? WITH_COLONS : DOTTED_QUAD;
        if (!form.matcher(text).matches()) {
            return Optional.empty();
        }
        try {
            return Optional.of(new IpAddress(InetAddress.ofLiteral(text).getAddress()));
        } catch (IllegalArgumentException notAnAddress) {
            return Optional.empty();
        }
    }

    /** Four or sixteen, in network order; not to be changed. */
    byte[] bytes() {
        return bytes;
    }
}
