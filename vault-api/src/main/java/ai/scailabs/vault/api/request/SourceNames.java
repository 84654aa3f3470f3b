package ai.scailabs.vault.api.request;

import ai.scailabs.vault.kernel.id.IdentityId;
import java.net.InetAddress;
import java.util.Arrays;
import java.util.HexFormat;

/** Under which name an address is counted: an IPv4 address by itself, one of IPv6 with all of its network, of which whoever has one address has all. */
final class SourceNames {
    private static final int NETWORK_BYTES = 8;

    private SourceNames() {}

    static IdentityId of(String address) {
        try {
            byte[] bytes = InetAddress.ofLiteral(address).getAddress();
            byte[] counted = bytes.length == 4 ? bytes : Arrays.copyOf(bytes, NETWORK_BYTES);
            return new IdentityId("system:address-" + HexFormat.of().formatHex(counted));
        } catch (IllegalArgumentException noAddress) {
            return new IdentityId("system:address-unknown");
        }
    }
}
