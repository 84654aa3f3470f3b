package ai.scailabs.vault.access.decision;

import java.util.Arrays;
import java.util.List;
import java.util.TreeMap;

/** The policies that are bound to a subject, by rank, each with the end of its binding. Immutable. */
final class Bound {
    private final long[] bits;
    private final List<Bindings> parts;

    private Bound(long[] bits, List<Bindings> parts) {
        this.bits = bits;
        this.parts = parts;
    }

    /** @param parts of the identity and its groups; at least one */
    static Bound of(List<Bindings> parts) {
        if (parts.size() == 1) {
            return new Bound(parts.getFirst().bits, parts);
        }
        long[] all = parts.getFirst().bits.clone();
        for (Bindings part : parts) {
            for (int i = 0; i < all.length; i++) {
                all[i] |= part.bits[i];
            }
        }
        return new Bound(all, parts);
    }

    /** The ranks 64 × word to 64 × word + 63, as bits; lapsed bindings included. */
    long word(int word) {
        return bits[word];
    }

    int words() {
        return bits.length;
    }

    boolean has(int rank) {
        return (bits[rank / 64] & 1L << rank) != 0;
    }

    /** When the last binding of the policy lapses; {@link Long#MIN_VALUE} when there is none. */
    long expiry(int rank) {
        long latest = Long.MIN_VALUE;
        for (Bindings part : parts) {
            latest = Math.max(latest, part.expiry(rank));
        }
        return latest;
    }

    boolean isLive(int rank, long nowMillis) {
        return has(rank) && nowMillis < expiry(rank);
    }

    /** Of one identity or group. */
    static final class Bindings {
        private final long[] bits;
        private final int[] ranks;
        private final long[] expiries;

        /** @param byRank when each binding lapses */
        Bindings(TreeMap<Integer, Long> byRank, int policies) {
            this.bits = new long[(policies + 63) / 64];
            this.ranks = byRank.keySet().stream().mapToInt(Integer::intValue).toArray();
            this.expiries = byRank.values().stream().mapToLong(Long::longValue).toArray();
            for (int rank : ranks) {
                bits[rank / 64] |= 1L << rank;
            }
        }

        long expiry(int rank) {
            int found = Arrays.binarySearch(ranks, rank);
            return found < 0 ? Long.MIN_VALUE : expiries[found];
        }
    }
}
