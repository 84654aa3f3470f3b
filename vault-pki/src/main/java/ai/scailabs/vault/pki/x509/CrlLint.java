package ai.scailabs.vault.pki.x509;

import ai.scailabs.vault.kernel.error.ErrorCode;
import ai.scailabs.vault.kernel.error.VaultException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.Optional;
import java.util.Set;

/**
 * Reads one list while it is made: every entry as it is encoded, then what is around them, and gives the proof that {@link CrlSigner} takes. Entries of a complete list come in the order of their numbers, so
 * that one that comes twice is seen; a list of changes is short. For one thread.
 */
public final class CrlLint {
    /** Of changes: whoever has more makes no list of changes. */
    public static final int MAX_CHANGES = 100_000;

    private final CrlFrame frame;
    private final MessageDigest digest = sha256();
    private final Set<String> changed = new HashSet<>();
    private byte[] last = new byte[0];
    private long length;
    private long entries;

    public CrlLint(CrlFrame frame) {
        this.frame = frame;
    }

    /**
     * The next entry, DER.
     *
     * @throws VaultException {@code internal_error} when it breaks a rule: nothing but a defect of ours writes such a list
     */
    public void read(byte[] entry) {
        CrlEntryRules.Checked checked = CrlEntryRules.check(entry, frame.isDelta(), frame.thisUpdate());
        checked.problem().ifPresent(problem -> {
            throw refusal("RFC 5280 §5.3", "entry", problem);
        });
        requireOnce(checked.serial());
        digest.update(entry);
        length += entry.length;
        entries++;
    }

    private void requireOnce(byte[] serial) {
        boolean once;
        if (frame.isDelta()) {
            once = changed.add(HexFormat.of().formatHex(serial)) && changed.size() <= MAX_CHANGES;
        } else {
            once = Arrays.compareUnsigned(last, serial) < 0;
            last = serial;
        }
        if (!once) {
            throw refusal("RFC 5280 §5.1.2.6", "unique_serials", "a number twice, out of order, or too many changes");
        }
    }

    public long entries() {
        return entries;
    }

    /** @throws VaultException {@code internal_error} when what is around the entries breaks a rule */
    public LintedCrl finish() {
        byte[] tail = CrlAssembly.tail(frame);
        byte[] head = CrlAssembly.head(frame, length, tail.length);
        Optional<LintFinding> finding = CrlRules.check(head, tail, length, frame);
        if (finding.isPresent()) {
            throw refusal(
                    finding.get().section(), finding.get().rule(), finding.get().value());
        }
        return new LintedCrl(frame.issuer(), head, tail, length, entries, digest.digest());
    }

    private static VaultException refusal(String section, String rule, String value) {
        return new VaultException(
                ErrorCode.INTERNAL_ERROR, "the list would break " + rule + " (" + section + "): " + value);
    }

    static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }
}
