package ai.scailabs.vault.audit.log;

import ai.scailabs.vault.audit.trail.AuditAction;
import java.util.HexFormat;
import org.jspecify.annotations.Nullable;

/**
 * What may be found among some entries, as a Bloom filter that the database keeps in a column of type {@code bit(12288)}: whatever an entry has is always said to be there, anything
 * else seldom. Which bits a term has is part of the schema: it never changes.
 */
public final class SliceTerms {
    private static final int BITS = 12_288;
    private static final int BITS_PER_TERM = 5;

    private static final char ACTION = 'a';
    private static final char OUTCOME = 'o';
    private static final char ACTION_AND_OUTCOME = 'b';
    private static final char TYPE = 't';
    private static final char IDENTITY = 'i';
    private static final char SOURCE = 's';
    private static final char PATH = 'p';
    private static final char BEGINNING = 'q';

    private final long[] bits = new long[BITS / Long.SIZE];
    private final int[] last = new int[BITS_PER_TERM];
    private boolean empty = true;

    public void add(RecordedEntry entry) {
        add(ACTION, entry.action());
        add(OUTCOME, outcome(entry.success()));
        addBoth(entry.action(), entry.success());
        add(TYPE, entry.identityType());
        add(IDENTITY, entry.identityId());
        add(SOURCE, entry.sourceIp());
        add(PATH, entry.path());
        addBeginnings(entry.path());
    }

    /** As PostgreSQL reads a bit string. */
    public String text() {
        StringBuilder text = new StringBuilder(BITS / 4 + 1).append('x');
        for (long word : bits) {
            text.append(HexFormat.of().toHexDigits(word));
        }
        return text.toString();
    }

    /** The bits of the term that was added last: of the rarest, when it was made of a query. */
    int[] lastBits() {
        return last.clone();
    }

    /** What must be there for an entry that the query wants, of the rarest kind last; null when it names nothing that could be. */
    static @Nullable SliceTerms of(AuditQuery query) {
        SliceTerms terms = new SliceTerms();
        AuditAction only = query.actions().size() == 1 ? query.actions().getFirst() : null;
        terms.add(TYPE, query.identityType());
        if (query.success() != null) {
            terms.add(OUTCOME, outcome(query.success()));
        }
        if (only != null) {
            terms.add(ACTION, only.wireName());
        }
        if (only != null && query.success() != null) {
            terms.addBoth(only.wireName(), query.success());
        }
        terms.addBeginnings(query.pathPrefix());
        terms.add(SOURCE, query.sourceIp());
        terms.add(IDENTITY, query.identityId());
        terms.add(PATH, query.path());
        return terms.empty ? null : terms;
    }

    private static String outcome(boolean success) {
        return success ? "success" : "failure";
    }

    private void add(char kind, @Nullable String value) {
        if (value != null) {
            set(hashed(hashed(kind), value));
        }
    }

    private void addBoth(String action, boolean success) {
        set(hashed(hashed(hashed(ACTION_AND_OUTCOME), action), success ? "+" : "-"));
    }

    /** Every beginning that ends with a segment, or within one after some numbers of characters: a prefix may end anywhere. */
    private void addBeginnings(@Nullable String path) {
        if (path == null) {
            return;
        }
        long hash = hashed(BEGINNING);
        int inSegment = 0;
        for (int i = 0; i < path.length(); i++) {
            char c = path.charAt(i);
            hash = hashed(hash, c);
            inSegment = c == '/' ? 0 : inSegment + 1;
            if (c == '/' || inSegment == 4 || inSegment == 8) {
                set(hash);
            }
        }
    }

    private static long hashed(char kind) {
        return hashed(0xcbf29ce484222325L, kind);
    }

    private static long hashed(long begun, String text) {
        long hash = begun;
        for (int i = 0; i < text.length(); i++) {
            hash = hashed(hash, text.charAt(i));
        }
        return hash;
    }

    /** FNV-1a, by characters. */
    private static long hashed(long begun, char next) {
        return (begun ^ next) * 0x100000001b3L;
    }

    /** Two halves of the mixed hash tell all bits (Kirsch and Mitzenmacher). Bits are counted from the left, as the database prints them. */
    private void set(long hash) {
        long mixed = (hash ^ hash >>> 33) * 0xff51afd7ed558ccdL;
        mixed = (mixed ^ mixed >>> 33) * 0xc4ceb9fe1a85ec53L;
        mixed ^= mixed >>> 33;
        int place = (int) mixed;
        int step = (int) (mixed >>> 32) | 1;
        for (int i = 0; i < BITS_PER_TERM; i++) {
            int bit = Integer.remainderUnsigned(place, BITS);
            bits[bit / Long.SIZE] |= Long.MIN_VALUE >>> bit % Long.SIZE;
            last[i] = bit;
            place += step;
        }
        empty = false;
    }
}
