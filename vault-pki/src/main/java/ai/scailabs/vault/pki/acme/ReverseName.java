package ai.scailabs.vault.pki.acme;

import java.net.InetAddress;

/** The name of an address in DNS, without a dot at its end (RFC 1035 §3.5, RFC 3596 §2.5). */
final class ReverseName {
    private ReverseName() {}

    static String of(InetAddress address) {
        byte[] octets = address.getAddress();
        StringBuilder name = new StringBuilder();
        for (int i = octets.length - 1; i >= 0; i--) {
            int octet = octets[i] & 0xff;
            if (octets.length == 4) {
                name.append(octet).append('.');
            } else {
                name.append(Integer.toHexString(octet & 0x0f)).append('.');
                name.append(Integer.toHexString(octet >> 4)).append('.');
            }
        }
        return name + (octets.length == 4 ? "in-addr.arpa" : "ip6.arpa");
    }
}
