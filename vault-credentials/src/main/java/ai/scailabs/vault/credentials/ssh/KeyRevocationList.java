package ai.scailabs.vault.credentials.ssh;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Collection;

/**
 * The list of revoked certificates of one authority, as {@code RevokedKeys} of a server reads it (PROTOCOL.krl of OpenSSH, format 1). Not signed, as no server verifies that:
 * whoever fetches it does so over TLS.
 */
public final class KeyRevocationList {
    /** 8 MB, which every login at a server reads. What is over by its own time need not be on a list. */
    public static final int MAX_SERIALS = 1_000_000;

    private static final byte[] MAGIC = "SSHKRL\n\0".getBytes(StandardCharsets.US_ASCII);
    private static final int FORMAT = 1;
    private static final int CERTIFICATES = 1;
    private static final int SERIAL_LIST = 0x20;
    private static final int SERIAL_RANGE = 0x21;
    /** A range takes as much room as two numbers and a head; fewer are shorter as they are. */
    private static final int SHORTEST_RANGE = 4;

    private KeyRevocationList() {}

    /**
     * @param authority {@link SshAuthority#publicBlob}
     * @param serials of revoked certificates, in any order and perhaps more than once; none of them zero
     * @param version grows with every list of this authority
     * @throws IllegalArgumentException for more than {@value #MAX_SERIALS}, or for a zero
     */
    public static byte[] encode(byte[] authority, Collection<Long> serials, long version, Instant generated) {
        long[] sorted = sorted(serials);
        WireWriter section = new WireWriter().string(authority).text("");
        addSerials(section, sorted);
        return new WireWriter()
                .raw(MAGIC)
                .uint32(FORMAT)
                .uint64(version)
                .uint64(generated.getEpochSecond())
                .uint64(0)
                .text("")
                .text("")
                .octet(CERTIFICATES)
                .string(section)
                .toBytes();
    }

    /** As numbers without a sign. */
    private static long[] sorted(Collection<Long> serials) {
        if (serials.size() > MAX_SERIALS) {
            throw new IllegalArgumentException("a list has " + MAX_SERIALS + " serials at most");
        }
        long[] sorted = serials.stream()
                .mapToLong(serial -> serial ^ Long.MIN_VALUE)
                .sorted()
                .distinct()
                .map(serial -> serial ^ Long.MIN_VALUE)
                .toArray();
        if (sorted.length > 0 && sorted[0] == 0) {
            throw new IllegalArgumentException("OpenSSH does not revoke the serial zero");
        }
        return sorted;
    }

    private static void addSerials(WireWriter section, long[] sorted) {
        WireWriter single = new WireWriter();
        boolean anySingle = false;
        int begin = 0;
        while (begin < sorted.length) {
            int end = begin + 1;
            while (end < sorted.length && sorted[end] == sorted[end - 1] + 1) {
                end++;
            }
            if (end - begin >= SHORTEST_RANGE) {
                section.octet(SERIAL_RANGE)
                        .string(new WireWriter().uint64(sorted[begin]).uint64(sorted[end - 1]));
            } else {
                anySingle = true;
                for (int i = begin; i < end; i++) {
                    single.uint64(sorted[i]);
                }
            }
            begin = end;
        }
        if (anySingle) {
            section.octet(SERIAL_LIST).string(single);
        }
    }
}
